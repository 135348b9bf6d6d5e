/** The distribution of camera values: extremes, histogram, percentiles. NaN and infinity do not count. */

import { SMALL_BEAM_PX, DEFAULT_PERCENTILES } from "./levels.js";

const LEVELS = 256;
const FINE_LEVELS = 65536; // 16 bits have as many values
const SHARP_LEVELS = 1024; // this many of them between two percentiles are enough
const MARGIN = 1 / 16; // of the range between the percentiles, at each side of it
const HUGE = Number.MAX_VALUE / 4; // differences of smaller numbers are finite

/**
 * @typedef {import("./pixels.js").Pixels} Pixels
 *
 * @typedef {object} Counts as `Levels.update` takes them
 * @property {Uint32Array} counts of each level; values outside count in the first and the last
 * @property {number} min @property {number} max camera values of the first and the last level
 *
 * @typedef {object} Extremes
 * @property {number | null} min @property {number | null} max of the finite values; null: there are none
 * @property {number} saturated @property {number} bad how many are saturated, and NaN or infinite
 *
 * @typedef {object} Numbers before offset and scale
 * @property {ArrayLike<number>} data
 * @property {ArrayLike<number> | null} times how often each of them occurs; null: once
 *
 * @typedef {{from: number, to: number}} Range of such numbers
 */

/**
 * @param {Pixels} pixels
 * @param {number} [saturated] the camera value from which on a pixel is saturated; infinity: none is
 * @returns {Extremes}
 */
export function extremes(pixels, saturated = Infinity) {
  const numbers = distinctNumbers(pixels);
  const { data, times } = numbers;
  const limit = toNumber(saturated, pixels);
  const counts = { saturated: 0, bad: 0 };
  for (let index = 0; index < data.length; index += 1) {
    if (!Number.isFinite(data[index])) {
      counts.bad += 1;
    } else if (data[index] >= limit) {
      counts.saturated += times ? times[index] : 1;
    }
  }
  const range = ends(numbers, -Number.MAX_VALUE, Number.MAX_VALUE);
  return { min: range && toValue(range.from, pixels), max: range && toValue(range.to, pixels), ...counts };
}

/**
 * Count each value in the level nearest to it.
 * @param {Pixels} pixels
 * @param {number} [levels]
 * @param {{min: number, max: number} | null} [bounds] camera values; null: all values
 * @returns {Counts}
 */
export function histogram(pixels, levels = LEVELS, bounds = null) {
  const numbers = distinctNumbers(pixels);
  const range = bounds ? { from: toNumber(bounds.min, pixels), to: toNumber(bounds.max, pixels) } : ends(numbers);
  return count(numbers, range, levels, pixels);
}

/**
 * Return the histogram of a range that a few hot or dead pixels do not widen: the range that Levels displays,
 * with a margin.
 * @param {Pixels} pixels
 * @param {import("./levels.js").Percentiles} [percentiles]
 * @returns {Counts} of 256 levels
 */
export function robustHistogram(pixels, percentiles = DEFAULT_PERCENTILES) {
  const numbers = distinctNumbers(pixels);
  const range = percentileRange(numbers, percentiles);
  if (!range) {
    return count(numbers, null, LEVELS, pixels);
  }
  const margin = MARGIN * (range.to - range.from);
  return count(numbers, ends(numbers, range.from - margin, range.to + margin), LEVELS, pixels);
}

/**
 * Return the numbers of pixels. Pictures of up to 16 bits have few different ones, which are returned once with
 * how often they occur; later steps are then fast.
 * @param {{data: import("./pixels.js").Samples}} pixels
 * @returns {Numbers}
 */
export function distinctNumbers({ data }) {
  if (data.BYTES_PER_ELEMENT > 2) {
    return { data, times: null };
  }
  const min = data instanceof Int8Array || data instanceof Int16Array ? -FINE_LEVELS / 2 : 0;
  const all = new Uint32Array(FINE_LEVELS);
  for (let index = 0; index < data.length; index += 1) {
    all[data[index] - min] += 1;
  }
  const numbers = new Int32Array(FINE_LEVELS);
  const times = new Uint32Array(FINE_LEVELS);
  let size = 0;
  for (let index = 0; index < FINE_LEVELS; index += 1) {
    if (all[index]) {
      numbers[size] = index + min;
      times[size] = all[index];
      size += 1;
    }
  }
  return { data: numbers.subarray(0, size), times: times.subarray(0, size) };
}

