/** Numbers as series for plots, the waveforms of a frame, and steady axis ranges. Pure. */

import { readArray, BadEnvelope } from "../stream/envelope.js";

export const MAX_CURVES = 12;
const MINUS = "\u2212";
const MAX_FIXED = 1e15; // larger numbers of axes always have an exponent
/** @type {Range} */
export const UNIT_RANGE = [0, 1];

/**
 * @typedef {import("../stream/envelope.js").Frame} Frame
 * @typedef {[low: number, high: number]} Range
 *
 * @typedef {Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array |
 *   Float32Array | Float64Array} TypedArray
 *
 * @typedef {object} Series
 * @property {TypedArray | (number | null)[]} y null where there is no finite number
 * @property {number} min of the finite points; NaN if there are none
 * @property {number} max
 *
 * @property {BigInt64Array | BigUint64Array} [exact] integers of 64 bits, of which y has the nearest numbers
 *
 * @typedef {Series & {name: string}} Curve
 */

/**
 * Return the one-dimensional number arrays of a frame, in the stream's order.
 * @param {Frame} frame
 * @returns {{curves: Curve[], omitted: number}} at most MAX_CURVES, and the number of those beyond
 */
export function waveforms(frame) {
  /** @type {Curve[]} */
  const curves = [];
  let omitted = 0;
  for (const [name, value] of Object.entries(frame.header.values ?? {})) {
    if (!isWaveform(value)) {
      continue;
    }
    if (curves.length === MAX_CURVES) {
      omitted += 1;
      continue;
    }
    const series = readSeries(value, frame.body);
    if (series) {
      curves.push({ name, ...series });
    }
  }
  return { curves, omitted };
}

/** @param {any} value */
function isWaveform(value) {
  return (
    value !== null &&
    typeof value === "object" &&
    value.offset !== undefined &&
    Array.isArray(value.shape) &&
    value.shape.length === 1 &&
    value.shape[0] > 1
  );
}

/**
 * @param {import("../stream/envelope.js").Place} place
 * @param {Frame["body"]} body
 * @returns {Series | null} null: unreadable
 */
function readSeries(place, body) {
  let numbers;
  try {
    numbers = readArray(place, body);
  } catch (error) {
    if (error instanceof BadEnvelope) {
      return null; // the other waveforms may be readable
    }
    throw error;
  }
  return numbers instanceof BigInt64Array || numbers instanceof BigUint64Array
    ? { ...toSeries(Float64Array.from(numbers, Number)), exact: numbers }
    : toSeries(numbers);
}

/**
 * Convert numbers to a series with gaps where they are not finite.
 * @param {TypedArray | number[]} numbers
 * @returns {Series}
 */
export function toSeries(numbers) {
  let min = Infinity;
  let max = -Infinity;
  let hasGaps = false;
  for (const value of numbers) {
    if (!Number.isFinite(value)) {
      hasGaps = true;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min > max) {
    min = max = NaN;
  }
  return { y: hasGaps ? Array.from(numbers, (v) => (Number.isFinite(v) ? v : null)) : numbers, min, max };
}

/** Return the indices of the points that have gaps on both sides. @param {ArrayLike<number | null>} y */
export function isolatedPoints(y) {
  const isolated = [];
  for (let index = 0; index < y.length; index += 1) {
    if (y[index] !== null && (y[index - 1] ?? null) === null && (y[index + 1] ?? null) === null) {
      isolated.push(index);
    }
  }
  return isolated;
}

/**
 * Return an axis range around [min, max] on round numbers. It grows immediately, and shrinks only when the data
 * fills less than half of it, so that noise does not move the axis.
 * @param {Range | null} before
 * @param {number} min
 * @param {number} max
 * @returns {Range}
 */
export function steadyRange(before, min, max) {
  if (!Number.isFinite(min) || !Number.isFinite(max)) {
    return before ?? [0, 1];
  }
  const contains = before !== null && before[0] <= min && max <= before[1];
  if (contains && (max - min) * 2 >= before[1] - before[0]) {
    return before;
  }
  const range = roundRange(min, max);
  return contains && range[1] - range[0] >= before[1] - before[0] ? before : range;
}

/** @param {number} min @param {number} max @returns {Range} */
function roundRange(min, max) {
  const size = max - min || Math.abs(max) || 1;
  const margin = size * 0.05;
  const step = roundStep(size / 5);
  const low = Math.floor((min - margin) / step) * step;
  const high = Math.ceil((max + margin) / step) * step;
  return min >= 0 && low < 0 ? [0, high] : [low, high];
}

/** Return the largest of 1, 2, 5 × 10ⁿ that is not above a size. @param {number} size */
function roundStep(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  const lead = size / power;
  return (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
}

/**
 * Format the numbers along an axis, with as many digits as distinguish them.
 * @param {number[]} numbers
 * @param {number} step between two
 */
export function formatTicks(numbers, step) {
  const largest = Math.max(...numbers.map(Math.abs));
  const power = largest >= 1e6 || (largest > 0 && largest < 1e-3) ? Math.floor(Math.log10(largest)) : 0;
  const [short, digits] = [power, 0].map((one) => Math.min(20, Math.max(0, decimals(step / 10 ** one))));
  const fixedLength = Math.max(0, power) + 1 + digits + (digits ? 1 : 0);
  const shortLength = 1 + short + (short ? 1 : 0) + `e${power}`.length;
  const isShort = power && (shortLength < fixedLength || largest >= MAX_FIXED);
  return numbers.map((value) => {
    const text = isShort && value ? value.toExponential(short).replace("e+", "e") : value.toFixed(isShort ? short : digits);
    return text.replace(/-/g, MINUS);
  });
}

/** Return the number of decimals of a round step: 0.25 has two. @param {number} step */
function decimals(step) {
  const first = -Math.floor(Math.log10(step) + 1e-9);
  return Math.abs(Math.round(step * 10 ** first) - step * 10 ** first) < 1e-6 ? first : first + 1;
}
