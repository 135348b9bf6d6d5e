import assert from "node:assert/strict";
import test from "node:test";

import { project } from "../../../web/static/js/analysis/projection.js";
import { statistics as of } from "../../../web/static/js/analysis/statistics.js";
import { near, noise, pixels, spot } from "./spots.mjs";

const statistics = (pixels, region) => of(project(pixels, region));

const FWHM = Math.sqrt(8 * Math.LN2);
const box = (kind, x, y, width, height) => ({ kind, x, y, width, height });
const FEW = pixels(3, Float32Array.of(1, 2, NaN, 4, -5, Infinity));

/** Sub-pixel places of a spot's middle, all over a sample. */
const places = (pitch = 1) =>
  Array.from({ length: 8 }, (_, n) => [(n / 8) * pitch, (((n * 5) % 8) / 8) * pitch]);

function closely(found, { x, y }, part) {
  assert.ok(near(found.x, x, part) && near(found.y, y, part), `${found.x}, ${found.y} is not ${x}, ${y}`);
}

test("count, sum, mean, min and max are of the finite values", () => {
  const { count, sum, mean, min, max } = statistics(FEW, null);
  assert.deepEqual({ count, sum, mean, min, max }, { count: 4, sum: 2, mean: 0.5, min: -5, max: 4 });
});

test("values that are not finite are counted", () => {
  assert.equal(statistics(FEW, null).bad, 2);
});

test("they are in camera units", () => {
  const { sum, mean, min, max } = statistics({ ...FEW, offset: 10, scale: 2 }, null);
  assert.deepEqual({ sum, mean, min, max }, { sum: 44, mean: 11, min: 0, max: 18 });
});

test("they are of the region only", () => {
  const { count, sum } = statistics(FEW, box("rect", 0, 0, 1, 2));
  assert.deepEqual({ count, sum }, { count: 2, sum: 5 });
});

test("a reduced picture has the pixels and about the sum of the whole one", () => {
  const { count, sum } = statistics(spot({ x: 100, y: 90, sigma: 15, pedestal: 7, pitch: 4 }), null);
  const whole = statistics(spot({ x: 100, y: 90, sigma: 15, pedestal: 7 }), null);
  assert.ok(count === whole.count && near(sum, whole.sum, 1e-9), `${count}, ${sum} beside ${whole.sum}`);
});

test("integers of any type give the same", () => {
  const values = Array.from({ length: 400 }, (_, n) => (n * 37) % 101);
  const found = [Uint8Array, Int16Array, Uint32Array, Float64Array].map((Type) =>
    statistics(pixels(20, Type.from(values)), null),
  );
  assert.deepEqual(found.slice(1), [found[0], found[0], found[0]]);
});

test("a region without samples has no results", () => {
  assert.deepEqual(statistics(FEW, box("rect", 50, 50, 4, 4)), {
    count: 0,
    sum: 0,
    mean: null,
    min: null,
    max: null,
    bad: 0,
    centroid: { x: null, y: null },
    rms: { x: null, y: null },
    fwhm: { x: null, y: null },
  });
});

test("a region of bad values alone says how many", () => {
  const { count, bad, mean } = statistics(pixels(2, new Float64Array(4).fill(NaN)), null);
  assert.deepEqual({ count, bad, mean }, { count: 0, bad: 4, mean: null });
});

test("a flat picture has no spot", () => {
  const { centroid, rms, fwhm } = statistics(pixels(20, new Uint8Array(400).fill(7)), null);
  const none = { x: null, y: null };
  assert.deepEqual({ centroid, rms, fwhm }, { centroid: none, rms: none, fwhm: none });
});

test("a dip is no spot", () => {
  const { centroid, fwhm } = statistics(spot({ x: 90, y: 90, sigma: 8, height: -300, pedestal: 500 }), null);
  const none = { x: null, y: null };
  assert.deepEqual({ centroid, fwhm }, { centroid: none, fwhm: none });
});

test("one bright pixel's centroid is where people say it is", () => {
  const data = new Uint8Array(400);
  data[7 * 20 + 5] = 100;
  assert.deepEqual(statistics(pixels(20, data), null).centroid, { x: 5, y: 7 });
});

test("the centroid counts from the camera's corner, not the pixels'", () => {
  const data = new Uint8Array(400);
  data[7 * 20 + 5] = 100;
  assert.deepEqual(statistics(pixels(20, data, { x: 300, y: 200 }), null).centroid, { x: 305, y: 207 });
});

