import assert from "node:assert/strict";
import test from "node:test";

import {
  percentileRange,
  extremes,
  histogram,
  distinctNumbers,
  robustHistogram,
} from "../../../web/static/js/picture/pixel-statistics.js";
import { Levels } from "../../../web/static/js/picture/levels.js";
import { random } from "./samples.mjs";

const pixels = (data, offset = 0, scale = 1) => ({ data, offset, scale });
const TYPES = [Uint16Array, Int16Array, Int32Array, Uint32Array, Float32Array, Float64Array];
const sum = (counts) => counts.reduce((a, b) => a + b, 0);

/** Values of a camera with noise: 200 of each count from `from` to `to`, and others. */
function beam(Numbers, from, to, others = []) {
  const count = 200 * (to - from + 1);
  const data = new Numbers(count + others.length);
  for (let index = 0; index < count; index += 1) data[index] = from + (index % (to - from + 1));
  data.set(others, count);
  return pixels(data);
}

function valueRange(samples, percentiles) {
  const range = percentileRange(distinctNumbers(samples), percentiles);
  return range && { low: range.from, high: range.to };
}

/** The range that Levels show immediately. */
function shown(samples, percentiles) {
  const levels = new Levels();
  levels.setAuto(percentiles);
  const counts = robustHistogram(samples, levels.widest);
  levels.update(counts.counts, counts, 0);
  return levels;
}

for (const Numbers of [Uint8Array, Int8Array, ...TYPES]) {
  test(`the extremes of ${Numbers.name} are found`, () => {
    const known = { min: 3, max: 120, saturated: 0, bad: 0 };
    assert.deepEqual(extremes(pixels(Numbers.of(7, 3, 120, 5))), known);
  });
}

for (const Numbers of [Int8Array, Int16Array, Int32Array, Float32Array, Float64Array]) {
  test(`the extremes of ${Numbers.name} may be below zero`, () => {
    const { min, max } = extremes(pixels(Numbers.of(-7, -3, -120, -5)));
    assert.deepEqual([min, max], [-120, -3]);
  });
}

test("extremes are camera values", () => {
  const { min, max } = extremes(pixels(Uint8Array.of(0, 255), -10, 0.5));
  assert.deepEqual([min, max], [-10, 117.5]);
});

test("NaN and infinity are counted, and are not extremes", () => {
  const samples = pixels(Float32Array.of(NaN, -Infinity, 2, Infinity, -1));
  assert.deepEqual(extremes(samples), { min: -1, max: 2, saturated: 0, bad: 3 });
});

test("the largest numbers are extremes", () => {
  const { min, max } = extremes(pixels(Float64Array.of(-Number.MAX_VALUE, Number.MAX_VALUE)));
  assert.deepEqual([min, max], [-Number.MAX_VALUE, Number.MAX_VALUE]);
});

for (const Numbers of TYPES) {
  test(`${Numbers.name}: all values at or above the saturation are saturated`, () => {
    assert.equal(extremes(pixels(Numbers.of(99, 100, 100, 101)), 100).saturated, 3);
  });
}

test("saturation is a camera value", () => {
  assert.equal(extremes(pixels(Uint8Array.of(4, 5, 6), 100, 10), 150).saturated, 2);
});

for (const none of [new Float32Array(0), Float32Array.of(NaN, Infinity), new Uint16Array(0)]) {
  test(`${none.length} values of ${none.constructor.name}, none finite, have no extremes`, () => {
    const { min, max } = extremes(pixels(none));
    assert.deepEqual([min, max], [null, null]);
  });

  test(`${none.length} values of ${none.constructor.name}, none finite, have an empty histogram`, () => {
    assert.equal(sum(robustHistogram(pixels(none)).counts), 0);
  });

  test(`${none.length} values of ${none.constructor.name}, none finite, have no percentiles`, () => {
    assert.equal(valueRange(pixels(none), [1, 99]), null);
  });
}

test("a histogram's first and last level are the extremes", () => {
  const { counts, min, max } = histogram(pixels(Uint16Array.of(100, 355, 101, 101, 354)));
  assert.deepEqual([min, max, counts.length], [100, 355, 256]);
  assert.deepEqual([counts[0], counts[1], counts[254], counts[255], sum(counts)], [1, 2, 1, 1, 5]);
});

test("a value counts in its nearest level", () => {
  const { counts } = histogram(pixels(Float64Array.of(0, 0.49, 0.51, 1.4, 2, 3)), 4);
  assert.deepEqual([...counts], [2, 2, 1, 1]);
});

for (const Numbers of [Uint16Array, Float32Array]) {
  test(`${Numbers.name}: values outside a given range count at its ends`, () => {
    const { counts, min, max } = histogram(pixels(Numbers.of(1, 10, 11, 12, 60000)), 3, { min: 10, max: 12 });
    assert.deepEqual([[...counts], min, max], [[2, 1, 2], 10, 12]);
  });
}

test("NaN and infinity are in no level", () => {
  const { counts } = histogram(pixels(Float32Array.of(NaN, 1, Infinity, 2, -Infinity)), 2);
  assert.deepEqual([...counts], [1, 1]);
});

test("a histogram of samples with offset and scale has camera values", () => {
  const { counts, min, max } = histogram(pixels(Uint8Array.of(10, 20), 5, 0.1), 2, { min: 6, max: 7 });
  assert.deepEqual([[...counts], min, max], [[1, 1], 6, 7]);
});

