/** What the samples of a region amount to: their values, and where and how wide the spot in it is. */

import { widening } from "./pixels.js";
import { FWHM_PER_SIGMA, fullWidth } from "./width.js";

/**
 * @typedef {{x: number | null, y: number | null}} Pair
 *
 * @typedef {object} Statistics
 * @property {number} count finite pixels; a reduced picture's sample stands for pitch x pitch of them
 * @property {number} sum of the camera's values, as are the next three
 * @property {number | null} mean
 * @property {number | null} min
 * @property {number | null} max
 * @property {number} bad pixels that are not finite, left out of all else
 * @property {Pair} centroid position in camera pixels; null where nothing rises above the base
 * @property {Pair} rms camera pixels
 * @property {Pair} fwhm camera pixels; null where the profile has no peak with two flanks
 */

/**
 * Centroid, rms and FWHM are of what rises above the region's base. Values below it count as negative, so that
 * noise averages out.
 * @param {import("./projection.js").Projection} projection
 * @returns {Statistics}
 */
export function statistics(projection) {
  const { count, bad, sum, min, max, pitch } = projection;
  const level = base(projection.border);
  const x = spot(projection.x, level, pitch);
  const y = spot(projection.y, level, pitch);
  const area = pitch * pitch;
  return {
    count: count * area,
    sum: sum * area,
    mean: count ? sum / count : null,
    min: count ? min : null,
    max: count ? max : null,
    bad: bad * area,
    centroid: { x: x.centroid, y: y.centroid },
    rms: { x: x.rms, y: y.rms },
    fwhm: { x: x.fwhm, y: y.fwhm },
  };
}

/**
 * The mean of the middle half of the border: a quarter of it may be anything. A median would be a whole count,
 * and half a count beside the truth, times a region's many pixels, outweighs a spot.
 * @param {Float64Array} border sorted
 */
function base(border) {
  const quarter = Math.floor(border.length / 4);
  const half = border.subarray(quarter, border.length - quarter);
  return half.reduce((sum, value) => sum + value, 0) / half.length;
}

/**
 * @param {import("./projection.js").Lane} lane
 * @param {number} level of the base
 * @param {number} pitch
 */
function spot({ start, sums, counts }, level, pitch) {
  const heights = sums.map((sum, index) => (counts[index] ? sum - level * counts[index] : 0));
  const total = heights.reduce((all, height) => all + height, 0);
  const mean = heights.reduce((all, height, index) => all + height * index, 0) / total;
  const spread = heights.reduce((all, height, index) => all + height * (index - mean) ** 2, 0) / total;
  const width = fullWidth(heights);
  const isSpot = total > 0;
  return {
    centroid: isSpot ? start + pitch * mean : null,
    rms: isSpot ? narrowed(pitch * Math.sqrt(spread), pitch, 1) : null,
    fwhm: width === null ? null : narrowed(pitch * width, pitch, FWHM_PER_SIGMA),
  };
}

/** A width without what a reduced picture's samples added to it. @returns {number | null} */
function narrowed(/** @type {number} */ width, /** @type {number} */ pitch, /** @type {number} */ perSigma) {
  const square = width * width - perSigma * perSigma * widening(pitch);
  return square >= 0 ? Math.sqrt(square) : null;
}
