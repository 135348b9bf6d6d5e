/** The statistics of a region: of its values, and position and widths of the spot in it. */

import { BIAS_ERRORS, sampleVariance } from "./log-noise.js";
import { planeValue } from "./plane.js";
import { samplingVariance } from "../picture/pixels.js";
import { measureSpot } from "./spot.js";
import { FWHM_PER_SIGMA, measureFwhm } from "./width.js";

/** Coverage factor of the uncertainties: standard deviations, so that well over 90 % of the errors are covered. */
export const COVERAGE = 2.5;
const MIN_PEAK_TO_NOISE = 15; // of a profile: below, a dip is mistaken for the half height

/**
 * Maximum sampling errors for a σ of n samples, measured without noise at all sub-sample positions: of the centroid
 * in samples, times n; of the rms and the FWHM relative to their value, times n² and n³.
 */
const SAMPLING_ERRORS = { centroid: 0.006, rms: 0.01, fwhm: 0.04 };
const CONVERGENCE_ERROR = 5e-4; // relative to σ
const MIN_SAMPLES_PER_SIGMA = { rms: 0.6, fwhm: 0.8 }; // for an error below 3 and 8 %

const UNKNOWN_SLOPE = { value: 0, error: 0 };
const NARROW = "The spot is narrower than a pixel.";
const NOISY = "The spot is too faint for its width at half height.";
const ONE_SIDED = "The spot's profile has no flank on one of its sides.";

/**
 * @typedef {import("./spot.js").Spot} Spot
 *
 * @typedef {object} Quantity
 * @property {number} value
 * @property {number} error its uncertainty, ±
 *
 * @typedef {object} Pair
 * @property {Quantity | null} x
 * @property {Quantity | null} y
 * @property {string} reason why one is null; empty: both are known
 *
 * @typedef {object} Statistics
 * @property {number} count finite pixels; a sample of a reduced picture counts as pitch × pitch
 * @property {number} sum of the camera's values, as mean, min and max
 * @property {number | null} mean
 * @property {number | null} min
 * @property {number | null} max
 * @property {number} bad pixels that are not finite, and are left out of all else
 * @property {Pair} centroid position in camera pixels
 * @property {Pair} rms camera pixels
 * @property {Pair} fwhm camera pixels
 * @property {import("./aperture.js").Ellipse | null} ellipse at 1 σ
 * @property {number} bias of dark samples on a logarithmic scale, relative to the spot's height; else 0
 * @property {{x: Quantity, y: Quantity}} slope of the background, camera units per pixel, with standard
 *   deviations; 0: unknown
 */

/**
 * Compute the statistics of a region.
 * @param {import("../picture/pixels.js").Pixels} pixels
 * @param {import("./region.js").Region | null} region null: all pixels
 * @param {import("./projection.js").Projection} projection of that region
 * @returns {Statistics}
 */
export function statistics(pixels, region, projection) {
  const { count, bad, sum, min, max, pitch, grid } = projection;
  const area = pitch * pitch;
  const spot = measureSpot(pixels, region, grid);
  return {
    count: count * area,
    sum: sum * area,
    mean: count ? sum / count : null,
    min: count ? min : null,
    max: count ? max : null,
    bad: bad * area,
    ...(typeof spot === "string" ? withoutSpot(spot) : spotStatistics(spot)),
  };
}

/** @param {string} reason */
function withoutSpot(reason) {
  const none = { x: null, y: null, reason };
  return { centroid: none, rms: none, fwhm: none, ellipse: null, bias: 0, slope: { x: UNKNOWN_SLOPE, y: UNKNOWN_SLOPE } };
}

/** @param {Spot} spot */
function spotStatistics(spot) {
  const { ellipse, errors, grid, plane, log } = spot;
  const { step } = grid;
  const rms = (/** @type {number} */ variance, /** @type {number} */ error, /** @type {number} */ bias) => {
    const sigma = Math.sqrt(variance - samplingVariance(step));
    const isWide = sigma >= MIN_SAMPLES_PER_SIGMA.rms * step && error < 2 * sigma * sigma;
    return isWide
      ? quantity(
          sigma,
          error / (2 * sigma),
          (SAMPLING_ERRORS.rms * step ** 2) / sigma + CONVERGENCE_ERROR * sigma + bias / (2 * sigma),
        )
      : null;
  };
  const position = (/** @type {number} */ value, /** @type {number} */ error, /** @type {number} */ variance) => {
    const sigma = Math.sqrt(variance);
    return quantity(value, error, (SAMPLING_ERRORS.centroid * step ** 2) / sigma + CONVERGENCE_ERROR * sigma);
  };
  const bias = log ? log.bias / ellipse.height : 0;
  const fwhm = fwhmPair(spot, bias);
  const widths = {
    x: rms(ellipse.xx, errors.xx, errors.bias.xx),
    y: rms(ellipse.yy, errors.yy, errors.bias.yy),
  };
  return {
    centroid: {
      x: position(ellipse.x, errors.x, ellipse.xx),
      y: position(ellipse.y, errors.y, ellipse.yy),
      reason: "",
    },
    rms: { ...widths, reason: widths.x && widths.y ? "" : NARROW },
    fwhm,
    ellipse,
    bias,
    slope: {
      x: { value: plane.slopeX, error: plane.noise * Math.sqrt(plane.inverse[1][1]) },
      y: { value: plane.slopeY, error: plane.noise * Math.sqrt(plane.inverse[2][2]) },
    },
  };
}