test("equal pixels are all in the first level", () => {
  const { counts, min, max } = histogram(pixels(Uint16Array.of(7, 7, 7)));
  assert.deepEqual([counts[0], min, max], [3, 7, 262]);
});

for (const Numbers of TYPES) {
  test(`${Numbers.name}: a hot pixel does not reduce the beam's levels`, () => {
    const { counts, min, max } = robustHistogram(beam(Numbers, 0, 500, [32767]));
    assert.deepEqual([min, max], [0, 500]);
    assert.ok(counts.every((count) => count > 0));
  });
}

for (const far of [1e6, 1e12, 1e30, 1e300]) {
  test(`a single ${far} does not reduce the beam's levels`, () => {
    const { min, max } = robustHistogram(beam(Float64Array, 0, 500, [far, -far]));
    assert.deepEqual([min, max], [0, 500]);
  });
}

test("a hot pixel counts in the last level", () => {
  const { counts } = robustHistogram(beam(Uint16Array, 0, 255, [65535]));
  assert.equal(counts[255], 201);
});

test("there is a margin beyond the percentiles for close values", () => {
  const { max } = robustHistogram(beam(Float32Array, 0, 500, [520, 65535]));
  assert.equal(max, 520);
});

for (const Numbers of TYPES) {
  test(`${Numbers.name}: Levels show the beam, not the hot pixels`, () => {
    const { low, high } = shown(beam(Numbers, 100, 600, Array(20).fill(32767)));
    assert.deepEqual([Math.abs(low - 100) < 5, Math.abs(high - 600) < 5], [true, true], `${low} ${high}`);
  });
}

test("Levels do not cut a beam of 6 x 6 pixels in a megapixel", () => {
  const data = new Uint16Array(1e6).map((_, index) => 10 + (index % 100));
  const { high } = shown(pixels(data.fill(30_000, 0, 36)));
  assert.ok(Math.abs(high - 30_000) < 300, String(high));
});

test("Levels with all pixels have the whole range", () => {
  const { low, high } = shown(beam(Float32Array, 10, 100, [-300, 9000]), [0, 100]);
  assert.deepEqual([low, high], [-300, 9000]);
});

for (const value of [0, 77, -3.5, 1e9]) {
  test(`a flat picture of ${value} has a range`, () => {
    const { low, high } = shown(pixels(new Float64Array(100).fill(value)));
    assert.deepEqual([low, high], [value, value + 1]);
  });
}

test("percentiles are those of the sorted values, within the stated error", () => {
  const next = random(3);
  const noise = () => next.next().value / 2 ** 32;
  const data = Float32Array.from({ length: 50_000 }, () => 1e4 * noise() ** 3 + 100 * noise());
  const sorted = data.toSorted();
  for (const [low, high] of [[0.1, 99.99], [1, 99.98], [40, 99.96], [0, 100]]) {
    const range = valueRange(pixels(data), [low, high]);
    const known = { low: sorted[500 * low], high: sorted[Math.ceil(500 * high) - 1] };
    const close = (known.high - known.low) / 1000;
    const off = Math.max(Math.abs(range.low - known.low), Math.abs(range.high - known.high));
    assert.ok(off <= close, `${JSON.stringify(range)} for ${JSON.stringify(known)}`);
  }
});

test("a percentile leaves out its share of values at each end", () => {
  const data = Float32Array.from({ length: 100 }, (_, index) => index);
  const { low, high } = valueRange(pixels(data), [10, 90]);
  assert.deepEqual([Math.round(low), Math.round(high)], [10, 89]);
});

test("24 brightest pixels are left out, 25 are a beam", () => {
  const high = (count) => valueRange(beam(Uint16Array, 1, 600, Array(count).fill(9000)), [0.1, 99.9]).high;
  assert.deepEqual([Math.round(high(24)), high(25)], [600, 9000]);
});

test("percentiles of 16-bit integers are exact with any outlier", () => {
  const data = new Uint16Array(10_000).map((_, index) => 100 + (index % 4));
  data[17] = 65535;
  assert.deepEqual(valueRange(pixels(data), [0.1, 99.9]), { low: 100, high: 103 });
});

test("for any values the range between percentiles is within the extremes", () => {
  const next = random(8);
  const below = (most) => next.next().value % most;
  const odd = [0, -0, 1, 5e-324, -1e-300, 1e300, Number.MAX_VALUE, -Number.MAX_VALUE, NaN, Infinity, 2 ** 53];
  for (let round = 0; round < 200; round += 1) {
    const near = [1, 2 ** -52, 1e16, 1e-310][below(4)];
    const some = Array.from({ length: 1 + below(60) }, () =>
      below(3) ? odd[below(odd.length)] : near * (1 + below(5) * Number.EPSILON),
    );
    const range = valueRange(pixels(Float64Array.from(some)), [below(50), 50 + below(51)]);
    const inside = some.filter((value) => Math.abs(value) < 1e301);
    if (inside.length) {
      const isFound = range.low >= Math.min(...inside) && range.high <= Math.max(...inside);
      assert.ok(isFound && range.low <= range.high, `${JSON.stringify(range)} of ${some}`);
    }
  }
});
