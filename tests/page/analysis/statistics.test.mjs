import assert from "node:assert/strict";
import test from "node:test";

import { project } from "../../../web/static/js/analysis/projection.js";
import { statistics as statisticsOf } from "../../../web/static/js/analysis/statistics.js";
import { near, noise, pixels, spot } from "./spots.mjs";

const statistics = (pixels, region) => statisticsOf(pixels, region, project(pixels, region));

const FWHM = Math.sqrt(8 * Math.LN2);
const box = (kind, x, y, width, height) => ({ kind, x, y, width, height });
const FEW = pixels(3, Float32Array.of(1, 2, NaN, 4, -5, Infinity));

/** Sub-sample positions of a spot's centre. */
const places = (pitch = 1) =>
  Array.from({ length: 8 }, (_, n) => [(n / 8) * pitch, (((n * 5) % 8) / 8) * pitch]);

function assertClose({ x: foundX, y: foundY, reason }, { x, y }, part) {
  const text = `${foundX?.value}, ${foundY?.value} is not ${x}, ${y} ${reason}`;
  assert.ok(near(foundX?.value ?? null, x, part) && near(foundY?.value ?? null, y, part), text);
}

test("count, sum, mean, min and max are of the finite values", () => {
  const { count, sum, mean, min, max } = statistics(FEW, null);
  assert.deepEqual({ count, sum, mean, min, max }, { count: 4, sum: 2, mean: 0.5, min: -5, max: 4 });
});

test("values that are not finite are counted", () => {
  assert.equal(statistics(FEW, null).bad, 2);
});

test("statistics are in camera units", () => {
  const { sum, mean, min, max } = statistics({ ...FEW, offset: 10, scale: 2 }, null);
  assert.deepEqual({ sum, mean, min, max }, { sum: 44, mean: 11, min: 0, max: 18 });
});

test("statistics are of the region only", () => {
  const { count, sum } = statistics(FEW, box("rect", 0, 0, 1, 2));
  assert.deepEqual({ count, sum }, { count: 2, sum: 5 });
});

test("a reduced picture has the count and about the sum of the full one", () => {
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
  const { count, sum, mean, min, max, bad, ...spot } = statistics(FEW, box("rect", 50, 50, 4, 4));
  assert.deepEqual([count, sum, mean, min, max, bad], [0, 0, null, null, null, 0]);
  none(spot, "No spot is above the noise.");
});

test("a region of bad values only has their number", () => {
  const { count, bad, mean } = statistics(pixels(2, new Float64Array(4).fill(NaN)), null);
  assert.deepEqual({ count, bad, mean }, { count: 0, bad: 4, mean: null });
});

test("a flat picture has no spot", () => {
  none(statistics(pixels(20, new Uint8Array(400).fill(7)), null), "No spot is above the noise.");
});

test("noise has no spot", () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const random = noise(seed);
    const data = Float32Array.from({ length: 40_000 }, () => 100 + 10 * random());
    none(statistics(pixels(200, data), null), "No spot is above the noise.");
  }
});

test("a dip is not a spot", () => {
  const picture = spot({ x: 90, y: 90, sigma: 8, height: -300, pedestal: 500 });
  none(statistics(picture, null), "No spot is above the noise.");
});

/** Nine pixels, symmetric about (5, 7). */
function cross(others) {
  const data = new Uint8Array(900);
  const heights = [20, 50, 20, 50, 100, 50, 20, 50, 20];
  heights.forEach((height, at) => {
    data[(6 + Math.floor(at / 3)) * 30 + 4 + (at % 3)] = height;
  });
  return pixels(30, data, others);
}

test("the centroid of a pixel is its position", () => {
  const { centroid } = statistics(cross(), null);
  assert.deepEqual([centroid.x.value, centroid.y.value].map((value) => value.toFixed(3)), ["5.000", "7.000"]);
});

