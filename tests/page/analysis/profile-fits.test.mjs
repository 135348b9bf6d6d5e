import assert from "node:assert/strict";
import test from "node:test";

import { gaussianCurve } from "../../../web/static/js/analysis/gauss.js";
import { fitProfiles } from "../../../web/static/js/analysis/profile-fits.js";
import { project } from "../../../web/static/js/analysis/projection.js";
import { COVERAGE, statistics } from "../../../web/static/js/analysis/statistics.js";
import { near, noise, spot } from "./spots.mjs";

const FWHM = Math.sqrt(8 * Math.LN2);
const [SIGMA, SIGMA_Y] = [12, 8];
const FRAMES = 12;

/** An ellipse of ±`reach` σ around a position. */
function around(x, y, reach) {
  const [width, height] = [2 * reach * SIGMA, 2 * reach * SIGMA_Y];
  return { kind: "ellipse", x: x + 0.5 - width / 2, y: y + 0.5 - height / 2, width, height };
}

function measured(pixels, region) {
  const projection = project(pixels, region);
  return fitProfiles(pixels, region, projection, statistics(pixels, region, projection));
}

for (const pitch of [1, 2]) {
  for (const reach of [3, 4, 6]) {
    test(`in an ellipse of ±${reach} σ the fits' uncertainties cover their errors, at a pitch of ${pitch}`, () => {
      const random = noise(17 + reach);
      const covered = { x: 0, y: 0 };
      for (let frame = 0; frame < FRAMES; frame += 1) {
        const [x, y] = [99.5 + 0.1 * frame, 100.2 - 0.1 * frame];
        const pixels = spot({ x, y, sigma: SIGMA, sigmaY: SIGMA_Y, pedestal: 40, pitch });
        pixels.data.forEach((value, at) => (pixels.data[at] = value + (10 * random()) / pitch));
        const { fits } = measured(pixels, around(100, 100, reach));
        for (const [axis, centre, sigma] of [["x", x, SIGMA], ["y", y, SIGMA_Y]]) {
          const fit = fits[axis];
          const isCovered =
            Math.abs(fit.fwhm - FWHM * sigma) <= COVERAGE * fit.fwhmError &&
            Math.abs(fit.centre - centre) <= COVERAGE * fit.centreError;
          covered[axis] += isCovered ? 1 : 0;
          assert.ok(fit.fwhmError < 0.03 * fit.fwhm, `a useful uncertainty: ${fit.fwhmError}`);
        }
      }
      assert.ok(Math.min(covered.x, covered.y) >= 0.9 * FRAMES - 1, JSON.stringify(covered));
    });
  }
}

test("the curve follows the profile of an ellipse", () => {
  const pixels = spot({ x: 100, y: 100, sigma: SIGMA, sigmaY: SIGMA_Y, pedestal: 40 });
  const { profiles, fits } = measured(pixels, around(100, 100, 3.5));
  const drawn = gaussianCurve(fits.x, profiles.x);
  const residuals = profiles.x.values.map((value, at) => Math.abs(value - drawn[at])).slice(1, -1); // chords at the ends are unreliable
  assert.ok(near(fits.x.fwhm, FWHM * SIGMA, 0.005) && near(fits.y.fwhm, FWHM * SIGMA_Y, 0.005));
  assert.ok(Math.max(...residuals) < 0.02 * fits.x.amplitude, `${Math.max(...residuals)} of ${fits.x.amplitude}`);
});

test("a rectangle's profiles are fitted without weights", () => {
  const pixels = spot({ x: 100, y: 100, sigma: SIGMA, sigmaY: SIGMA_Y, pedestal: 40 });
  const { profiles, fits } = measured(pixels, { ...around(100, 100, 4), kind: "rect" });
  assert.equal(profiles.x.weights, undefined);
  assert.ok(near(fits.x.fwhm, FWHM * SIGMA, 1e-3) && near(fits.y.fwhm, FWHM * SIGMA_Y, 1e-3));
});

test("in an ellipse there is no fit without moments", () => {
  const pixels = spot({ x: 100, y: 100, sigma: SIGMA, sigmaY: SIGMA_Y });
  const { fits } = measured(pixels, { ...around(100, 100, 3), x: 99 }); // clips the spot
  assert.deepEqual(fits, { x: null, y: null });
});

test("hot pixels do not affect the fit, and stay in the profile that is shown", () => {
  const pixels = spot({ x: 100, y: 100, sigma: SIGMA, sigmaY: SIGMA_Y, height: 100, pedestal: 40 });
  const random = noise(3);
  pixels.data.forEach((value, at) => (pixels.data[at] = value + 3 * random()));
  for (const [x, y] of [[70, 80], [71, 115], [112, 84], [120, 121], [121, 90], [96, 78]]) {
    pixels.data[200 * y + x] = 5000;
  }
  const { profiles, fits } = measured(pixels, { kind: "rect", x: 60, y: 70, width: 80, height: 60 });
  for (const [axis, sigma] of [["x", SIGMA], ["y", SIGMA_Y]]) {
    assert.ok(Math.abs(fits[axis].centre - 100) <= COVERAGE * fits[axis].centreError);
    assert.ok(Math.abs(fits[axis].fwhm - FWHM * sigma) <= COVERAGE * fits[axis].fwhmError);
  }
  assert.ok(profiles.x.values[61] > profiles.x.values[62] + 50); // at x = 121
});

test("on a logarithmic scale there is no fit without the moments, which its uncertainty needs", () => {
  const cut = { kind: "rect", x: 95, y: 60, width: 60, height: 80 };
  const linear = spot({ x: 98, y: 100, sigma: 8 });
  const fitted = (picture) => {
    const projection = project(picture, cut);
    return fitProfiles(picture, cut, projection, statistics(picture, cut, projection)).fits.y;
  };
  assert.notEqual(fitted(linear), null);
  assert.equal(fitted({ ...linear, logSteps: { base: 0.01, slope: 0.03 } }), null);
});
