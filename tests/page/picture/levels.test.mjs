import assert from "node:assert/strict";
import test from "node:test";

import { Levels, countLevels } from "../../../web/static/js/picture/levels.js";

const EIGHT_BITS = { min: 0, max: 255 };

/** A megapixel with a background of levels `from` to `to`, and some pixels of other levels. */
function picture(from, to, others = {}) {
  const counts = new Uint32Array(256);
  for (let level = from; level <= to; level += 1) counts[level] = Math.round(1e6 / (to - from + 1));
  for (const [level, pixels] of Object.entries(others)) counts[level] += pixels;
  return counts;
}

const rangeOf = (levels) => [levels.low, levels.high];

function levelsAfter(...pictures) {
  const levels = new Levels();
  pictures.forEach((counts, index) => levels.update(counts, EIGHT_BITS, index * 0.04));
  return levels;
}

/** Update 25 times a second, from the first time to the last, inclusive. */
function watch(levels, counts, fromS, toS, image = EIGHT_BITS) {
  for (let n = 0; fromS + n / 25 <= toS + 1e-9; n += 1) levels.update(counts, image, fromS + n / 25);
}

test("the first frame sets the range immediately, in camera units", () => {
  const levels = new Levels();
  levels.update(picture(51, 102), { min: 1000, max: 2275 }, 0);
  assert.deepEqual(rangeOf(levels), [1255, 1510]);
  assert.equal(levels.isAuto, true);
  assert.equal(levels.mode, "auto");
});

test("hot and dead pixels do not change the range", () => {
  const levels = levelsAfter(picture(20, 120, { 0: 20, 254: 4, 255: 20 }));
  assert.deepEqual(rangeOf(levels), [20, 120]);
});

test("hot pixels that come and go do not change the range", () => {
  const levels = levelsAfter(picture(20, 120), picture(20, 120, { 255: 24 }), picture(20, 120));
  assert.deepEqual(rangeOf(levels), [20, 120]);
});

test("a beam of 6 x 6 pixels in a megapixel is not cut", () => {
  assert.deepEqual(rangeOf(levelsAfter(picture(2, 8, { 200: 36 }))), [2, 200]);
});

test("in a small picture the percentile decides", () => {
  const counts = new Uint32Array(256);
  counts[10] = 9990;
  counts[90] = 6;
  counts[250] = 4;
  assert.deepEqual(rangeOf(levelsAfter(counts)), [10, 90]);
});

test("other percentiles can be chosen", () => {
  const levels = new Levels();
  levels.setAuto([10, 100]);
  levels.update(picture(100, 199, { 255: 1 }), EIGHT_BITS, 0);
  assert.deepEqual(rangeOf(levels), [110, 255]);
  levels.setAuto([10, 90]);
  levels.update(picture(100, 199, { 255: 1 }), EIGHT_BITS, 1);
  assert.deepEqual(rangeOf(levels), [110, 190]);
});

test("chosen percentiles are restored after a fixed range, and can be reset", () => {
  const levels = new Levels();
  levels.setAuto([10, 90]);
  levels.setFixed(3, 4);
  assert.deepEqual([levels.isAuto, rangeOf(levels)], [false, [3, 4]]);
  levels.setAuto();
  levels.update(picture(100, 199), EIGHT_BITS, 0);
  assert.deepEqual(rangeOf(levels), [110, 189]);
  levels.setAuto(null);
  levels.update(picture(100, 199), EIGHT_BITS, 1);
  assert.deepEqual(rangeOf(levels), [100, 199]);
});

for (const level of [0, 77, 255]) {
  test(`a picture of level ${level} only has a range`, () => {
    const levels = levelsAfter(picture(level, level));
    assert.equal(levels.high - levels.low, 1);
    assert.ok(levels.low <= level && level <= levels.high);
  });
}

test("flicker of 5 % does not change the range", () => {
  const levels = levelsAfter(picture(0, 105));
  for (let n = 1; n < 250; n += 1) {
    levels.update(picture(0, [95, 100, 105, 98][n % 4]), EIGHT_BITS, n / 25);
    assert.deepEqual(rangeOf(levels), [0, 105]);
  }
});

test("the range grows immediately, so that a beam's peak is not clipped", () => {
  const levels = levelsAfter(picture(50, 150));
  levels.update(picture(48, 152), EIGHT_BITS, 0.04);
  assert.deepEqual(rangeOf(levels), [48, 152]);
  levels.update(picture(47, 240), EIGHT_BITS, 0.08);
  assert.deepEqual(rangeOf(levels), [47, 240]);
});

