/** How often which camera values occur: extremes, histogram, percentiles. NaN and infinity do not count. */

import { SMALL_BEAM_PX, DEFAULT_PERCENTILES } from "./levels.js";

const LEVELS = 256;
const FINE = 65536; // levels; 16 bits have as many values
const SHARP = 1024; // so many of them between two percentiles are enough
const ROOM = 1 / 16; // of what lies between the percentiles, at each side of it
const HUGE = Number.MAX_VALUE / 4; // the differences of what is less are finite

/**
 * @typedef {import("./pixels.js").Pixels} Pixels
 *
 * @typedef {object} Counts as `Levels.see` takes them
 * @property {Uint32Array} counts of each level; what is outside counts in the first and the last
 * @property {number} min @property {number} max camera values of the first and the last level
 *
 * @typedef {object} Extremes
 * @property {number | null} min @property {number | null} max of the finite values; null: there are none
 * @property {number} saturated @property {number} bad how many are saturated, and NaN or infinite
 *
 * @typedef {object} Numbers what there is before offset and scale
 * @property {ArrayLike<number>} data
 * @property {ArrayLike<number> | null} times how often there is each of them; null: once
 *
 * @typedef {{from: number, to: number}} Range of such numbers
 */

/**
 * @param {Pixels} pixels
 * @param {number} [saturated] the camera value from which on a pixel is; infinity: none is
 * @returns {Extremes}
 */
export function extremes(pixels, saturated = Infinity) {
  const numbers = distinctNumbers(pixels);
  const { data, times } = numbers;
  const full = raw(saturated, pixels);
  const counts = { saturated: 0, bad: 0 };
  for (let index = 0; index < data.length; index += 1) {
    if (!Number.isFinite(data[index])) {
      counts.bad += 1;
    } else if (data[index] >= full) {
      counts.saturated += times ? times[index] : 1;
    }
  }
  const range = ends(numbers, -Number.MAX_VALUE, Number.MAX_VALUE);
  return { min: range && value(range.from, pixels), max: range && value(range.to, pixels), ...counts };
}

/**
 * Each value counts in the level that is nearest to it.
 * @param {Pixels} pixels
 * @param {number} [levels]
 * @param {{min: number, max: number} | null} [shown] camera values; null: all that there are
 * @returns {Counts}
 */
export function histogram(pixels, levels = LEVELS, shown = null) {
  const numbers = distinctNumbers(pixels);
  const range = shown ? { from: raw(shown.min, pixels), to: raw(shown.max, pixels) } : ends(numbers);
  return counted(numbers, range, levels, pixels);
}

/**
 * The histogram of a range that a few hot or dead pixels do not widen: what Levels keeps of the picture,
 * and some room beside it.
 * @param {Pixels} pixels
 * @param {import("./levels.js").Percentiles} [percentiles]
 * @returns {Counts} of 256 levels
 */
export function robustHistogram(pixels, percentiles = DEFAULT_PERCENTILES) {
  const numbers = distinctNumbers(pixels);
  const range = percentileRange(numbers, percentiles);
  const room = range && ROOM * (range.to - range.from);
  return counted(numbers, range && ends(numbers, range.from - room, range.to + room), LEVELS, pixels);
}

/** A picture of up to 16 bits has few numbers, each many times: what follows is then quick. */
export function distinctNumbers({ data }) {
  if (data.BYTES_PER_ELEMENT > 2) {
    return { data, times: null };
  }
  const least = data instanceof Int8Array || data instanceof Int16Array ? -FINE / 2 : 0;
  const all = new Uint32Array(FINE);
  for (let index = 0; index < data.length; index += 1) {
    all[data[index] - least] += 1;
  }
  const numbers = new Int32Array(FINE);
  const times = new Uint32Array(FINE);
  let kinds = 0;
  for (let index = 0; index < FINE; index += 1) {
    if (all[index]) {
      numbers[kinds] = index + least;
      times[kinds] = all[index];
      kinds += 1;
    }
  }
  return { data: numbers.subarray(0, kinds), times: times.subarray(0, kinds) };
}

/** The least and the largest of the numbers within these. @returns {Range | null} null: there are none */
function ends({ data }, least = -HUGE, most = HUGE) {
  let from = Infinity;
  let to = -Infinity;
  for (let index = 0; index < data.length; index += 1) {
    const number = data[index];
    if (number >= least && number <= most) {
      if (number < from) from = number;
      if (number > to) to = number;
    }
  }
  return from <= to ? { from, to } : null;
}

/**
 * The range between two percentiles, exact to a thousandth of it: looks closer and closer, until a single far
 * pixel no longer makes the levels coarse. As in Levels, a beam of few pixels is never cut off at its high end.
 * @param {Numbers} numbers
 * @param {[low: number, high: number]} percentiles
 * @returns {Range | null} null: there are no pixels
 */
export function percentileRange(numbers, [low, high]) {
  let range = ends(numbers);
  while (range) {
    const { from, to } = range;
    const counts = levelCounts(numbers, range, FINE);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const first = reached(counts, (total * low) / 100, 0, 1);
    const last = reached(counts, Math.min((total * (100 - high)) / 100, SMALL_BEAM_PX - 1), FINE - 1, -1);
    const at = (/** @type {number} */ level) => Math.min(to, from + (to - from) * (level / (FINE - 1)));
    const inner = { from: at(first), to: at(Math.max(first, last)) };
    if (last - first >= SHARP) {
      return inner;
    }
    const width = (to - from) / (FINE - 1);
    range = ends(numbers, inner.from - width, inner.to + width);
    if (range.from === from && range.to === to) {
      return inner;
    }
  }
  return null;
}

/** The level with which more than `most` are counted, from one end on. */
function reached(counts, most, end, step) {
  let level = end;
  for (let sum = counts[level]; sum <= most && counts[level + step] >= 0; sum += counts[level]) {
    level += step;
  }
  return level;
}

/** In a range without width a level is one number further than the one before it. */
function counted(numbers, range, levels, pixels) {
  const { from, to } = range ?? { from: 0, to: 0 };
  const wide = to > from ? { from, to } : { from, to: from + levels - 1 };
  const counts = levelCounts(numbers, wide, levels);
  return { counts, min: value(wide.from, pixels), max: value(wide.to, pixels) };
}

/** @param {Numbers} numbers @param {Range} range @param {number} levels @returns {Uint32Array} */
function levelCounts({ data, times }, { from, to }, levels) {
  const counts = new Uint32Array(levels);
  const top = levels - 1;
  const perNumber = top / (to - from);
  for (let index = 0; index < data.length; index += 1) {
    const number = data[index];
    if (Number.isFinite(number)) {
      // without a width its own place is NaN, which becomes 0
      const level = Math.max(0, Math.min(top, (number - from) * perNumber));
      counts[(level + 0.5) | 0] += times ? times[index] : 1;
    }
  }
  return counts;
}

function value(number, { offset, scale }) {
  return offset + scale * number;
}

function raw(cameraValue, { offset, scale }) {
  return (cameraValue - offset) / scale;
}
