/** The full width of a peak at half its height. */

import { polynomial } from "./least-squares.js";
import { withoutLone } from "./profile-outliers.js";

/** of a Gaussian */
export const FWHM_PER_SIGMA = Math.sqrt(8 * Math.LN2);

const TOP = 0.8; // of the peak: from there on it is fitted
const FOOT = 0.1; // of the peak: whose logarithm below says nothing of its top
const FLANK = 0.25; // of the half width: on both sides of a crossing
const STEPS = 8;
const FITTED = 2.2; // times the noise / √points: the error of a parabola or a cubic amid the points that it fits

/**
 * Where the peak's height and its crossings lie between samples is found by least squares over a few of
 * them, so that neither the grid nor the noise of a single one counts.
 * @param {Float64Array} raw heights above the base, evenly spaced; what stands alone is no peak
 * @param {number} [noise] standard deviation of a height
 * @param {number} [level] of the base
 * @returns {{width: number, error: number} | null} width and its standard deviation in samples;
 *   null where there is no peak, or no flank on one of its sides
 */
export function fullWidth(raw, noise = 0, level = 0) {
  const heights = withoutLone(raw);
  const peak = heights.reduce((best, height, index) => (height > heights[best] ? index : best), 0);
  if (!(heights[peak] > 0)) {
    return null;
  }
  const height = top(heights, peak);
  const left = crossing(heights, peak, -1, height / 2);
  const right = crossing(heights, peak, 1, height / 2);
  if (left === null || right === null) {
    return null;
  }
  const width = left + right;
  const slope = (2 * Math.LN2 * height) / width; // a Gaussian's, at half its height
  const atCrossing = (FITTED * noise) / Math.sqrt(2 * Math.max(2, (FLANK * width) / 2));
  const atTop = (FITTED * noise) / Math.sqrt(Math.max(3, 0.57 * width)); // so much of it is above TOP
  const error = Math.sqrt(2 * atCrossing ** 2 + atTop ** 2 + level ** 2) / slope;
  return { width, error };
}

/** The height of the peak: that of a Gaussian, whose logarithm is a parabola. */
function top(/** @type {Float64Array} */ heights, /** @type {number} */ peak) {
  const isTop = (/** @type {number} */ index) => heights[index] >= TOP * heights[peak];
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
    if (heights[index] > FOOT * heights[peak]) {
      xs.push((index - peak) / reach);
      logs.push(Math.log(heights[index] / heights[peak]));
    }
  }
  const [c, b, a] = (xs.length > 2 && polynomial(xs, logs, 2)) || [0, 0, 0];
  const hasItsTopHere = a < 0 && Math.abs(b) <= -2 * a;
  return heights[peak] * (hasItsTopHere ? Math.exp(c - (b * b) / (4 * a)) : 1);
}

/**
 * How far from the peak's sample the height falls below half.
 * @param {Float64Array} heights
 * @param {number} peak
 * @param {-1 | 1} side
 * @param {number} half
 * @returns {number | null} samples
 */
function crossing(heights, peak, side, half) {
  const last = side < 0 ? peak : heights.length - 1 - peak;
  const at = (/** @type {number} */ away) => heights[peak + side * away];
  let below = 1;
  // one sample alone may be a dead column's
  while (below <= last && (at(below) >= half || at(below + 1) >= half)) below += 1;
  if (below > last) {
    return null;
  }
  const reach = Math.max(2, Math.round(FLANK * below));
  const xs = [];
  const ys = [];
  const from = Math.max(below - reach, last + 1 - heights.length);
  const to = Math.min(below + reach - 1, last);
  for (let away = from; away <= to; away += 1) {
    xs.push((away - below) / reach);
    ys.push(at(away) / half - 1);
  }
  const first = (half - at(below)) / (at(below - 1) - at(below));
  return below + reach * root(polynomial(xs, ys, Math.min(3, xs.length - 1)), -first / reach);
}

/** Where a falling polynomial is 0, by Newton's way, from -1 to 1. */
function root(/** @type {number[] | null} */ coefficients, /** @type {number} */ start) {
  const [d, c, b = 0, a = 0] = coefficients ?? [];
  let x = start;
  for (let step = 0; step < STEPS; step += 1) {
    const slope = (3 * a * x + 2 * b) * x + c;
    if (!(slope < 0)) {
      return start;
    }
    x = Math.min(1, Math.max(-1, x - (((a * x + b) * x + c) * x + d) / slope));
  }
  return x;
}
