/** What the samples of a region amount to: their values, and where and how wide the spot in it is. */

import { planeAt } from "./plane.js";
import { samplingVariance } from "../picture/pixels.js";
import { findSpot } from "./spot.js";
import { FWHM_PER_SIGMA, fullWidth } from "./width.js";

/** Standard deviations in an uncertainty, which then covers well over 90 % of the errors. */
export const COVERAGE = 2.5;
const CLEAR = 15; // times the profile's noise: below, a dip is taken for the half height

/**
 * Largest errors by sampling of a spot whose σ is n samples, tried without noise at all places in
 * a sample: of the centroid in samples, times n; of the widths in parts, times n² and n³.
 */
const SAMPLED = { centroid: 0.006, rms: 0.01, fwhm: 0.04 };
const SETTLED = 5e-4; // of σ: to that the iteration goes
const MIN_SAMPLES = { rms: 0.6, fwhm: 0.8 }; // to a σ, for an error below 3 and 8 %

const UNKNOWN = { value: 0, error: 0 };
const NARROW = "The spot is narrower than a pixel.";
const NOISY = "The spot is too faint for its width at half height.";
const ONE_SIDED = "The spot's profile has no flank on one of its sides.";

/**
 * @typedef {object} Quantity
 * @property {number} value
 * @property {number} error its uncertainty: ±
 *
 * @typedef {object} Pair
 * @property {Quantity | null} x
 * @property {Quantity | null} y
 * @property {string} why empty: both are known
 *
 * @typedef {object} Statistics
 * @property {number} count finite pixels; a reduced picture's sample stands for pitch x pitch of them
 * @property {number} sum of the camera's values, as are the next three
 * @property {number | null} mean
 * @property {number | null} min
 * @property {number | null} max
 * @property {number} bad pixels that are not finite, left out of all else
 * @property {Pair} centroid position in camera pixels
 * @property {Pair} rms camera pixels
 * @property {Pair} fwhm camera pixels
 * @property {import("./aperture.js").Ellipse | null} ellipse of 1 σ
 * @property {{x: Quantity, y: Quantity}} slope of the background, camera units a pixel, with standard
 *   deviations; 0: unknown
 */

/**
 * @param {import("../picture/pixels.js").Pixels} pixels
 * @param {import("./region.js").Region | null} region null: all pixels
 * @param {import("./projection.js").Projection} projection of that region
 * @returns {Statistics}
 */
export function statistics(pixels, region, projection) {
  const { count, bad, sum, min, max, pitch, grid } = projection;
  const area = pitch * pitch;
  const spot = findSpot(pixels, region, grid);
  return {
    count: count * area,
    sum: sum * area,
    mean: count ? sum / count : null,
    min: count ? min : null,
    max: count ? max : null,
    bad: bad * area,
    ...(typeof spot === "string" ? unknown(spot) : measured(spot)),
  };
}

/** @param {string} why */
function unknown(why) {
  const none = { x: null, y: null, why };
  return { centroid: none, rms: none, fwhm: none, ellipse: null, slope: { x: UNKNOWN, y: UNKNOWN } };
}

/** @param {import("./spot.js").Spot} spot */
function measured(spot) {
  const { ellipse, errors, grid, plane } = spot;
  const { step } = grid;
  const rms = (/** @type {number} */ variance, /** @type {number} */ error) => {
    const sigma = Math.sqrt(variance - samplingVariance(step));
    const isWide = sigma >= MIN_SAMPLES.rms * step && error < 2 * sigma * sigma;
    return isWide
      ? quantity(sigma, error / (2 * sigma), (SAMPLED.rms * step ** 2) / sigma + SETTLED * sigma)
      : null;
  };
  const place = (
    /** @type {number} */ value,
    /** @type {number} */ error,
    /** @type {number} */ variance,
  ) => {
    const sigma = Math.sqrt(variance);
    return quantity(value, error, (SAMPLED.centroid * step ** 2) / sigma + SETTLED * sigma);
  };
  const fwhm = halfWidths(spot);
  const widths = { x: rms(ellipse.xx, errors.xx), y: rms(ellipse.yy, errors.yy) };
  return {
    centroid: {
      x: place(ellipse.x, errors.x, ellipse.xx),
      y: place(ellipse.y, errors.y, ellipse.yy),
      why: "",
    },
    rms: { ...widths, why: widths.x && widths.y ? "" : NARROW },
    fwhm,
    ellipse,
    slope: {
      x: { value: plane.slopeX, error: plane.noise * Math.sqrt(plane.inverse[1][1]) },
      y: { value: plane.slopeY, error: plane.noise * Math.sqrt(plane.inverse[2][2]) },
    },
  };
}

