import assert from "node:assert/strict";
import { test } from "node:test";

import { gridLines, roundUp, scaleBar } from "../../../web/static/js/picture/grid.js";

const PIXELS = { first: 0, step: 1, unit: "px" };

test("steps are 1, 2 or 5 times a power of ten, and never less than the minimum", () => {
  assert.deepEqual([0.7, 1, 1.1, 3, 6, 90].map(roundUp), [1, 1, 2, 5, 10, 100]);
});

test("a line of a pixel grid goes through the pixel's centre", () => {
  assert.deepEqual(gridLines(0, 250, 1, PIXELS)[1], { at: 100.5, value: 100 });
});

test("lines have a legible distance", () => {
  for (const zoom of [0.1, 0.37, 1, 8, 60]) {
    const [one, other] = gridLines(0, 4000, zoom, PIXELS);
    assert.ok((other.at - one.at) * zoom >= 90, `zoom ${zoom}`);
  }
});

test("at high zoom no line is between two pixels", () => {
  assert.ok(gridLines(10, 20, 300, PIXELS).every(({ value }) => Number.isInteger(value)));
});

test("lines of a calibrated axis are at round values of its unit, in either direction", () => {
  const found = gridLines(0, 100, 4, { first: 2, step: -0.05, unit: "mm" });

  assert.deepEqual(found.map(({ value }) => value), [-2, 0, 2]);
  assert.ok(Math.abs(found[1].at - 40.5) < 1e-9);
});

test("without a visible part there are no lines", () => {
  assert.deepEqual(gridLines(0, 0, 1, PIXELS), []);
  assert.deepEqual(gridLines(0, 9, 0, PIXELS), []);
});

test("the scale bar has a round length at the picture's zoom", () => {
  assert.deepEqual(scaleBar(2, PIXELS), { length: 50, px: 100 });
  const { length, px } = scaleBar(0.5, { first: 0, step: 0.1, unit: "mm" });
  assert.equal(length, 20);
  assert.ok(Math.abs(px - 100) < 1e-9);
});
