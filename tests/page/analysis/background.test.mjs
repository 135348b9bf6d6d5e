import assert from "node:assert/strict";
import test from "node:test";

import { Background } from "../../../web/static/js/analysis/background.js";
import { pixels } from "./spots.mjs";

const frame = (values, others) => pixels(2, Float64Array.from(values), others);
const numbers = ({ data, offset, scale }) => Array.from(data, (value) => offset + scale * value);

function collected(...frames) {
  const background = new Background();
  background.collect(frames.length);
  frames.forEach((values) => background.add(values));
  return background;
}

test("there is no background at first", () => {
  assert.equal(new Background().state, "none");
});

test("without a background a picture is returned unchanged", () => {
  const picture = frame([1, 2]);
  assert.equal(new Background().subtract(picture), picture);
});

test("frames are ignored unless a collection was started", () => {
  const background = new Background();
  background.add(frame([1, 2]));
  assert.equal(background.state, "none");
});

test("the progress of the collection is known", () => {
  const background = new Background();
  background.collect(3);
  background.add(frame([1, 2]));
  const { state, collected: taken, frames } = background;
  assert.deepEqual({ state, taken, frames }, { state: "collecting", taken: 1, frames: 3 });
});

test("ten frames are collected by default", () => {
  const background = new Background();
  background.collect();
  assert.equal(background.frames, 10);
});

test("during the collection a picture is returned unchanged", () => {
  const background = new Background();
  background.collect(2);
  const picture = frame([1, 2]);
  background.add(picture);
  assert.equal(background.subtract(picture), picture);
});

test("after the last frame the background is ready", () => {
  assert.equal(collected(frame([1, 2]), frame([3, 4])).state, "ready");
});

test("the mean of the frames is subtracted", () => {
  const background = collected(frame([1, 20]), frame([2, 30]));
  assert.deepEqual(numbers(background.subtract(frame([10, 5]))), [8.5, -20]);
});

test("frames after the collection change nothing", () => {
  const background = collected(frame([1, 2]));
  background.add(frame([100, 100]));
  assert.deepEqual(numbers(background.subtract(frame([1, 2]))), [0, 0]);
});

test("the result is in camera values, for every scaling of the frames", () => {
  const background = collected(frame([0, 10], { offset: 5, scale: 2 }), frame([1, 5], { offset: 0, scale: 5 }));
  assert.deepEqual(numbers(background.subtract(frame([1, 2], { offset: 0, scale: 100 }))), [95, 175]);
});

test("values that are not finite are left out", () => {
  const background = collected(frame([NaN, 4]), frame([6, Infinity]));
  assert.deepEqual(numbers(background.subtract(frame([7, 7]))), [1, 3]);
});

test("where no frame was finite, the result is not finite", () => {
  const background = collected(frame([NaN, 4]));
  assert.deepEqual(numbers(background.subtract(frame([7, 7]))), [NaN, 3]);
});

test("where the picture is not finite, the result is not finite", () => {
  const background = collected(frame([3, 4]));
  assert.deepEqual(numbers(background.subtract(frame([NaN, 7]))), [NaN, 3]);
});

for (const others of [{ x: 1 }, { pitch: 2 }, { width: 1, height: 2 }]) {
  test(`a picture of other pixels is returned unchanged: ${JSON.stringify(others)}`, () => {
    const other = frame([7, 7], others);
    assert.equal(collected(frame([3, 4])).subtract(other), other);
  });

  test(`a picture of other pixels is a mismatch: ${JSON.stringify(others)}`, () => {
    const background = collected(frame([3, 4]));
    background.subtract(frame([7, 7], others));
    assert.equal(background.state, "mismatch");
  });
}

test("after a mismatch the same pixels are ready again", () => {
  const background = collected(frame([3, 4]));
  background.subtract(frame([7, 7], { x: 1 }));
  background.subtract(frame([7, 7]));
  assert.equal(background.state, "ready");
});

test("a frame of other pixels restarts the collection", () => {
  const background = new Background();
  background.collect(2);
  background.add(frame([3, 4]));
  background.add(frame([3, 4], { x: 1 }));
  assert.equal(background.collected, 1);
});

test("another collection discards the last background", () => {
  const background = collected(frame([3, 4]));
  background.collect(1);
  background.add(frame([1, 1]));
  assert.deepEqual(numbers(background.subtract(frame([7, 7]))), [6, 6]);
});

test("clear discards the background", () => {
  const background = collected(frame([3, 4]));
  background.clear();
  const picture = frame([7, 7]);
  assert.deepEqual([background.state, background.subtract(picture) === picture], ["none", true]);
});

test("the memory of the result is reused", () => {
  const background = collected(frame([3, 4]));
  const { data } = background.subtract(frame([7, 7]));
  assert.equal(background.subtract(frame([8, 8])).data, data);
});

test("a frame that was collected is not changed", () => {
  const first = frame([3, 4]);
  const background = collected(first, frame([5, 6]));
  background.subtract(first);
  assert.deepEqual(numbers(first), [3, 4]);
});

test("the steps of a logarithmic scale are those of the values before the background was subtracted", () => {
  const background = new Background();
  background.collect(1);
  const logSteps = { base: 0.5, slope: 0.03 };
  background.add(pixels(2, Float32Array.of(90, 110), { logSteps }));
  const { data, logSteps: steps } = background.subtract(pixels(2, Float32Array.of(190, 310), { logSteps }));
  assert.deepEqual([...data], [100, 200]);
  assert.deepEqual(steps, { base: 0.5 + 0.03 * 100, slope: 0.03 });
});
