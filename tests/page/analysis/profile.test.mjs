import assert from "node:assert/strict";
import test from "node:test";

import { profiles as profilesOf, project } from "../../../web/static/js/analysis/projection.js";
import { pixels } from "./spots.mjs";

const profiles = (pixels, region) => profilesOf(project(pixels, region));

const ROWS = pixels(3, Uint8Array.of(1, 2, 3, 3, 4, 8));
const box = (kind, x, y, width, height) => ({ kind, x, y, width, height });

test("a profile along x is the mean of the rows", () => {
  assert.deepEqual([...profiles(ROWS, null).x.values], [2, 3, 5.5]);
});

test("a profile along y is the mean of the columns", () => {
  assert.deepEqual([...profiles(ROWS, null).y.values], [2, 5]);
});

test("a profile is in camera units", () => {
  const { x } = profiles({ ...ROWS, offset: -5, scale: 10 }, null);
  assert.deepEqual([...x.values], [15, 25, 50]);
});

test("a profile begins at the position of its region's first pixel", () => {
  const { x, y } = profiles({ ...ROWS, x: 20, y: 30 }, box("rect", 21, 31, 2, 1));
  assert.deepEqual([x.start, y.start], [21, 31]);
});

test("a reduced picture's profile begins at the centre of its first sample", () => {
  const { x } = profiles({ ...ROWS, x: 8, pitch: 4 }, null);
  assert.deepEqual([x.start, x.pitch], [9.5, 4]);
});

test("a profile contains the region's samples only", () => {
  const { x, y } = profiles(ROWS, box("rect", 1, 1, 2, 1));
  assert.deepEqual([[...x.values], [...y.values]], [[4, 8], [6]]);
});

test("samples outside an ellipse do not count", () => {
  const data = new Uint16Array(100).fill(9);
  for (const corner of [0, 9, 90, 99]) data[corner] = 60000;
  const { x, y } = profiles(pixels(10, data), box("ellipse", 0, 0, 10, 10));
  assert.deepEqual([new Set(x.values), new Set(y.values)], [new Set([9]), new Set([9])]);
});

test("values that are not finite are left out", () => {
  const { x, y } = profiles(pixels(2, Float32Array.of(1, NaN, 3, 8, 5, Infinity)), null);
  assert.deepEqual([[...x.values], [...y.values]], [[3, 8], [1, 5.5, 5]]);
});

test("a profile is NaN where no value is finite", () => {
  const { x } = profiles(pixels(2, Float32Array.of(1, NaN, 3, NaN)), null);
  assert.deepEqual([...x.values], [2, NaN]);
});

test("a region without samples has profiles without values", () => {
  const { x, y } = profiles(ROWS, box("rect", 50, 50, 5, 5));
  assert.deepEqual([x.values.length, y.values.length], [0, 0]);
});