test("the centroid is relative to the camera's corner", () => {
  const { centroid } = statistics(cross({ x: 300, y: 200 }), null);
  assert.deepEqual([centroid.x.value, centroid.y.value].map((value) => value.toFixed(3)), ["305.000", "207.000"]);
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
          assertClose(fwhm, { x: FWHM * sigma, y: 1.2 * FWHM * sigma }, 0.005);
          assertClose(rms, { x: sigma, y: 1.2 * sigma }, 0.005);
          const off = Math.max(Math.abs(centroid.x.value - x), Math.abs(centroid.y.value - y));
          assert.ok(off < 0.005 * FWHM * sigma, `centroid ${off} px off`);
        }
      });
    }
  }
}

test("an elliptic region has the spot's FWHM and rms", () => {
  const { fwhm, rms } = statistics(
    spot({ x: 100.3, y: 99.8, sigma: 10, pedestal: 300 }),
    box("ellipse", 30, 40, 150, 130),
  );
  assertClose(fwhm, { x: FWHM * 10, y: FWHM * 10 }, 0.005);
  assertClose(rms, { x: 10, y: 10 }, 0.005);
});

for (const pitch of [2, 4]) {
  test(`a spot of 15 px has its FWHM in means of ${pitch} x ${pitch} pixels`, () => {
    for (const [dx, dy] of places(pitch)) {
      const { fwhm } = statistics(spot({ x: 100 + dx, y: 96 + dy, sigma: 15, pedestal: 50, pitch }), null);
      assertClose(fwhm, { x: FWHM * 15, y: FWHM * 15 }, 0.005);
    }
  });

  test(`a spot as narrow as a sample has its rms in means of ${pitch} x ${pitch} pixels`, () => {
    for (const [dx, dy] of places(pitch)) {
      const { rms } = statistics(spot({ x: 100 + dx, y: 96 + dy, sigma: 4, pedestal: 50, pitch }), null);
      assertClose(rms, { x: 4, y: 4 }, 0.01);
    }
  });
}

test("the centroid is the same in means of 4 x 4 pixels", () => {
  const { centroid } = statistics(spot({ x: 101.3, y: 97.9, sigma: 15, pitch: 4 }), null);
  assertClose(centroid, { x: 101.3, y: 97.9 }, 1e-5);
});

/** Assert that nothing is known, for this reason. */
function none({ centroid, rms, fwhm }, reason) {
  for (const pair of [centroid, rms, fwhm]) {
    assert.deepEqual([pair.x, pair.y], [null, null]);
    assert.match(pair.reason, new RegExp(reason));
  }
}

/** A spot of 15 px with noise, rounded to whole counts as a camera does. */
function noisy(width, seed, others = {}) {
  const { data, ...picture } = spot({ x: 100.3, y: 99.6, sigma: 15, height: 200, pedestal: 100.35, ...others });
  const random = noise(seed);
  return { ...picture, data: Uint16Array.from(data, (value) => Math.round(value + width * random())) };
}

test("noise of a twentieth of the spot's height leaves the FWHM within 3 %", () => {
  for (let seed = 1; seed <= 8; seed += 1) {
    assertClose(statistics(noisy(10, seed), null).fwhm, { x: FWHM * 15, y: FWHM * 15 }, 0.03);
  }
});

test("a base between two counts does not widen the rms", () => {
  for (let seed = 1; seed <= 8; seed += 1) {
    assertClose(statistics(noisy(1, seed), box("rect", 25, 25, 150, 150)).rms, { x: 15, y: 15 }, 0.04);
  }
});

test("a hot pixel is not the peak", () => {
  const picture = noisy(1, 5);
  picture.data[40 * 200 + 160] = 65535;
  assertClose(statistics(picture, null).fwhm, { x: FWHM * 15, y: FWHM * 15 }, 0.01);
});

