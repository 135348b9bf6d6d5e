/** Measures the full width at half maximum (FWHM) of a peak. */

import { fitPolynomial } from "./least-squares.js";
import { replaceOutliers } from "./profile-outliers.js";

/** FWHM of a Gaussian of σ 1 */
export const FWHM_PER_SIGMA = Math.sqrt(8 * Math.LN2);

const MIN_TOP = 0.8; // of the peak: samples above are fitted by a parabola of their logarithm
const MIN_LOGARITHM = 0.1; // of the peak: samples below are left out of that fit
const FLANK = 0.25; // of the half width: the part fitted on both sides of a crossing
const NEWTON_ITERATIONS = 8;
const FIT_ERROR = 2.2; // of a fitted parabola or cubic at the centre of its points, times √points / noise

/**
 * Measure the width between the crossings of half the peak's height. Height and crossings are interpolated by
 * least squares over several samples, so that neither the sampling nor the noise of a single sample dominates.
 * @param {Float64Array} raw heights above the base, evenly spaced; single outliers are ignored
 * @param {number} [noise] standard deviation of a height
 * @param {number} [level] standard deviation of the base
 * @param {number} [top] further standard deviation of the largest heights, in proportion to the height of others
 * @returns {{width: number, error: number} | null} width and its standard deviation in samples;
 *   null: there is no peak, or it lacks a flank on one side
 */
export function measureFwhm(raw, noise = 0, level = 0, top = 0) {
  const heights = replaceOutliers(raw);
  const peak = heights.reduce((best, height, index) => (height > heights[best] ? index : best), 0);
  if (!(heights[peak] > 0)) {
    return null;
  }
  const height = peakHeight(heights, peak);
  const left = halfHeightCrossing(heights, peak, -1, height / 2);
  const right = halfHeightCrossing(heights, peak, 1, height / 2);
  if (left === null || right === null) {
    return null;
  }
  const width = left + right;
  const slope = (2 * Math.LN2 * height) / width; // of a Gaussian at half its height
  const crossingError = (FIT_ERROR * Math.hypot(noise, top / 2)) / Math.sqrt(2 * Math.max(2, (FLANK * width) / 2));
  const heightError = (FIT_ERROR * Math.hypot(noise, top)) / Math.sqrt(Math.max(3, 0.57 * width)); // samples above MIN_TOP
  const error = Math.sqrt(2 * crossingError ** 2 + heightError ** 2 + level ** 2) / slope;
  return { width, error };
}

/**
 * Interpolate the height of the peak as that of a Gaussian, whose logarithm is a parabola.
 * @param {Float64Array} heights
 * @param {number} peak index
 */
function peakHeight(heights, peak) {
  const isTop = (/** @type {number} */ index) => heights[index] >= MIN_TOP * heights[peak];
  let from = peak;
  let to = peak;
  while (isTop(from - 1)) from -= 1;
  while (isTop(to + 1)) to += 1;
  if (to - from < 2) {
    from = peak - 1;
    to = peak + 1;
  }
  const reach = to - from;
  const xs = [];
  const logs = [];
  for (let index = from; index <= to; index += 1) {
    if (heights[index] > MIN_LOGARITHM * heights[peak]) {
      xs.push((index - peak) / reach);
      logs.push(Math.log(heights[index] / heights[peak]));
    }
  }
  const [c, b, a] = (xs.length > 2 && fitPolynomial(xs, logs, 2)) || [0, 0, 0];
  const hasMaximum = a < 0 && Math.abs(b) <= -2 * a;
  return heights[peak] * (hasMaximum ? Math.exp(c - (b * b) / (4 * a)) : 1);
}

/**
 * Return the distance from the peak's sample at which the height falls below half.
 * @param {Float64Array} heights
 * @param {number} peak
 * @param {-1 | 1} side
 * @param {number} half
 * @returns {number | null} samples
 */
function halfHeightCrossing(heights, peak, side, half) {
  const last = side < 0 ? peak : heights.length - 1 - peak;
  const at = (/** @type {number} */ distance) => heights[peak + side * distance];
  let below = 1;
  // a single low sample may be a dead column's
  while (below <= last && (at(below) >= half || at(below + 1) >= half)) below += 1;
  if (below > last) {
    return null;
  }
  const reach = Math.max(2, Math.round(FLANK * below));
  const xs = [];
  const ys = [];
  const from = Math.max(below - reach, last + 1 - heights.length);
  const to = Math.min(below + reach - 1, last);
  for (let distance = from; distance <= to; distance += 1) {
    xs.push((distance - below) / reach);
    ys.push(at(distance) / half - 1);
  }
  const linear = (half - at(below)) / (at(below - 1) - at(below));
  return below + reach * newtonRoot(fitPolynomial(xs, ys, Math.min(3, xs.length - 1)), -linear / reach);
}

/**
 * Find the root of a falling cubic within -1 to 1 by Newton's method.
 * @param {number[] | null} coefficients that of x⁰ first; null: the start is returned
 * @param {number} start
 */
function newtonRoot(coefficients, start) {
  const [d, c, b = 0, a = 0] = coefficients ?? [];
  let x = start;
  for (let iteration = 0; iteration < NEWTON_ITERATIONS; iteration += 1) {
    const slope = (3 * a * x + 2 * b) * x + c;
    if (!(slope < 0)) {
      return start;
    }
    x = Math.min(1, Math.max(-1, x - (((a * x + b) * x + c) * x + d) / slope));
  }
  return x;
}
