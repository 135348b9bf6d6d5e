/** The results of a region by name, in the camera's unit where it is known. Pure. */

import { BIAS_ERRORS } from "./log-noise.js";
import { COVERAGE } from "./statistics.js";

const NO_FIT = "No Gaussian peak stands out of the profile.";

/**
 * @typedef {import("../lib/calibration.js").Axis} Axis
 * @typedef {import("./gauss.js").Fit} Fit
 * @typedef {import("./statistics.js").Pair} Pair
 * @typedef {import("./statistics.js").Quantity} Quantity
 *
 * @typedef {object} Results
 * @property {Record<string, number | null>} numbers statistics of the values, camera units
 * @property {Record<string, Pair>} spot position and widths with their uncertainties, or the
 *   reason for a missing one, in the unit of the axes
 */

/**
 * @param {import("./statistics.js").Statistics} found of the region
 * @param {{x: Fit | null, y: Fit | null}} fits
 * @param {{x: Axis, y: Axis}} axes
 * @param {string} [clipped] why widths are unreliable; empty: they are reliable
 * @returns {Results}
 */
export function results(found, fits, axes, clipped = "") {
  const { sum, mean, min, max, count, bad } = found;
  const reason = fits.x && fits.y ? "" : found.centroid.reason || NO_FIT;
  const fromFits = (/** @type {"centre" | "fwhm"} */ name) => {
    const bias = name === "fwhm" ? BIAS_ERRORS.gaussFwhm * found.bias : 0;
    return { x: withUncertainty(fits.x, name, bias), y: withUncertainty(fits.y, name, bias), reason };
  };
  const width = (/** @type {Pair} */ pair) =>
    clipped ? { x: null, y: null, reason: clipped } : convert(pair, axes, toLength);
  return {
    numbers: { sum, mean, min, max, pixels: count, ...(bad > 0 && { bad }) },
    spot: {
      centroid: convert(found.centroid, axes, toPosition),
      rms: width(found.rms),
      FWHM: width(found.fwhm),
      "Gauss centre": convert(fromFits("centre"), axes, toPosition),
      "Gauss FWHM": width(fromFits("fwhm")),
    },
  };
}

/**
 * Return the results as scalars for trends, such as "region 1 centroid x", and their uncertainties.
 * @param {Results} found
 * @param {string} prefix
 * @returns {Record<string, number | null>}
 */
export function scalars({ numbers, spot }, prefix) {
  /** @type {[string, number | null][]} */
  const named = Object.entries(numbers).map(([name, value]) => [`${prefix} ${name}`, value]);
  for (const [name, pair] of Object.entries(spot)) {
    for (const axis of /** @type {const} */ (["x", "y"])) {
      named.push([`${prefix} ${name} ${axis}`, pair[axis]?.value ?? null]);
      named.push([`${prefix} ${name} ${axis} ±`, pair[axis]?.error ?? null]);
    }
  }
  return Object.fromEntries(named);
}

/**
 * @param {Fit | null} fit
 * @param {"centre" | "fwhm"} name
 * @param {number} bias relative to the value
 * @returns {Quantity | null}
 */
function withUncertainty(fit, name, bias) {
  return fit && { value: fit[name], error: COVERAGE * fit[`${name}Error`] + bias * fit[name] };
}

/**
 * Convert a pair to the unit of the axes.
 * @param {Pair} pair
 * @param {{x: Axis, y: Axis}} axes
 * @param {(quantity: Quantity, axis: Axis) => Quantity} toUnit
 * @returns {Pair}
 */
function convert({ x, y, reason }, axes, toUnit) {
  return { x: x && toUnit(x, axes.x), y: y && toUnit(y, axes.y), reason };
}

/** @param {Quantity} quantity @param {Axis} axis @returns {Quantity} */
function toPosition({ value, error }, { first, step }) {
  return { value: first + value * step, error: error * Math.abs(step) };
}

/** @param {Quantity} quantity @param {Axis} axis @returns {Quantity} */
function toLength({ value, error }, { step }) {
  return { value: value * Math.abs(step), error: error * Math.abs(step) };
}