test("a dead column through the spot does not cut the FWHM", () => {
  const picture = spot({ x: 100.3, y: 99.6, sigma: 15 });
  for (let row = 0; row < 200; row += 1) picture.data[row * 200 + 107] = NaN;
  assertClose(statistics(picture, null).fwhm, { x: FWHM * 15, y: FWHM * 15 }, 0.005);
});

test("hot pixels beside the spot do not affect it", () => {
  const picture = spot({ x: 100, y: 100, sigma: 15, pedestal: 50 });
  for (let column = 60; column < 80; column += 1) picture.data[column] = 1000;
  picture.data[70 * 200 + 90] = 60_000;
  const { centroid, rms } = statistics(picture, null);
  assertClose(centroid, { x: 100, y: 100 }, 0.001);
  assertClose(rms, { x: 15, y: 15 }, 0.01);
});

test("a spot that touches the region's edge has a reason instead of results", () => {
  const picture = spot({ x: 100, y: 100, sigma: 10, pedestal: 20 });
  for (const region of [box("rect", 98, 50, 60, 100), box("rect", 85, 60, 80, 80), box("ellipse", 82, 60, 80, 80)]) {
    none(statistics(picture, region), /^The spot touches the region's edge/);
  }
});

test("a spot at the picture's edge touches the region's edge too", () => {
  none(statistics(spot({ x: 8, y: 100, sigma: 10 }), null), /touches the region's edge/);
});

test("a spot narrower than a pixel has a centroid, and no width", () => {
  const { centroid, rms, fwhm } = statistics(spot({ x: 100, y: 100, sigma: 0.58, pedestal: 20 }), null);
  assertClose(centroid, { x: 100, y: 100 }, 1e-3);
  assert.deepEqual([rms, fwhm], Array(2).fill({ x: null, y: null, reason: "The spot is narrower than a pixel." }));
});

test("a spot of mostly bad pixels is not measured", () => {
  const picture = spot({ x: 100, y: 100, sigma: 10, pedestal: 20 });
  for (let at = 0; at < picture.data.length; at += 1) if (at % 200 > 85 && at % 3) picture.data[at] = NaN;
  none(statistics(picture, null), /bad/);
});

test("the margin around a region without room is its background", () => {
  const picture = spot({ x: 100.3, y: 99.6, sigma: 15, pedestal: 300 });
  const { centroid, rms } = statistics(picture, box("rect", 55, 55, 90, 90));
  assertClose(centroid, { x: 100.3, y: 99.6 }, 0.001);
  assertClose(rms, { x: 15, y: 15 }, 0.01);
});

test("a tilted background does not bias the results", () => {
  const picture = spot({ x: 120.3, y: 79.6, sigma: 10, height: 200 });
  picture.data.forEach((value, at) => {
    picture.data[at] = value + 2 * (at % 200) - Math.floor(at / 200);
  });
  const { centroid, rms, fwhm, slope } = statistics(picture, null);
  assertClose(centroid, { x: 120.3, y: 79.6 }, 0.001);
  assertClose(rms, { x: 10, y: 10 }, 0.005);
  assertClose(fwhm, { x: 10 * FWHM, y: 10 * FWHM }, 0.005);
  assert.ok(near(slope.x.value, 2, 0.001) && near(slope.y.value, -1, 0.001));
});

test("a rotated spot has its widths along x and y", () => {
  const data = new Float64Array(40_000);
  data.forEach((_, at) => {
    const dx = (at % 200) - 100;
    const dy = Math.floor(at / 200) - 90;
    const [long, short] = [(dx + dy) / Math.SQRT2, (dx - dy) / Math.SQRT2];
    data[at] = 50 + 300 * Math.exp(-(long ** 2) / 2 / 18 ** 2 - short ** 2 / 2 / 6 ** 2);
  });
  const sigma = Math.sqrt((18 ** 2 + 6 ** 2) / 2);
  assertClose(statistics(pixels(200, data), null).rms, { x: sigma, y: sigma }, 0.005);
});