test("the range shrinks after two seconds, to the widest of them", () => {
  const levels = levelsAfter(picture(0, 200));
  watch(levels, picture(10, 80), 1, 1.96);
  watch(levels, picture(15, 100), 2, 2.96);
  assert.deepEqual(rangeOf(levels), [0, 200]);
  watch(levels, picture(20, 60), 3, 3);
  assert.deepEqual(rangeOf(levels), [10, 100]);
});

test("the range does not shrink by less than 20 %", () => {
  const levels = levelsAfter(picture(0, 200));
  watch(levels, picture(20, 165), 1, 10);
  assert.deepEqual(rangeOf(levels), [0, 200]);
});

test("a single bright frame restarts the two seconds", () => {
  const levels = levelsAfter(picture(0, 200));
  watch(levels, picture(0, 100), 1, 2.5);
  watch(levels, picture(0, 190), 2.54, 2.54);
  watch(levels, picture(0, 100), 2.58, 4.54);
  assert.deepEqual(rangeOf(levels), [0, 200]);
  watch(levels, picture(0, 100), 4.58, 4.62);
  assert.deepEqual(rangeOf(levels), [0, 100]);
});

test("the range of a slow camera shrinks, too", () => {
  const levels = levelsAfter(picture(0, 200));
  for (const s of [10, 20]) levels.update(picture(0, 100), EIGHT_BITS, s);
  assert.deepEqual(rangeOf(levels), [0, 100]);
});

test("another min and max from the server change the range by rounding only", () => {
  const values = Array.from({ length: 100_000 }, (_, n) => 200 + ((n * 7919) % 1601) / 2);
  const levels = new Levels();
  let largest;
  for (const [n, max] of [1200, 1500, 1210, 4095, 1100, 1205].entries()) {
    const counts = new Uint32Array(256);
    for (const value of values) counts[Math.round((value / max) * 255)] += 1;
    for (let frame = 0; frame < 100; frame += 1) levels.update(counts, { min: 0, max }, n * 4 + frame / 25);
    largest ??= levels.high;
    assert.ok(Math.abs(levels.low - 200) < 4095 / 255, `low ${levels.low}`);
    assert.ok(Math.abs(levels.high - largest) < 4095 / 255, `high ${levels.high}`);
  }
});

/** What the camera sent, of which the levels are the nearest. */
const withExtremes = (low, high) => ({ min: 0, max: 255, extremes: { low, high } });

test("it stays within the true extremes, between which the levels lie", () => {
  const levels = new Levels();
  levels.update(picture(10, 200), withExtremes(10.4, 199.7), 0);
  assert.deepEqual(rangeOf(levels), [10.4, 199.7]);
  levels.update(picture(5, 220), withExtremes(5.2, 219.6), 0.1);
  assert.deepEqual(rangeOf(levels), [5.2, 219.6]);
});

test("the percentiles count within the extremes", () => {
  const levels = new Levels();
  levels.update(picture(20, 120, { 0: 20, 254: 4 }), withExtremes(-0.2, 254.3), 0);
  assert.deepEqual(rangeOf(levels), [20, 120]);
});

test("what has become darker by less than 20 % is within its extremes after twice ten seconds", () => {
  const levels = new Levels();
  watch(levels, picture(0, 200), 0, 0, withExtremes(0, 200));
  watch(levels, picture(20, 165), 0.04, 9.9, withExtremes(20, 165));
  assert.deepEqual(rangeOf(levels), [0, 200]);
  watch(levels, picture(20, 165), 9.94, 20.1, withExtremes(20, 165));
  assert.deepEqual(rangeOf(levels), [20, 165]);
});

test("extremes that vary move it once in ten seconds at most", () => {
  const levels = new Levels();
  const seen = new Set();
  for (let n = 0; n < 25 * 60; n += 1) {
    const high = 180 + ((n * 7919) % 40) / 2; // 180 to 199.5
    levels.update(picture(0, Math.round(high)), withExtremes(0, high), n / 25);
    seen.add(levels.high);
  }
  assert.ok(seen.size <= 12, `${seen.size} ranges`);
});

test("a uniform picture has a range although its extremes are equal", () => {
  const levels = new Levels();
  levels.update(picture(77, 77), withExtremes(77, 77), 0);
  assert.ok(levels.low < levels.high);
});

test("a fixed range does not change", () => {
  const levels = levelsAfter(picture(0, 100));
  levels.setFixed(-5, 3000);
  watch(levels, picture(50, 240), 1, 5);
  assert.deepEqual(rangeOf(levels), [-5, 3000]);
  assert.equal(levels.mode, "fixed");
  assert.equal(levels.isAuto, false);
});

