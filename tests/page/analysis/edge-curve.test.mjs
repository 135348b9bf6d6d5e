import assert from "node:assert/strict";
import test from "node:test";

import { curvePath, extremes } from "../../../web/static/js/analysis/edge-curve.js";
import { projections } from "../../../web/static/js/analysis/edge-profiles.js";
import { Viewport } from "../../../web/static/js/picture/viewport.js";
import { pixels } from "./spots.mjs";

const points = (path) => path.split(/[ML]/).slice(1).map((one) => one.split(" ").map(Number));

for (const view of ["fit", "fitm", "fitr2"]) {
  test(`the highest point of the curve is beside the brightest column: ${view}`, () => {
    const viewport = new Viewport();
    viewport.resize({ width: 400, height: 300 }, 1);
    viewport.setCamera({ width: 40, height: 30 });
    viewport.fromText(view);
    const { placement } = viewport;
    const picture = pixels(40, Float64Array.from({ length: 1200 }, (_, index) => (index % 40 === 7 ? 9 : index % 3)));
    const { x } = projections(picture, placement.visibleBox(), "mean");
    const found = points(curvePath(x, { size: 100, isAcross: true }, (at) => placement.toPlace(at, 0).x));
    const [top] = found.toSorted((one, other) => one[1] - other[1]);
    assert.equal(found.length, 40);
    assert.ok(Math.abs(top[0] - placement.toPlace(7.5, 0).x) < 0.06);
    assert.equal(top[1], 6);
  });
}

test("a reduced picture's samples lie in the middle of the pixels that they are the mean of", () => {
  const { x } = projections(pixels(2, Float64Array.of(1, 3), { pitch: 4 }), { left: 0, top: 0, right: 8, bottom: 4 }, "mean");
  assert.deepEqual(points(curvePath(x, { size: 10, isAcross: true }, (at) => at)), [[2, 10], [6, 0.6]]);
});

test("at the left the curve grows to the left, and what is not finite is a gap", () => {
  const profile = { start: 0, pitch: 1, values: Float64Array.of(1, NaN, 3, 2) };
  assert.equal(curvePath(profile, { size: 100, isAcross: false }, (at) => at), "M100.0 0.5M6.0 2.5L53.0 3.5");
});

test("a flat profile is a line, and one without values nothing", () => {
  assert.equal(curvePath({ start: 0, pitch: 1, values: Float64Array.of(5, 5) }, { size: 10, isAcross: true }, (at) => at), "M0.5 10.0L1.5 10.0");
  assert.equal(curvePath({ start: 0, pitch: 1, values: Float64Array.of(NaN) }, { size: 10, isAcross: true }, (at) => at), "");
  assert.deepEqual(extremes(Float64Array.of(NaN)), [Infinity, -Infinity]);
});
