import assert from "node:assert/strict";
import test from "node:test";

import { Levels, countLevels } from "../../../web/static/js/picture/levels.js";

const EIGHT_BITS = { min: 0, max: 255 };

/** A megapixel whose background lies from `from` to `to`, with some pixels of other levels. */
function picture(from, to, others = {}) {
  const counts = new Uint32Array(256);
  for (let level = from; level <= to; level += 1) counts[level] = Math.round(1e6 / (to - from + 1));
  for (const [level, pixels] of Object.entries(others)) counts[level] += pixels;
  return counts;
}

const shown = (levels) => [levels.low, levels.high];

function seen(...pictures) {
  const levels = new Levels();
  pictures.forEach((counts, index) => levels.update(counts, EIGHT_BITS, index * 0.04));
  return levels;
}

/** Twenty-five a second, from the first time up to and including the last. */
function watch(levels, counts, fromS, toS, image = EIGHT_BITS) {
  for (let n = 0; fromS + n / 25 <= toS + 1e-9; n += 1) levels.update(counts, image, fromS + n / 25);
}

test("the first frame's range is shown at once, in camera units", () => {
  const levels = new Levels();
  levels.update(picture(51, 102), { min: 1000, max: 2275 }, 0);
  assert.deepEqual(shown(levels), [1255, 1510]);
  assert.equal(levels.isAuto, true);
  assert.equal(levels.mode, "auto");
});

test("hot and dead pixels do not move it", () => {
  const levels = seen(picture(20, 120, { 0: 20, 254: 4, 255: 20 }));
  assert.deepEqual(shown(levels), [20, 120]);
});

test("hot pixels that come and go do not move it", () => {
  const levels = seen(picture(20, 120), picture(20, 120, { 255: 24 }), picture(20, 120));
  assert.deepEqual(shown(levels), [20, 120]);
});

test("a beam of 6 x 6 pixels in a megapixel is not cut", () => {
  assert.deepEqual(shown(seen(picture(2, 8, { 200: 36 }))), [2, 200]);
});

test("in a small picture the percentile counts", () => {
  const counts = new Uint32Array(256);
  counts[10] = 9990;
  counts[90] = 6;
  counts[250] = 4;
  assert.deepEqual(shown(seen(counts)), [10, 90]);
});

test("other percentiles may be chosen, and cut off what they say", () => {
  const levels = new Levels();
  levels.setAuto([10, 100]);
  levels.update(picture(100, 199, { 255: 1 }), EIGHT_BITS, 0);
  assert.deepEqual(shown(levels), [110, 255]);
  levels.setAuto([10, 90]);
  levels.update(picture(100, 199, { 255: 1 }), EIGHT_BITS, 1);
  assert.deepEqual(shown(levels), [110, 190]);
});

test("the percentiles that were chosen come back after a fixed range, and the usual when asked for", () => {
  const levels = new Levels();
  levels.setAuto([10, 90]);
  levels.setFixed(3, 4);
  assert.deepEqual([levels.isAuto, shown(levels)], [false, [3, 4]]);
  levels.setAuto();
  levels.update(picture(100, 199), EIGHT_BITS, 0);
  assert.deepEqual(shown(levels), [110, 189]);
  levels.setAuto(null);
  levels.update(picture(100, 199), EIGHT_BITS, 1);
  assert.deepEqual(shown(levels), [100, 199]);
});

for (const level of [0, 77, 255]) {
  test(`a picture of nothing but ${level} still has a range`, () => {
    const levels = seen(picture(level, level));
    assert.equal(levels.high - levels.low, 1);
    assert.ok(levels.low <= level && level <= levels.high);
  });
}

test("flicker of 5 % up and down moves nothing", () => {
  const levels = seen(picture(0, 105));
  for (let n = 1; n < 250; n += 1) {
    levels.update(picture(0, [95, 100, 105, 98][n % 4]), EIGHT_BITS, n / 25);
    assert.deepEqual(shown(levels), [0, 105]);
  }
});

test("it grows at once, so that the top of a beam is not cut flat", () => {
  const levels = seen(picture(50, 150));
  levels.update(picture(48, 152), EIGHT_BITS, 0.04);
  assert.deepEqual(shown(levels), [48, 152]);
  levels.update(picture(47, 240), EIGHT_BITS, 0.08);
  assert.deepEqual(shown(levels), [47, 240]);
});

test("it closes after two seconds, to the widest of them", () => {
  const levels = seen(picture(0, 200));
  watch(levels, picture(10, 80), 1, 1.96);
  watch(levels, picture(15, 100), 2, 2.96);
  assert.deepEqual(shown(levels), [0, 200]);
  watch(levels, picture(20, 60), 3, 3);
  assert.deepEqual(shown(levels), [10, 100]);
});

test("it does not close for what is smaller by less than 20 %", () => {
  const levels = seen(picture(0, 200));
  watch(levels, picture(20, 165), 1, 10);
  assert.deepEqual(shown(levels), [0, 200]);
});

test("a single bright frame begins the two seconds anew", () => {
  const levels = seen(picture(0, 200));
  watch(levels, picture(0, 100), 1, 2.5);
  watch(levels, picture(0, 190), 2.54, 2.54);
  watch(levels, picture(0, 100), 2.58, 4.54);
  assert.deepEqual(shown(levels), [0, 200]);
  watch(levels, picture(0, 100), 4.58, 4.62);
  assert.deepEqual(shown(levels), [0, 100]);
});

test("a slow camera closes too", () => {
  const levels = seen(picture(0, 200));
  for (const s of [10, 20]) levels.update(picture(0, 100), EIGHT_BITS, s);
  assert.deepEqual(shown(levels), [0, 100]);
});

test("another min and max from the server move it by their rounding only", () => {
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

test("a fixed range does not move", () => {
  const levels = seen(picture(0, 100));
  levels.setFixed(-5, 3000);
  watch(levels, picture(50, 240), 1, 5);
  assert.deepEqual(shown(levels), [-5, 3000]);
  assert.equal(levels.mode, "fixed");
  assert.equal(levels.isAuto, false);
});

test("a locked range is what was shown, and does not move", () => {
  const levels = seen(picture(10, 100));
  levels.lock();
  watch(levels, picture(0, 240), 1, 5);
  assert.deepEqual(shown(levels), [10, 100]);
  assert.equal(levels.isAuto, false);
});

test("automatic again takes the next frame's range at once", () => {
  const levels = seen(picture(0, 200));
  levels.lock();
  levels.setAuto();
  assert.deepEqual(shown(levels), [0, 200]);
  levels.update(picture(40, 60), EIGHT_BITS, 1);
  assert.deepEqual(shown(levels), [40, 60]);
});

test("an empty histogram keeps what was", () => {
  const levels = seen(picture(10, 100));
  watch(levels, new Uint32Array(256), 1, 5);
  assert.deepEqual(shown(levels), [10, 100]);
});

test("the histogram counts red, all pixels or one of some for them", () => {
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
  assert.deepEqual(shown(levels), [24, 56]);
});

test("a fixed range stays whatever the scales", () => {
  const levels = new Levels();
  levels.setFixed(3, 7);
  levels.update(picture(51, 204), LOG, 0);
  assert.deepEqual(shown(levels), [3, 7]);
});