for (const sigma of [3, 5, 15]) {
  for (const pedestal of [0, 1000]) {
    for (const region of [null, box("rect", 100 - 6 * sigma, 100 - 7 * sigma, 13 * sigma, 15 * sigma)]) {
      const where = `${region ? "a region off its centre" : "the whole picture"}, pedestal ${pedestal}`;
      test(`FWHM, rms and centroid of a spot of ${sigma} px are within 0.5 % of the FWHM: ${where}`, () => {
        for (const [dx, dy] of places()) {
          const x = 100 + dx;
          const y = 100 + dy;
          const picture = spot({ x, y, sigma, sigmaY: 1.2 * sigma, pedestal });
          const { centroid, rms, fwhm } = statistics(picture, region);
          closely(fwhm, { x: FWHM * sigma, y: 1.2 * FWHM * sigma }, 0.005);
          closely(rms, { x: sigma, y: 1.2 * sigma }, 0.005);
          const off = Math.max(Math.abs(centroid.x - x), Math.abs(centroid.y - y));
          assert.ok(off < 0.005 * FWHM * sigma, `centroid ${off} px off`);
        }
      });
    }
  }
}

test("an ellipse that contains the spot has its FWHM and rms too", () => {
  const { fwhm, rms } = statistics(
    spot({ x: 100.3, y: 99.8, sigma: 10, pedestal: 300 }),
    box("ellipse", 30, 40, 150, 130),
  );
  closely(fwhm, { x: FWHM * 10, y: FWHM * 10 }, 0.005);
  closely(rms, { x: 10, y: 10 }, 0.005);
});

for (const pitch of [2, 4]) {
  test(`a spot of 15 px has its FWHM in means of ${pitch} x ${pitch} pixels`, () => {
    for (const [dx, dy] of places(pitch)) {
      const { fwhm } = statistics(spot({ x: 100 + dx, y: 96 + dy, sigma: 15, pedestal: 50, pitch }), null);
      closely(fwhm, { x: FWHM * 15, y: FWHM * 15 }, 0.005);
    }
  });

  test(`a spot as narrow as a sample has its rms in means of ${pitch} x ${pitch} pixels`, () => {
    for (const [dx, dy] of places(pitch)) {
      const { rms } = statistics(spot({ x: 100 + dx, y: 96 + dy, sigma: 4, pedestal: 50, pitch }), null);
      closely(rms, { x: 4, y: 4 }, 0.005);
    }
  });
}

test("the centroid is the same in means of 4 x 4 pixels", () => {
  const { centroid } = statistics(spot({ x: 101.3, y: 97.9, sigma: 15, pitch: 4 }), null);
  closely(centroid, { x: 101.3, y: 97.9 }, 1e-6);
});

/** A spot of 15 px with noise, rounded to whole counts as a camera does. */
function noisy(width, seed, others = {}) {
  const { data, ...picture } = spot({ x: 100.3, y: 99.6, sigma: 15, height: 200, pedestal: 100.35, ...others });
  const random = noise(seed);
  return { ...picture, data: Uint16Array.from(data, (value) => Math.round(value + width * random())) };
}

test("noise of a twentieth of the spot's height leaves the FWHM within 3 %", () => {
  for (let seed = 1; seed <= 8; seed += 1) {
    closely(statistics(noisy(10, seed), null).fwhm, { x: FWHM * 15, y: FWHM * 15 }, 0.03);
  }
});

test("a base between two counts does not widen the rms", () => {
  for (let seed = 1; seed <= 8; seed += 1) {
    closely(statistics(noisy(1, seed), box("rect", 25, 25, 150, 150)).rms, { x: 15, y: 15 }, 0.04);
  }
});

test("a hot pixel is not the peak", () => {
  const picture = noisy(1, 5);
  picture.data[40 * 200 + 160] = 65535;
  closely(statistics(picture, null).fwhm, { x: FWHM * 15, y: FWHM * 15 }, 0.01);
});

test("a dead column through the spot does not cut the FWHM", () => {
  const picture = spot({ x: 100.3, y: 99.6, sigma: 15 });
  for (let row = 0; row < 200; row += 1) picture.data[row * 200 + 107] = NaN;
  closely(statistics(picture, null).fwhm, { x: FWHM * 15, y: FWHM * 15 }, 0.005);
});

test("hot pixels on the border count as they are, and do not lift the base", () => {
  const picture = spot({ x: 100, y: 100, sigma: 15 });
  const { sum } = statistics(picture, null);
  for (let column = 60; column < 80; column += 1) picture.data[column] = 1000;
  const wanted = (100 * sum + 69.5 * 20_000) / (sum + 20_000);
  closely(statistics(picture, null).centroid, { x: wanted, y: (100 * sum) / (sum + 20_000) }, 1e-6);
});

test("a spot cut by the region's side has no FWHM across that side", () => {
  const { fwhm } = statistics(spot({ x: 100, y: 100, sigma: 10 }), box("rect", 98, 50, 60, 100));
  assert.ok(fwhm.x === null && fwhm.y !== null, `${fwhm.x}, ${fwhm.y}`);
});