/**
 * @param {number} value
 * @param {number} deviation standard deviation
 * @param {number} systematic error
 * @returns {Quantity}
 */
function quantity(value, deviation, systematic) {
  return { value, error: COVERAGE * deviation + systematic };
}

/**
 * Measure the FWHM along x and y of the profiles of the spot's aperture.
 * @param {Spot} spot
 * @param {number} bias of dark samples, relative to the spot's height
 * @returns {Pair}
 */
function fwhmPair({ ellipse, radius, plane, grid, noise, log }, bias) {
  const { x, y, step, width, height, means } = grid;
  const halfX = radius * Math.sqrt(ellipse.xx);
  const halfY = radius * Math.sqrt(ellipse.yy);
  const left = Math.max(0, Math.round((ellipse.x - halfX - x) / step));
  const right = Math.min(width - 1, Math.round((ellipse.x + halfX - x) / step));
  const top = Math.max(0, Math.round((ellipse.y - halfY - y) / step));
  const bottom = Math.min(height - 1, Math.round((ellipse.y + halfY - y) / step));
  const columns = new Float64Array(Math.max(0, right - left + 1));
  const rows = new Float64Array(Math.max(0, bottom - top + 1));
  const sigma = (Math.sqrt(Math.min(ellipse.xx, ellipse.yy)) * grid.side) / step; // samples
  const columnVariances = new Float64Array(columns.length);
  const rowVariances = new Float64Array(rows.length);
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
          ? mean - planeValue(plane, px, py)
          : ellipse.height *
            Math.exp(-(yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / (2 * determinant));
      columns[column - left] += value;
      rows[row - top] += value;
      if (log) {
        const variance = sampleVariance(log.steps, value + planeValue(plane, px, py), sigma) / grid.side ** 2;
        columnVariances[column - left] += variance;
        rowVariances[row - top] += variance;
      }
    }
  }
  const level = plane.noise * Math.sqrt(plane.inverse[0][0]);
  // from the moments: the maximum of the profile itself grows with its noise
  const flux = (2 * Math.PI * Math.sqrt(determinant) * ellipse.height) / (step * Math.sqrt(2 * Math.PI));
  const errors = (/** @type {number} */ count, /** @type {Float64Array} */ variances) =>
    ({ noise: noise * Math.sqrt(count), level: level * count, top: Math.sqrt(Math.max(0, ...variances)), bias });
  const [alongX, alongY] = [
    profileFwhm(columns, step, flux / Math.sqrt(xx), errors(rows.length, columnVariances)),
    profileFwhm(rows, step, flux / Math.sqrt(yy), errors(columns.length, rowVariances)),
  ];
  return { x: alongX.width, y: alongY.width, reason: alongX.reason || alongY.reason };
}

/**
 * @param {Float64Array} heights
 * @param {number} step camera pixels
 * @param {number} peak expected height
 * @param {object} errors
 * @param {number} errors.noise standard deviation of a height
 * @param {number} errors.level standard deviation of the base
 * @param {number} errors.top further standard deviation of the largest height, by a logarithmic scale
 * @param {number} errors.bias of dark samples, relative to the peak's
 * @returns {{width: Quantity | null, reason: string}}
 */
function profileFwhm(heights, step, peak, { noise, level, top, bias }) {
  if (peak < MIN_PEAK_TO_NOISE * noise) {
    return { width: null, reason: NOISY };
  }
  const found = measureFwhm(heights, noise, level, top);
  if (!found) {
    return { width: null, reason: ONE_SIDED };
  }
  const square = (step * found.width) ** 2 - FWHM_PER_SIGMA ** 2 * samplingVariance(step);
  const width = Math.sqrt(square);
  const sigma = width / FWHM_PER_SIGMA;
  if (!(sigma >= MIN_SAMPLES_PER_SIGMA.fwhm * step)) {
    return { width: null, reason: NARROW };
  }
  const sampling = (SAMPLING_ERRORS.fwhm * FWHM_PER_SIGMA * step ** 3) / sigma ** 2;
  const systematic = sampling + (CONVERGENCE_ERROR + BIAS_ERRORS.fwhm * bias) * width;
  return {
    width: quantity(width, (found.error * step * step * found.width) / width, systematic),
    reason: "",
  };
}
