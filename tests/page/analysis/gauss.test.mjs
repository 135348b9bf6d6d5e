import assert from "node:assert/strict";
import test from "node:test";

import { gaussianCurve, fitGaussian } from "../../../web/static/js/analysis/gauss.js";
import { profiles as profilesOf, project } from "../../../web/static/js/analysis/projection.js";
import { near, noise, spot } from "./spots.mjs";

const profiles = (pixels, region) => profilesOf(project(pixels, region));

const FWHM = Math.sqrt(8 * Math.LN2);

function profile({ length = 640, centre, sigma, amplitude = 100, offset = 50, random = () => 0 }) {
  const values = Float64Array.from(
    { length },
    (_, n) => offset + amplitude * Math.exp(-((n - centre) ** 2) / (2 * sigma ** 2)) + random(),
  );
  return { start: 0, pitch: 1, values };
}

function assertClose(found, expected, part) {
  for (const [name, value] of Object.entries(expected)) {
    assert.ok(found && near(found[name], value, part), `${name} ${found?.[name]} is not ${value}`);
  }
}

for (const expected of [
  { centre: 320.4, sigma: 20, amplitude: 100, offset: 50 },
  { centre: 320.4, sigma: 20, amplitude: 100, offset: -5000 },
  { centre: 100.7, sigma: 1.2, amplitude: 0.003, offset: 1 },
  { centre: 600, sigma: 90, amplitude: 1e6, offset: 7 },
  { centre: 12.3, sigma: 150, amplitude: 40000, offset: 100 },
]) {
  test(`a noiseless profile is fitted exactly: ${JSON.stringify(expected)}`, () => {
    assertClose(fitGaussian(profile(expected)), { ...expected, fwhm: FWHM * expected.sigma }, 1e-6);
  });
}

for (const sigma of [0.8, 1.1, 1.5]) {
  test(`a peak of ${sigma} px in a long profile is found wherever it is`, () => {
    for (let centre = 810.03; centre < 860; centre += 0.37) {
      assertClose(fitGaussian(profile({ length: 2048, centre, sigma })), { centre, sigma }, 1e-6);
    }
  });
}

test("a peak as wide as its profile is found", () => {
  assertClose(fitGaussian(profile({ length: 40, centre: 22.5, sigma: 18 })), { centre: 22.5, sigma: 18 }, 1e-4);
});

test("a perfect fit leaves no residual", () => {
  const { rms } = fitGaussian(profile({ centre: 300, sigma: 20 }));
  assert.ok(rms < 1e-6, `${rms}`);
});

test("with noise the residual is the noise", () => {
  const random = noise(3);
  const { rms } = fitGaussian(profile({ centre: 300, sigma: 20, random: () => 5 * random() }));
  assert.ok(near(rms, 5, 0.1), `${rms}`);
});

test("noise of a tenth of the amplitude leaves centre and sigma within 5 % of sigma", () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const random = noise(seed);
    const { centre, sigma } = fitGaussian(profile({ centre: 300, sigma: 30, random: () => 10 * random() }));
    assert.ok(Math.abs(centre - 300) < 1.5 && Math.abs(sigma - 30) < 1.5, `${centre}, ${sigma}`);
  }
});

test("noise alone is no peak", () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const random = noise(seed);
    assert.equal(fitGaussian(profile({ centre: 0, sigma: 1, amplitude: 0, random })), null, `seed ${seed}`);
  }
});

for (const [what, others] of Object.entries({
  narrow: { centre: 300, sigma: 5 },
  wide: { centre: 300, sigma: 150 },
  "at the edge": { centre: 630, sigma: 40 },
})) {
  test(`a dip is no peak: ${what}`, () => {
    assert.equal(fitGaussian(profile({ amplitude: -100, ...others })), null);
  });
}

test("a flat line is no peak", () => {
  assert.equal(fitGaussian(profile({ centre: 300, sigma: 20, amplitude: 0 })), null);
});

test("rounding errors of a flat line are no peak", () => {
  const { values } = profile({ centre: 300, sigma: 20, amplitude: 0, offset: 0.1 });
  const rounded = values.map((value, n) => (n > 300 && n < 340 ? value * (1 + Number.EPSILON) : value));
  assert.equal(fitGaussian({ start: 0, pitch: 1, values: rounded }), null);
});

test("a slope is no peak", () => {
  assert.equal(fitGaussian({ start: 0, pitch: 1, values: Float64Array.from({ length: 100 }, (_, n) => 3 * n) }), null);
});

for (const [what, places] of Object.entries({
  "a spike": [77],
  "a spike at the end": [0],
  "a spike of two": [77, 78],
})) {
  test(`${what} is no peak`, () => {
    const flat = profile({ centre: 300, sigma: 20, amplitude: 0 });
    for (const place of places) flat.values[place] = 1e6;
    assert.equal(fitGaussian(flat), null);
  });
}