test("a locked range is the displayed one and does not change", () => {
  const levels = levelsAfter(picture(10, 100));
  levels.lock();
  watch(levels, picture(0, 240), 1, 5);
  assert.deepEqual(rangeOf(levels), [10, 100]);
  assert.equal(levels.isAuto, false);
});

test("automatic mode uses the next frame's range immediately", () => {
  const levels = levelsAfter(picture(0, 200));
  levels.lock();
  levels.setAuto();
  assert.deepEqual(rangeOf(levels), [0, 200]);
  levels.update(picture(40, 60), EIGHT_BITS, 1);
  assert.deepEqual(rangeOf(levels), [40, 60]);
});

test("an empty histogram keeps the range", () => {
  const levels = levelsAfter(picture(10, 100));
  watch(levels, new Uint32Array(256), 1, 5);
  assert.deepEqual(rangeOf(levels), [10, 100]);
});

test("the histogram counts the red channel of all pixels or of a sample", () => {
  const rgba = Uint8ClampedArray.from([7, 1, 1, 255, 9, 1, 1, 255, 7, 1, 1, 255, 255, 1, 1, 255]);
  const counts = countLevels(rgba);
  assert.deepEqual([counts[1], counts[7], counts[9], counts[255]], [0, 2, 1, 1]);
  const sampled = countLevels(rgba, 2);
  assert.deepEqual([sampled[7], sampled[9], sampled[255]], [4, 0, 0]);
});

const LOG = { min: 0, max: 1000, scale: "log", log_gain: 1000 };

const logValue = (level) => Math.expm1((level / 255) * Math.log1p(1000));

test("of levels on a logarithmic scale the low end follows what a linear one would not notice", () => {
  const levels = new Levels();
  for (const [low, s] of [[40, 0], [30, 0.1], [28, 0.2]]) {
    levels.update(picture(low, 200), LOG, s);
    assert.ok(Math.abs(levels.low - logValue(low)) < 1e-9);
  }
  watch(levels, picture(60, 200), 0.3, 1.9, LOG);
  assert.ok(Math.abs(levels.low - logValue(28)) < 1e-9);
  watch(levels, picture(90, 200), 2, 5, LOG);
  assert.ok(Math.abs(levels.low - logValue(90)) < 1e-9);
});

test("the range of a picture in logarithmic levels is in camera units", () => {
  const levels = new Levels();
  levels.update(picture(51, 204), LOG, 0);
  assert.ok(Math.abs(levels.low - logValue(51)) < 1e-9 && Math.abs(levels.high - logValue(204)) < 1e-9);
});

test("where the scale of the levels changes, the range is that of the next frame", () => {
  const levels = new Levels();
  levels.update(picture(20, 60), EIGHT_BITS, 0);
  levels.update(picture(51, 204), LOG, 0.2);
  assert.ok(levels.low > 2 && levels.low < 4);
  levels.update(picture(24, 56), EIGHT_BITS, 0.3);
  assert.deepEqual(rangeOf(levels), [24, 56]);
});

test("on a logarithmic scale, too, the range stays within the extremes", () => {
  const levels = new Levels();
  levels.update(picture(0, 255), { ...LOG, extremes: { low: 0.4, high: 990 } }, 0);
  assert.deepEqual(rangeOf(levels), [0.4, 990]);
  levels.update(picture(0, 255), { ...EIGHT_BITS, extremes: { low: 0.5, high: 254 } }, 0.1);
  assert.deepEqual(rangeOf(levels), [0.5, 254]);
});

test("a fixed range stays whatever the scales", () => {
  const levels = new Levels();
  levels.setFixed(3, 7);
  levels.update(picture(51, 204), LOG, 0);
  assert.deepEqual(rangeOf(levels), [3, 7]);
});

test("the range of a part of the picture is followed as that of all of it", () => {
  const levels = levelsAfter(picture(0, 200));
  levels.setAuto();
  levels.follow({ low: 50, high: 60 }, EIGHT_BITS, 1);
  assert.deepEqual(rangeOf(levels), [50, 60]);
  levels.follow({ low: 50, high: 90 }, EIGHT_BITS, 1.04);
  assert.deepEqual(rangeOf(levels), [50, 90]);
  levels.setFixed(1, 2);
  levels.follow({ low: 50, high: 60 }, EIGHT_BITS, 2);
  assert.deepEqual(rangeOf(levels), [1, 2]);
});
