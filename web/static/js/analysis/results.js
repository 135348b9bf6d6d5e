/** A region's results by name, in the camera's unit where it is known. Pure. */

import { COVERAGE } from "./statistics.js";

const NO_FIT = "No Gaussian peak stands out of the profile.";

/**
 * @typedef {import("../picture/calibration.js").Axis} Axis
 * @typedef {import("./gauss.js").Fit} Fit
 * @typedef {import("./statistics.js").Pair} Pair
 * @typedef {import("./statistics.js").Quantity} Quantity
 *
 * @typedef {object} Results
 * @property {Record<string, number | null>} numbers of the values: camera units
 * @property {Record<string, Pair>} spot where it is and how wide, each with its uncertainty or why it is not
 *   known, in the unit of the axes
 */

/**
 * @param {import("./statistics.js").Statistics} found
 * @param {{x: Fit | null, y: Fit | null}} fits
 * @param {{x: Axis, y: Axis}} axes
 * @param {string} [clipped] why widths are not to be trusted; empty: they are
 * @returns {Results}
 */
export function results(found, fits, axes, clipped = "") {
  const { sum, mean, min, max, count, bad } = found;
  const why = fits.x && fits.y ? "" : found.centroid.why || NO_FIT;
  const fitted = (/** @type {"centre" | "fwhm"} */ name) => ({
    x: of(fits.x, name),
    y: of(fits.y, name),
    why,
  });
  const width = (/** @type {Pair} */ pair) =>
    clipped ? { x: null, y: null, why: clipped } : both(scaled, pair, axes);
  return {
    numbers: { sum, mean, min, max, pixels: count, ...(bad > 0 && { bad }) },
    spot: {
      centroid: both(placed, found.centroid, axes),
      rms: width(found.rms),
      FWHM: width(found.fwhm),
      "Gauss centre": both(placed, fitted("centre"), axes),
      "Gauss FWHM": width(fitted("fwhm")),
    },
  };
}

/**
 * The results as scalars of a stream, for trends: "region 1 centroid x", and its uncertainty.
 * @param {Results} found
 * @param {string} prefix
 * @returns {Record<string, number | null>}
 */
export function scalars({ numbers, spot }, prefix) {
  const named = Object.entries(numbers).map(([name, value]) => [`${prefix} ${name}`, value]);
  for (const [name, pair] of Object.entries(spot)) {
    for (const axis of /** @type {const} */ (["x", "y"])) {
      named.push([`${prefix} ${name} ${axis}`, pair[axis]?.value ?? null]);
      named.push([`${prefix} ${name} ${axis} ±`, pair[axis]?.error ?? null]);
    }
  }
  return Object.fromEntries(named);
}

/** @returns {Quantity | null} */
function of(/** @type {Fit | null} */ fit, /** @type {"centre" | "fwhm"} */ name) {
  return fit && { value: fit[name], error: COVERAGE * fit[`${name}Error`] };
}

/** @returns {Pair} */
function both(
  /** @type {(one: Quantity, axis: Axis) => Quantity} */ turned,
  /** @type {Pair} */ { x, y, why },
  axes,
) {
  return { x: x && turned(x, axes.x), y: y && turned(y, axes.y), why };
}

/** @returns {Quantity} */
function placed(/** @type {Quantity} */ { value, error }, /** @type {Axis} */ { first, step }) {
  return { value: first + value * step, error: error * Math.abs(step) };
}

/** @returns {Quantity} */
function scaled(/** @type {Quantity} */ { value, error }, /** @type {Axis} */ { step }) {
  return { value: value * Math.abs(step), error: error * Math.abs(step) };
}