test("a peak without its flanks has no width", () => {
  const values = Float64Array.from({ length: 100 }, (_, n) => -((n - 50) ** 2));
  assert.equal(fitGaussian({ start: 0, pitch: 1, values }), null);
});

test("the flank of a peak that lies outside is no peak", () => {
  assert.equal(fitGaussian(profile({ centre: -20, sigma: 60 })), null);
});

for (const at of [30, 300, 312, 345]) {
  test(`a spike at ${at} does not move the fit of a peak at 300`, () => {
    const spiked = profile({ centre: 300, sigma: 20 });
    spiked.values[at] += 2000;
    assertClose(fitGaussian(spiked), { centre: 300, sigma: 20, amplitude: 100 }, 0.005);
  });
}

test("values that are not finite are left out", () => {
  const gappy = profile({ centre: 300, sigma: 20 });
  gappy.values.fill(NaN, 305, 320);
  gappy.values[100] = Infinity;
  assertClose(fitGaussian(gappy), { centre: 300, sigma: 20, amplitude: 100, offset: 50 }, 0.005);
});

for (const values of [[], [1], [1, 2, 1], [0, 1, 1, 0], new Array(100).fill(NaN)]) {
  test(`${values.length} values of which too few are finite are no peak`, () => {
    assert.equal(fitGaussian({ start: 0, pitch: 1, values: Float64Array.from(values) }), null);
  });
}

test("for any input the results are finite, or there are none", () => {
  const random = noise(11);
  const odd = [NaN, Infinity, -Infinity, 1e308, -1e308, 0, 5e-324, 1e-320];
  for (let times = 0; times < 3000; times += 1) {
    const values = Float64Array.from({ length: times % 14 }, () => {
      const number = random() * 10 ** (10 * random());
      return Math.abs(random()) < 0.4 ? odd[Math.floor(Math.abs(random()) * 3) % odd.length] : number;
    });
    const found = fitGaussian({ start: 0, pitch: 1, values });
    const isSound = found === null || Object.values(found).every(Number.isFinite);
    assert.ok(isSound, `${values}: ${JSON.stringify(found)}`);
  }
});

test("centre and width are in camera pixels", () => {
  const { values } = profile({ length: 200, centre: 80, sigma: 10 });
  const { centre, sigma } = fitGaussian({ start: 101.5, pitch: 4, values });
  assertClose({ centre, sigma }, { centre: 101.5 + 320, sigma: Math.sqrt(40 ** 2 - 15 / 12) }, 1e-6);
});

for (const pitch of [1, 2, 4]) {
  test(`a spot's fit is the same in means of ${pitch} x ${pitch} pixels`, () => {
    const { x, y } = profiles(spot({ x: 101.3, y: 97.9, sigma: 6, sigmaY: 9, pedestal: 30, pitch }), null);
    assertClose(fitGaussian(x), { centre: 101.3, sigma: 6 }, 0.005);
    assertClose(fitGaussian(y), { centre: 97.9, sigma: 9 }, 0.005);
  });
}

test("the curve of a perfect fit is the profile", () => {
  const expected = { ...profile({ centre: 30, sigma: 5, length: 80 }), start: 7, pitch: 2 };
  const found = gaussianCurve(fitGaussian(expected), expected);
  const off = found.map((value, index) => Math.abs(value - expected.values[index]));
  assert.ok(found.length === 80 && Math.max(...off) < 1e-6, `${Math.max(...off)}`);
});

test("the errors of a fit are those of its centre and width", () => {
  let [covered, all] = [0, 0];
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = noise(seed);
    const found = fitGaussian(profile({ length: 200, centre: 98.4, sigma: 9, random: () => 8 * random() }));
    covered += Math.abs(found.centre - 98.4) <= 2 * found.centreError ? 1 : 0;
    covered += Math.abs(found.fwhm - 9 * FWHM) <= 2 * found.fwhmError ? 1 : 0;
    all += 2;
  }
  assert.ok(covered >= 0.9 * all && covered < all, `${covered} of ${all}`);
});

test("the background's slope is given, and its error adds to that of the centre", () => {
  const { values, ...tilted } = profile({ centre: 320.4, sigma: 20 });
  const rising = { ...tilted, values: values.map((value, at) => value + 0.3 * at) };
  const sure = fitGaussian(rising, { value: 0.3, error: 0 });
  assertClose(sure, { centre: 320.4, sigma: 20, amplitude: 100, offset: 50 + 0.3 * 320.4, slope: 0.3 }, 1e-6);
  assert.ok(near(gaussianCurve(sure, rising)[200], rising.values[200], 1e-6));
  const unsure = fitGaussian(rising, { value: 0.3, error: 0.01 });
  const wrong = fitGaussian(rising, { value: 0.31, error: 0 }).centre - 320.4;
  assert.ok(near(unsure.centreError, Math.abs(wrong), 0.05), `${unsure.centreError}, ${wrong}`);
});
