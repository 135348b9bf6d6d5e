import assert from "node:assert/strict";
import test from "node:test";

import { results, scalars } from "../../../web/static/js/analysis/results.js";

const PIXELS = { first: 0, step: 1, unit: "px" };
const pair = (value, error) => ({
  x: { value, error },
  y: { value: 2 * value, error: 2 * error },
  reason: "",
});
const FOUND = {
  ...{ sum: 10, mean: 2, min: 0, max: 9, count: 5, bad: 0, slope: { x: 0, y: 0 }, ellipse: null, bias: 0 },
  ...{ centroid: pair(100, 0.5), rms: pair(8, 0.25), fwhm: { x: null, y: null, reason: "No." } },
};
const FIT = { centre: 99, fwhm: 20, centreError: 0.2, fwhmError: 0.4 };

test("values and uncertainties are in the unit of the axes, and widths are positive", () => {
  const { spot } = results(
    FOUND,
    { x: FIT, y: FIT },
    { x: { first: 10, step: -0.5, unit: "mm" }, y: PIXELS },
  );
  assert.deepEqual(spot.centroid.x, { value: -40, error: 0.25 });
  assert.deepEqual(spot.rms, {
    x: { value: 4, error: 0.125 },
    y: { value: 16, error: 0.5 },
    reason: "",
  });
  assert.deepEqual(spot["Gauss FWHM"].x, { value: 10, error: 0.5 });
});

test("an unknown result has a reason", () => {
  const { spot } = results(FOUND, { x: null, y: FIT }, { x: PIXELS, y: PIXELS });
  assert.deepEqual(spot.FWHM, { x: null, y: null, reason: "No." });
  assert.equal(spot["Gauss centre"].x, null);
  assert.match(spot["Gauss centre"].reason, /profile/);
});

test("a clipped spot has a centroid, and no width", () => {
  const { spot } = results(FOUND, { x: FIT, y: FIT }, { x: PIXELS, y: PIXELS }, "Saturated.");
  assert.equal(spot.centroid.x.value, 100);
  for (const name of ["rms", "FWHM", "Gauss FWHM"]) {
    assert.deepEqual(spot[name], { x: null, y: null, reason: "Saturated." });
  }
});

test("an uncertainty is a scalar of its own", () => {
  const named = scalars(results(FOUND, { x: FIT, y: FIT }, { x: PIXELS, y: PIXELS }), "region 1");
  assert.deepEqual(
    [named["region 1 rms y"], named["region 1 rms y ±"], named["region 1 FWHM x ±"]],
    [16, 0.5, null],
  );
  assert.equal(named["region 1 sum"], 10);
});

test("the bias of dark samples on a logarithmic scale adds to the uncertainty of a fitted width", () => {
  const { spot } = results({ ...FOUND, bias: 0.01 }, { x: FIT, y: FIT }, { x: PIXELS, y: PIXELS });
  assert.deepEqual(spot["Gauss FWHM"].x, { value: 20, error: 2.5 * 0.4 + 2 * 0.01 * 20 });
  assert.deepEqual(spot["Gauss centre"].x, { value: 99, error: 0.5 });
});
