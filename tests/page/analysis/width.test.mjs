import assert from "node:assert/strict";
import test from "node:test";

import { FWHM_PER_SIGMA, measureFwhm } from "../../../web/static/js/analysis/width.js";
import { near, noise } from "./spots.mjs";

const fullWidth = (heights) => measureFwhm(heights)?.width ?? null;
const shape = (length, height) => Float64Array.from({ length }, (_, index) => height(index));

test("a Gaussian's width is that of its sigma", () => {
  for (let centre = 30; centre < 31; centre += 0.1) {
    const found = fullWidth(shape(60, (at) => 7 * Math.exp(-(((at - centre) / 3) ** 2) / 2)));
    assert.ok(near(found, 3 * FWHM_PER_SIGMA, 0.001), `${found} at ${centre}`);
  }
});

test("a triangle's width is about half its base", () => {
  const found = fullWidth(shape(101, (at) => Math.max(0, 40 - Math.abs(at - 50))));
  assert.ok(near(found, 40, 0.05), `${found}`);
});

test("a flat top is not extrapolated", () => {
  const found = fullWidth(shape(60, (at) => Math.min(1, 2 * Math.exp(-(((at - 30) / 8) ** 2) / 2))));
  assert.ok(near(found, 2 * 8 * Math.sqrt(2 * Math.log(4)), 0.01), `${found}`);
});

test("a sawtooth is no higher than its highest sample", () => {
  const found = fullWidth(shape(60, (at) => (at > 5 && at <= 45 ? at - 5 : 0)));
  assert.ok(near(found, 20.5, 0.05), `${found}`);
});

test("a peak of two samples is two samples wide", () => {
  const found = fullWidth(Float64Array.of(0, 0, 0, 1e-12, 100, 100, 1e-12, 0, 0, 0));
  assert.ok(near(found, 2, 0.01), `${found}`);
});

test("the highest of two peaks is measured", () => {
  const bell = (at, centre, sigma) => Math.exp(-(((at - centre) / sigma) ** 2) / 2);
  const found = fullWidth(shape(200, (at) => 5 * bell(at, 50, 4) + 4 * bell(at, 140, 20)));
  assert.ok(near(found, 4 * FWHM_PER_SIGMA, 0.005), `${found}`);
});

for (const [what, heights] of Object.entries({
  "no samples": [],
  "nothing": [0, 0, 0, 0, 0],
  "a dip": [0, -1, -5, -1, 0],
  "a flank alone": [9, 7, 5, 3, 1, 0],
  "two samples": [1, 2],
})) {
  test(`${what}: no width`, () => {
    assert.equal(fullWidth(Float64Array.from(heights)), null);
  });
}

test("the error of a noisy width covers most deviations", () => {
  let covered = 0;
  for (let seed = 1; seed <= 100; seed += 1) {
    const random = noise(seed);
    const bell = shape(120, (at) => 100 * Math.exp(-(((at - 60.3) / 12) ** 2) / 2) + 3 * random());
    const { width, error } = measureFwhm(bell, 3);
    covered += Math.abs(width - 12 * FWHM_PER_SIGMA) <= 2.5 * error ? 1 : 0;
    assert.ok(error > 0 && error < 2);
  }
  assert.ok(covered >= 90, `${covered} of 100`);
});

test("a sample lowered by a dead column is not a flank", () => {
  for (const dead of [37, 38, 42, 43]) {
    const heights = Float64Array.from({ length: 81 }, (_, at) => Math.exp(-((at - 40) ** 2) / (2 * 6 ** 2)));
    heights[dead] /= 2;
    const width = fullWidth(heights);
    assert.ok(near(width, 6 * FWHM_PER_SIGMA, 0.02), `${dead}: ${width}`);
  }
});
