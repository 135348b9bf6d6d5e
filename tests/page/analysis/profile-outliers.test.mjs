import assert from "node:assert/strict";
import test from "node:test";

import { replaceOutliers } from "../../../web/static/js/analysis/profile-outliers.js";
import { noise } from "./spots.mjs";

const bell = (sigma, centre) =>
  Float64Array.from({ length: 60 }, (_, n) => Math.exp(-(((n - centre) / sigma) ** 2) / 2));

test("a value far above its neighbours becomes their mean", () => {
  assert.deepEqual([...replaceOutliers(Float64Array.of(1, 2, 1, 99, 2, 1, 2))], [1, 2, 1, 1.5, 2, 1, 2]);
});

test("so does a value far below them", () => {
  assert.deepEqual([...replaceOutliers(Float64Array.of(9, 8, 9, -50, 9, 8, 9))], [9, 8, 9, 9, 9, 8, 9]);
});

test("two high values beside each other stay", () => {
  const values = Float64Array.of(1, 2, 1, 99, 98, 1, 2, 1);
  assert.deepEqual(replaceOutliers(values), values);
});

test("the top of a peak stays, at any sub-sample position", () => {
  for (const sigma of [0.7, 1, 2, 10]) {
    for (const centre of [30, 30.2, 30.5]) {
      assert.deepEqual(replaceOutliers(bell(sigma, centre)), bell(sigma, centre), `${sigma} at ${centre}`);
    }
  }
});

test("noise stays", () => {
  const random = noise(5);
  const values = Float64Array.from({ length: 1000 }, random);
  assert.deepEqual(replaceOutliers(values), values);
});

test("the input is not changed", () => {
  const values = Float64Array.of(1, 2, 1, 99, 2, 1, 2);
  replaceOutliers(values);
  assert.equal(values[3], 99);
});

for (const length of [0, 1, 2, 4]) {
  test(`${length} values stay`, () => {
    const values = Float64Array.from({ length }, (_, n) => 10 ** n);
    assert.deepEqual(replaceOutliers(values), values);
  });
}
