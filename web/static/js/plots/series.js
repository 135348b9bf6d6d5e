/** Numbers as curves, the waveforms of a frame first, and axes that do not tremble. */

import { readArray, BadEnvelope } from "../stream/envelope.js";

export const MAX_CURVES = 12;
const MINUS = "\u2212";

/**
 * @typedef {object} Line
 * @property {ArrayLike<number | null>} y null where there is no finite number
 * @property {number} min of the finite points; NaN when there are none
 * @property {number} max
 *
 * @typedef {Line & {name: string}} Curve
 */

/**
 * The one-dimensional number arrays of a frame, in the stream's order.
 * @param {import("../stream/envelope.js").Frame} frame
 * @returns {{curves: Curve[], left: number}} at most MAX_CURVES, and how many more there are
 */
export function waveforms(frame) {
  /** @type {Curve[]} */
  const curves = [];
  let left = 0;
  for (const [name, value] of Object.entries(frame.header.values ?? {})) {
    if (!isWaveform(value)) {
      continue;
    }
    if (curves.length === MAX_CURVES) {
      left += 1;
      continue;
    }
    const y = points(value, frame.body);
    if (y) {
      curves.push({ name, ...y });
    }
  }
  return { curves, left };
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

function points(place, body) {
  let numbers;
  try {
    numbers = readArray(place, body);
  } catch (problem) {
    if (problem instanceof BadEnvelope) {
      return null; // this one is unreadable; the others are not
    }
    throw problem;
  }
  return lineOf(
    numbers instanceof BigInt64Array || numbers instanceof BigUint64Array
      ? Float64Array.from(numbers, Number)
      : numbers,
  );
}

/**
 * Numbers as a line with gaps.
 * @param {ArrayLike<number> & Iterable<number>} numbers
 * @returns {Line}
 */
export function lineOf(numbers) {
  let min = Infinity;
  let max = -Infinity;
  let holes = false;
  for (const value of numbers) {
    if (!Number.isFinite(value)) {
      holes = true;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min > max) {
    min = max = NaN;
  }
  return { y: holes ? Array.from(numbers, (v) => (Number.isFinite(v) ? v : null)) : numbers, min, max };
}

/** The points of a line that gaps part from both neighbours. @param {ArrayLike<number | null>} y */
export function lonePoints(y) {
  const lone = [];
  for (let index = 0; index < y.length; index += 1) {
    if (y[index] !== null && (y[index - 1] ?? null) === null && (y[index + 1] ?? null) === null) {
      lone.push(index);
    }
  }
  return lone;
}

/**
 * An axis range around [min, max] on round numbers. It grows at once, and shrinks only when the data
 * fills less than half of it, so that noise does not move the axis.
 * @param {[number, number] | null} before
 * @param {number} min
 * @param {number} max
 * @returns {[number, number]}
 */
export function steadyRange(before, min, max) {
  if (!Number.isFinite(min) || !Number.isFinite(max)) {
    return before ?? [0, 1];
  }
  const inside = before && before[0] <= min && max <= before[1];
  if (inside && (max - min) * 2 >= before[1] - before[0]) {
    return before;
  }
  const wanted = rounded(min, max);
  return inside && wanted[1] - wanted[0] >= before[1] - before[0] ? before : wanted;
}

/** @returns {[number, number]} */
function rounded(min, max) {
  const size = max - min || Math.abs(max) || 1;
  const margin = size * 0.05;
  const step = roundStep(size / 5);
  const low = Math.floor((min - margin) / step) * step;
  const high = Math.ceil((max + margin) / step) * step;
  return min >= 0 && low < 0 ? [0, high] : [low, high];
}

/** The largest of 1, 2, 5 × 10ⁿ up to a size. */
function roundStep(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  const lead = size / power;
  return (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
}

/**
 * The numbers along an axis, with as many digits as tell them apart.
 * @param {number[]} numbers
 * @param {number} step between two
 */
export function ticks(numbers, step) {
  const largest = Math.max(...numbers.map(Math.abs));
  const power = largest >= 1e6 || (largest > 0 && largest < 1e-3) ? Math.floor(Math.log10(largest)) : 0;
  const digits = Math.min(20, Math.max(0, decimals(step / 10 ** power)));
  return numbers.map((value) => {
    const text = power && value ? value.toExponential(digits).replace("e+", "e") : value.toFixed(digits);
    return text.replace(/-/g, MINUS);
  });
}

/** Of a round step: 0.25 has two. @param {number} step */
function decimals(step) {
  const first = -Math.floor(Math.log10(step) + 1e-9);
  return Math.abs(Math.round(step * 10 ** first) - step * 10 ** first) < 1e-6 ? first : first + 1;
}
