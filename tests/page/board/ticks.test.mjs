import assert from "node:assert/strict";
import test from "node:test";

import { drawable, extent, fitTicks, withZero, numberTicks, withMargin, withWholeSteps } from "../../../web/static/js/board/ticks.js";

test("there is a margin around the values, also for equal values or none", () => {
  assert.deepEqual(withMargin([0, 100]), [-6, 106]);
  assert.deepEqual(withMargin([100, 100]), [95, 105]);
  assert.deepEqual(withMargin([-100, -100]), [-105, -95]);
  assert.deepEqual(withMargin([0, 0]), [-1.12, 1.12]);
  assert.deepEqual(withMargin(null), [0, 1]);
});

test("an axis of bars includes 0, and has a span of 1 if all are 0", () => {
  assert.deepEqual(withZero([5, 100]), [0, 104]);
  assert.deepEqual(withZero([-100, -5]), [-104, 0]);
  assert.deepEqual(withZero([-50, 50]), [-54, 54]);
  assert.deepEqual(withZero([0, 0]), [0, 1]);
  assert.deepEqual(withZero(null), [0, 1]);
});

test("a radial axis ends at a whole step", () => {
  assert.deepEqual(withWholeSteps([1, 9], 4), [0, 10]);
  assert.deepEqual(withWholeSteps([-2, 3], 4), [-2, 4]);
  assert.deepEqual(withWholeSteps(null, 4), [0, 1]);
});

test("gaps do not count as numbers", () => {
  assert.deepEqual(extent([null, 3, null, -2]), [-2, 3]);
  assert.equal(extent([null]), null);
  assert.deepEqual([1e300, -1e300, 1e301, Infinity, NaN, "1", null].map(drawable), [1e300, -1e300, null, null, null, null, null]);
});

for (const [low, high, max, texts] of [
  [0, 1, 6, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]],
  [0, 7, 4, ["0", "2", "4", "6"]],
  [999_999_999_999_999, 1_000_000_000_000_001, 4, ["\u22121.0", "\u22120.5", "1e15", "+0.5", "+1.0"]],
  [123_456_789.1, 123_456_789.4, 6, ["123456789.1", "+0.1", "+0.2", "+0.3"]],
  [1e6, 1.2e6, 4, ["1.00e6", "1.05e6", "1.10e6", "1.15e6", "1.20e6"]],
]) {
  test(`the ticks from ${low} to ${high} are ${texts.join(" ")}`, () => {
    assert.deepEqual(numberTicks(low, high, max).texts, texts);
  });
}

const ODD = [0, 1, -1, 0.1, 1e-7, 1e-299, 1e-310, 3, 1e5, 123456.789, 1e15, 1e15 + 0.125, -1e15, 1e16, 9.007e15, 1e100, 1e299, -1e300, 1e300];

test("for any numbers the range includes them, and the ticks are few, inside, rising and distinct", () => {
  for (const one of ODD) {
    for (const other of ODD) {
      const found = extent([one, other]);
      for (const [low, high] of [withMargin(found), withZero(found), withWholeSteps(found, 4)]) {
        assert.ok(low <= found[0] && found[1] <= high && low < high, `${found} in ${low} ${high}`);
        for (const max of [2, 5, 10]) {
          const { values, texts } = numberTicks(low, high, max);
          const message = `${low} to ${high}: ${texts}`;
          assert.ok(values.length >= 1 && values.length <= max + 1, message);
          assert.ok(values.every((value, index) => value >= low && value <= high && (index === 0 || value > values[index - 1])), message);
          assert.equal(new Set(texts).size, texts.length, message);
          assert.ok(texts.every((text) => text.length <= 24), message);
        }
      }
    }
  }
});

test("the number of ticks follows the room for them", () => {
  const make = (max) => numberTicks(0, 100, max);
  assert.equal(fitTicks(make, 60).texts.length, 11);
  assert.equal(fitTicks(make, 10).texts.length, 3);
  assert.equal(fitTicks(make, 0).texts.length, 3);
});

test("an axis with room for two ticks has at least one", () => {
  for (let value = 1; value < 10; value += 0.013) {
    const [low, high] = withMargin([value, value]);
    for (const max of [2, 3]) {
      const { values } = numberTicks(low, high, max);
      assert.ok(values.length >= 1 && values.length <= max + 1, `${value}: ${values}`);
    }
  }
});
