import assert from "node:assert/strict";
import test from "node:test";

import { barTicks } from "../../../web/static/js/picture/colour-bar.js";
import { SCALES } from "../../../web/static/js/picture/transfer.js";

test("ticks are round values at their places, with equally many decimals", () => {
  const ticks = barTicks(-0.0238672, 1.0569, "linear", 6);
  assert.deepEqual(ticks.map(({ text }) => text), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
  assert.ok(Math.abs(ticks[0].at - 0.0238672 / 1.0807672) < 1e-9);
});

test("large and small ranges have ticks that differ", () => {
  for (const [low, high] of [[0, 65535], [4e9, 4e9 + 100], [-1e-8, 3e-8], [0, 1e12], [-5, -1]]) {
    const ticks = barTicks(low, high, "linear", 6);
    assert.ok(ticks.length >= 3, `${low} … ${high}`);
    assert.ok(ticks.every(({ at }) => at >= 0 && at <= 1));
    assert.equal(new Set(ticks.map(({ text }) => text)).size, ticks.length);
    assert.ok(ticks.every(({ text }) => text.length <= 10));
  }
});

for (const scale of SCALES) {
  test(`ticks of the scale ${scale} stay apart and in order`, () => {
    const ticks = barTicks(0, 1000, scale, 8);
    assert.ok(ticks.length >= 3);
    ticks.slice(1).forEach(({ at }, index) => assert.ok(at - ticks[index].at >= 0.09));
  });
}

test("a range without width has no ticks", () => {
  assert.deepEqual(barTicks(5, 5, "linear", 5), []);
  assert.deepEqual(barTicks(NaN, 5, "linear", 5), []);
  assert.deepEqual(barTicks(0, Infinity, "linear", 5), []);
});
