/** The waveforms of a frame as curves, and axes that do not tremble. */

import { array, BadEnvelope } from "../watch/envelope.js";

export const MAX_CURVES = 12;

/**
 * @typedef {object} Curve
 * @property {string} name
 * @property {ArrayLike<number | null>} y null where there is no finite number
 * @property {number} min of the finite points; NaN when there are none
 * @property {number} max
 */

/**
 * The one-dimensional number arrays of a frame, in the stream's order.
 * @param {import("../watch/envelope.js").Frame} frame
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
    numbers = array(place, body);
  } catch (problem) {
    if (problem instanceof BadEnvelope) {
      return null; // this one is unreadable; the others are not
    }
    throw problem;
  }
  const y =
    numbers instanceof BigInt64Array || numbers instanceof BigUint64Array
      ? Float64Array.from(numbers, Number)
      : numbers;
  let min = Infinity;
  let max = -Infinity;
  let holes = false;
  for (const value of y) {
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
  return { y: holes ? Array.from(y, (v) => (Number.isFinite(v) ? v : null)) : y, min, max };
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