/** @returns {Quantity} */
function quantity(
  /** @type {number} */ value,
  /** @type {number} */ deviation,
  /** @type {number} */ systematic,
) {
  return { value, error: COVERAGE * deviation + systematic };
}

/** The widths at half height of what the spot's aperture holds, along x and y. @returns {Pair} */
function halfWidths(
  /** @type {import("./spot.js").Spot} */ { ellipse, radius, plane, grid, noise },
) {
  const { x, y, step, width, height, means } = grid;
  const halfX = radius * Math.sqrt(ellipse.xx);
  const halfY = radius * Math.sqrt(ellipse.yy);
  const left = Math.max(0, Math.round((ellipse.x - halfX - x) / step));
  const right = Math.min(width - 1, Math.round((ellipse.x + halfX - x) / step));
  const top = Math.max(0, Math.round((ellipse.y - halfY - y) / step));
  const bottom = Math.min(height - 1, Math.round((ellipse.y + halfY - y) / step));
  const columns = new Float64Array(Math.max(0, right - left + 1));
  const rows = new Float64Array(Math.max(0, bottom - top + 1));
  const { xx, xy, yy } = ellipse;
  const determinant = xx * yy - xy * xy;
  for (let row = top; row <= bottom; row += 1) {
    const py = y + step * row;
    for (let column = left; column <= right; column += 1) {
      const px = x + step * column;
      const mean = means[row * width + column];
      const dx = px - ellipse.x;
      const dy = py - ellipse.y;
      const value =
        mean === mean
          ? mean - planeAt(plane, px, py)
          : ellipse.height *
            Math.exp(-(yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / (2 * determinant));
      columns[column - left] += value;
      rows[row - top] += value;
    }
  }
  const level = plane.noise * Math.sqrt(plane.inverse[0][0]);
  // by the moments: the profile's own peak would be the higher the noisier it is
  const flux = (2 * Math.PI * Math.sqrt(determinant) * ellipse.height) / (step * Math.sqrt(2 * Math.PI));
  const both = [
    halfWidth(columns, flux / Math.sqrt(xx), rows.length, noise, level, step),
    halfWidth(rows, flux / Math.sqrt(yy), columns.length, noise, level, step),
  ];
  return { x: both[0].width, y: both[1].width, why: both[0].why || both[1].why };
}

/** @returns {{width: Quantity | null, why: string}} */
function halfWidth(/** @type {Float64Array} */ heights, peak, count, noise, level, step) {
  const spread = noise * Math.sqrt(count);
  if (peak < CLEAR * spread) {
    return { width: null, why: NOISY };
  }
  const found = fullWidth(heights, spread, level * count);
  if (!found) {
    return { width: null, why: ONE_SIDED };
  }
  const square = (step * found.width) ** 2 - FWHM_PER_SIGMA ** 2 * samplingVariance(step);
  const width = Math.sqrt(square);
  const sigma = width / FWHM_PER_SIGMA;
  if (!(sigma >= MIN_SAMPLES.fwhm * step)) {
    return { width: null, why: NARROW };
  }
  const systematic = (SAMPLED.fwhm * FWHM_PER_SIGMA * step ** 3) / sigma ** 2 + SETTLED * width;
  return {
    width: quantity(width, (found.error * step * step * found.width) / width, systematic),
    why: "",
  };
}
