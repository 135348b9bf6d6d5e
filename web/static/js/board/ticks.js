/** Ranges of axes and the ticks along them, for any finite numbers that are pushed. Pure. */

import { formatTicks } from "../plots/series.js";

/** Ingest refuses larger numbers: their differences and margins would not be finite. */
const MAX_NUMBER = 1e300;
const MIN_NUMBER = 1e-300;
/** Relative: float64 has 53 binary digits, and an axis needs some steps of the last one. */
const MIN_SPAN = 8 * Number.EPSILON;
const MAX_DIGITS = 7;
const MAX_TICKS = 10;
const EM_PER_CHARACTER = 0.6;
const GAP_EM = 1.5;

/**
 * @typedef {{values: number[], texts: string[]}} Ticks
 * @typedef {[min: number, max: number]} Range
 */

/** Return a number that can be drawn; null, which is a gap, for anything else. @param {unknown} value */
export function drawable(value) {
  return typeof value === "number" && Math.abs(value) <= MAX_NUMBER ? value : null;
}

/**
 * Return the smallest and the largest of numbers; null where there are none.
 * @param {Iterable<number | null>} numbers
 * @returns {Range | null}
 */
export function extent(numbers) {
  let min = Infinity;
  let max = -Infinity;
  for (const value of numbers) {
    if (value !== null) {
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  }
  return min <= max ? [min, max] : null;
}

/**
 * Return the range of an axis with a margin below and above the numbers, also where all are equal.
 * @param {Range | null} range of the numbers
 * @param {number} margin as a fraction of their span
 * @returns {Range}
 */
export function withMargin(range, margin = 0.06) {
  if (range === null) {
    return [0, 1];
  }
  const isZero = Math.max(...range.map(Math.abs)) < MIN_NUMBER;
  const [min, max] = isZero ? [-1, 1] : range;
  const size = Math.max(Math.abs(min), Math.abs(max));
  const each = min === max ? 0.05 * size : Math.max(margin * (max - min), MIN_SPAN * size);
  return [min - each, max + each];
}

/**
 * Return the range of an axis that includes 0, where bars and areas begin, with a margin where they end.
 * @param {Range | null} range of the numbers
 * @param {number} margin as a fraction of the span
 * @returns {Range}
 */
export function withZero(range, margin = 0.04) {
  const min = Math.min(0, range?.[0] ?? 0);
  const max = Math.max(0, range?.[1] ?? 0);
  if (max - min < MIN_NUMBER) {
    return [0, 1];
  }
  const each = margin * (max - min);
  return [min && min - each, max && max + each];
}

/**
 * Return the same range extended to whole steps, as the axis of a radar has it.
 * @param {Range | null} range
 * @param {number} maxSteps
 * @returns {Range}
 */
export function withWholeSteps(range, maxSteps) {
  const [low, high] = withZero(range, 0);
  const step = roundStep((high - low) / maxSteps);
  return [Math.min(low, Math.floor(low / step) * step), Math.max(high, Math.ceil(high / step) * step)];
}

/**
 * Return ticks at round numbers. Where these would need many digits, only one of them is written in full
 * and the others as their distance from it: "1e15", "+0.5".
 * @param {number} low
 * @param {number} high above `low`
 * @param {number} max how many
 * @param {boolean} isWhole whether only integers are possible
 * @returns {Ticks} no two texts are equal
 */
export function numberTicks(low, high, max, isWhole = false) {
  const minStep = isWhole ? 1 : 0;
  let step = Math.max(roundStep((high - low) / max), minStep);
  const from = () => Math.ceil(low / step - 1e-9);
  const until = () => Math.floor(high / step + 1e-9);
  if (until() < from()) {
    step = Math.max(roundStep((high - low) / (2 * max)), minStep); // the range lies between two steps
  }
  const first = from();
  const count = Math.max(0, until() - first + 1);
  const numbers = Array.from({ length: count }, (_, index) => first + index);
  const values = numbers.map((one) => multiple(one, step));
  const largest = Math.max(...values.map(Math.abs));
  const digits = Math.log10(largest / step);
  const texts = digits > MAX_DIGITS ? relativeTexts(numbers, values, step) : formatTicks(values, step);
  return { values: values.map((value) => Math.min(Math.max(value, low), high)), texts };
}

/**
 * Return as many ticks as there is room for.
 * @param {(max: number) => Ticks} create
 * @param {number} lengthEm of the axis
 * @returns {Ticks}
 */
export function fitTicks(create, lengthEm) {
  for (let max = MAX_TICKS; ; max -= 1) {
    const ticks = create(max);
    const widestEm = EM_PER_CHARACTER * Math.max(0, ...ticks.texts.map((text) => text.length)) + GAP_EM;
    if (widestEm * (ticks.texts.length - 0.5) <= lengthEm || max <= 2) {
      return ticks;
    }
  }
}

/** @param {number[]} numbers the values in steps @param {number[]} values @param {number} step */
function relativeTexts(numbers, values, step) {
  const full = values.map(shortest);
  const origin = full.reduce((best, text, index) => (text.length < full[best].length ? index : best), 0);
  const differences = numbers.map((one) => (one - numbers[origin]) * step);
  return formatTicks(differences, step).map((text, index) => {
    return index === origin ? full[index] : index > origin ? `+${text}` : text;
  });
}

/** @param {number} value */
function shortest(value) {
  const plain = `${value}`;
  const scientific = value.toExponential().replace("e+", "e");
  return (scientific.length < plain.length ? scientific : plain.replace("e+", "e")).replace(/-/g, "\u2212");
}

/** Return the smallest of 1, 2, 5 × 10ⁿ that is not below a size. @param {number} size */
function roundStep(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  const lead = size / power;
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
}

/**
 * Return a multiple of a step without the error of the product: 3 × 0.1 is 0.3.
 * @param {number} factor
 * @param {number} step
 */
function multiple(factor, step) {
  return step < 1 && step > 1e-15 ? factor / Math.round(1 / step) : factor * step;
}
