import assert from "node:assert/strict";
import test from "node:test";

import {
  errorAmplification,
  fluxFraction,
  varianceFraction,
} from "../../../web/static/js/analysis/aperture.js";
import { regionBoundary, maxApertureRadius } from "../../../web/static/js/analysis/boundary.js";
import { planeValue, fitPlane } from "../../../web/static/js/analysis/plane.js";
import { shareAbove } from "../../../web/static/js/analysis/region-pixels.js";
import { project } from "../../../web/static/js/analysis/projection.js";
import { statistics } from "../../../web/static/js/analysis/statistics.js";
import { noise, pixels, spot } from "./spots.mjs";

/** Flux and variance of a round Gaussian of σ 1 within a radius, by numerical integration. */
function within(radius) {
  let [flux, square] = [0, 0];
  const step = 1e-4;
  for (let r = step / 2; r < radius; r += step) {
    const ring = Math.exp((-r * r) / 2) * r * step;
    flux += ring;
    square += (ring * r * r) / 2;
  }
  return [flux, square / flux];
}

for (const radius of [1.5, 2, 3]) {
  test(`the flux and variance of a Gaussian truncated at ${radius} σ are exact`, () => {
    const [flux, variance] = within(radius);
    assert.ok(
      Math.abs(fluxFraction(radius) - flux) < 1e-6 &&
        Math.abs(varianceFraction(radius) - variance) < 1e-6,
    );
  });

  test(`the error amplification includes the aperture at ${radius} σ that follows the variance`, () => {
    const cut = (scale) => scale * varianceFraction(radius / Math.sqrt(scale)); // of a variance that much larger
    const slope = (cut(1.001) - cut(0.999)) / 0.002;
    assert.ok(Math.abs(errorAmplification(radius) * slope - 1) < 1e-3);
  });
}

test("an aperture is limited by the nearest side of the region", () => {
  const picture = pixels(100, new Uint8Array(10_000));
  const at = { x: 29.5, y: 49.5, xx: 25, xy: 0, yy: 100 };
  const rect = { kind: "rect", x: 10, y: 20, width: 60, height: 60 };
  assert.equal(maxApertureRadius(regionBoundary(picture, rect), at), 3); // 30 px up and down of 10 px, 20 to the left of 5
  assert.equal(maxApertureRadius(regionBoundary(picture, { ...rect, x: 25 }), at), 1);
  assert.ok(maxApertureRadius(regionBoundary(picture, { ...rect, x: 40 }), at) <= 0);
});

test("in an elliptic region the aperture touches the ellipse", () => {
  const picture = pixels(100, new Uint8Array(10_000));
  const edge = regionBoundary(picture, { kind: "ellipse", x: 20, y: 30, width: 60, height: 40 });
  const round = { x: 49.5, y: 49.5, xx: 25, xy: 0, yy: 25 };
  assert.ok(Math.abs(maxApertureRadius(edge, round) - 4) < 0.01);
  assert.ok(Math.abs(maxApertureRadius(edge, { ...round, xx: 225, yy: 100 }) - 2) < 0.01);
});

test("a plane is fitted to the background without outliers", () => {
  const means = Float64Array.from(
    { length: 400 },
    (_, at) => 5 + 2 * (at % 20) - 3 * Math.floor(at / 20),
  );
  [17, 111, 312].forEach((at) => (means[at] += 1e4));
  const grid = {
    x: 3,
    y: 4,
    step: 1,
    side: 1,
    width: 20,
    height: 20,
    means,
    inside: new Uint8Array(400),
    hot: new Set(),
  };
  const plane = fitPlane(grid, [...means.keys()], null);
  assert.ok(
    Math.abs(plane.slopeX - 2) < 1e-9 && Math.abs(plane.slopeY + 3) < 1e-9 && plane.count === 397,
  );
  assert.ok(Math.abs(planeValue(plane, 3, 4) - 5) < 1e-9);
  assert.equal(fitPlane(grid, [0, 1, 2, 3, 4, 5], null), null); // in a line
});

test("the share of a spot's ellipse that is clipped", () => {
  const picture = spot({ size: 100, x: 50, y: 50, sigma: 10, height: 1000 });
  picture.data.forEach(
    (value, at) => (picture.data[at] = Math.min(value, 1000 * Math.exp(-0.125))),
  );
  const core = { x: 50, y: 50, xx: 100, xy: 0, yy: 100 };
  const share = shareAbove(picture, core, 1000 * Math.exp(-0.125));
  assert.ok(Math.abs(share - 0.25) < 0.03, `${share}`); // within half a σ of 1 σ
  assert.equal(shareAbove(picture, core, 5000), 0);
});

test("for any input a result is finite with an uncertainty, or has a reason", () => {
  const random = noise(11);
  const kinds = [Uint8Array, Int16Array, Uint16Array, Float32Array, Float64Array];
  for (let round = 0; round < 300; round += 1) {
    const width = 1 + ((round * 7) % 60);
    const height = 1 + ((round * 11) % 45);
    const data = new kinds[round % kinds.length](width * height);
    data.forEach((_, at) => {
      const kind = round % 7;
      const wild = [
        0,
        100 * random(),
        1e300 * random(),
        at % 3 ? NaN : 5,
        at === 5 ? Infinity : at,
        1e-300,
        10 ** (30 * random()),
      ];
      data[at] = wild[kind];
    });
    const picture = pixels(width, data, {
      x: round % 5,
      y: 3,
      pitch: 1 + (round % 3),
      offset: round - 50,
      scale: 0.1 + (round % 4),
    });
    const region = {
      kind: round % 2 ? "rect" : "ellipse",
      x: round % 9,
      y: round % 5,
      width: 1 + (round % 50),
      height: 1 + (round % 33),
    };
    for (const where of [null, region]) {
      const { centroid, rms, fwhm } = statistics(picture, where, project(picture, where));
      for (const pair of [centroid, rms, fwhm]) {
        assert.ok((pair.x && pair.y) || pair.reason, JSON.stringify(pair));
        for (const quantity of [pair.x, pair.y]) {
          assert.ok(
            quantity === null || (Number.isFinite(quantity.value) && quantity.error > 0),
            JSON.stringify(quantity),
          );
        }
      }
    }
  }
});