/**
 * Return the smallest and the largest of the numbers within bounds.
 * @param {Numbers} numbers
 * @param {number} [min]
 * @param {number} [max]
 * @returns {Range | null} null: there are none
 */
function ends({ data }, min = -HUGE, max = HUGE) {
  let from = Infinity;
  let to = -Infinity;
  for (let index = 0; index < data.length; index += 1) {
    const number = data[index];
    if (number >= min && number <= max) {
      if (number < from) from = number;
      if (number > to) to = number;
    }
  }
  return from <= to ? { from, to } : null;
}

/**
 * Return the range between two percentiles, exact to a thousandth of it: the range is narrowed repeatedly, until
 * distant single pixels no longer make the levels coarse. As in Levels, a small beam is never cut off.
 * @param {Numbers} numbers
 * @param {[low: number, high: number]} percentiles
 * @param {number} [maxCut] how many pixels at most are cut off at the high end
 * @returns {Range | null} null: there are no pixels
 */
export function percentileRange(numbers, [low, high], maxCut = SMALL_BEAM_PX - 1) {
  let range = ends(numbers);
  while (range) {
    const { from, to } = range;
    const counts = levelCounts(numbers, range, FINE_LEVELS);
    const total = counts.reduce((sum, one) => sum + one, 0);
    const first = levelAt(counts, (total * low) / 100, 0, 1);
    const maxAbove = Math.min((total * (100 - high)) / 100, maxCut);
    const last = levelAt(counts, maxAbove, FINE_LEVELS - 1, -1);
    const at = (/** @type {number} */ level) => Math.min(to, from + (to - from) * (level / (FINE_LEVELS - 1)));
    const inner = { from: at(first), to: at(Math.max(first, last)) };
    if (last - first >= SHARP_LEVELS) {
      return inner;
    }
    const width = (to - from) / (FINE_LEVELS - 1);
    range = ends(numbers, inner.from - width, inner.to + width);
    if (!range || (range.from === from && range.to === to)) {
      return inner;
    }
  }
  return null;
}

/**
 * Return the level up to which, from one end, more than `max` numbers are counted.
 * @param {Uint32Array} counts
 * @param {number} max
 * @param {number} end the first level
 * @param {1 | -1} step
 */
function levelAt(counts, max, end, step) {
  let level = end;
  for (let sum = counts[level]; sum <= max && counts[level + step] >= 0; sum += counts[level]) {
    level += step;
  }
  return level;
}

/**
 * Count numbers by level; a range without width is given levels that are one number apart.
 * @param {Numbers} numbers
 * @param {Range | null} range
 * @param {number} levels
 * @param {Pixels} pixels
 * @returns {Counts}
 */
function count(numbers, range, levels, pixels) {
  const { from, to } = range ?? { from: 0, to: 0 };
  const wide = to > from ? { from, to } : { from, to: from + levels - 1 };
  const counts = levelCounts(numbers, wide, levels);
  return { counts, min: toValue(wide.from, pixels), max: toValue(wide.to, pixels) };
}

/** @param {Numbers} numbers @param {Range} range @param {number} levels @returns {Uint32Array} */
function levelCounts({ data, times }, { from, to }, levels) {
  const counts = new Uint32Array(levels);
  const top = levels - 1;
  const perNumber = top / (to - from);
  for (let index = 0; index < data.length; index += 1) {
    const number = data[index];
    if (Number.isFinite(number)) {
      // in a range without width this is NaN, which becomes level 0
      const level = Math.max(0, Math.min(top, (number - from) * perNumber));
      counts[(level + 0.5) | 0] += times ? times[index] : 1;
    }
  }
  return counts;
}

/** @param {number} number @param {Pixels} pixels */
function toValue(number, { offset, scale }) {
  return offset + scale * number;
}

/** @param {number} value the camera's @param {Pixels} pixels */
function toNumber(value, { offset, scale }) {
  return (value - offset) / scale;
}
