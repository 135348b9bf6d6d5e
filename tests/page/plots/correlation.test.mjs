import assert from "node:assert/strict";
import test from "node:test";

import { pairSamples } from "../../../web/static/js/plots/correlation.js";

const correlate = (x, y) => pairSamples(Float64Array.from(x), Float64Array.from(y));

test("pulses that lack one of both values are left out", () => {
  const { x, y } = correlate([1, NaN, 3, 4], [5, 6, NaN, 8]);
  assert.deepEqual([x, y], [[1, 4], [5, 8]]);
});

for (const [what, x, y, r] of [
  ["a rising line", [1, 2, 3], [10, 20, 30], 1],
  ["a falling line", [1, 2, 3], [3, 2, 1], -1],
  ["a symmetric parabola", [-2, -1, 0, 1, 2], [4, 1, 0, 1, 4], 0],
  ["a line upon large numbers", [1e9 + 1, 1e9 + 2, 1e9 + 3], [1, 2, 3], 1],
  ["four points", [1, 2, 3, 4], [2, 1, 4, 3], 0.6],
]) {
  test(`${what} has the correlation ${r}`, () => {
    assert.ok(Math.abs(correlate(x, y).r - r) < 1e-12, `${correlate(x, y).r}`);
  });
}

for (const [what, x, y] of [
  ["nothing", [], []],
  ["one pair", [1], [2]],
  ["a constant", [1, 2, 3], [5, 5, 5]],
]) {
  test(`${what} has no correlation`, () => {
    assert.equal(correlate(x, y).r, null);
  });
}
