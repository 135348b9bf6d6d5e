/**
 * The errors of values that were read from a JPEG on a logarithmic scale, where levels lie the farther apart the
 * larger the value is. The constants were measured with the server's default quality, 80; the noise grows in
 * proportion to the steps of coarser coefficients (docs/decisions/0017-log-scale.md).
 */

/**
 * Standard deviation of a sample, in levels, of the white noise that changes smooth sums as much as the rounding of
 * the JPEG's coefficients does. A single sample differs less, since its neighbours have the same error.
 */
const LEVEL_NOISE = 2;
/** The same at the top of a spot, for each sample of its σ: the larger it is, the more samples have the same level. */
const TOP_NOISE = 0.05;
/**
 * By how much dark samples are too high compared with bright ones, in standard deviations of the noise of a dark
 * sample: the noise takes up many levels where it is dark, and a mean of values whose logarithms have an error is too
 * high.
 */
const DARK_BIAS = 0.08;
/** The same for coarser coefficients: by how much more for each multiple of those of quality 80, and at most. */
const MORE_DARK_BIAS = 0.6;
const MAX_DARK_BIAS = 0.95;
/** Heights below this number of standard deviations of the noise are as biased as the background. */
const DARK_HEIGHT = 1.3;
/** Errors that this bias causes, relative to the quantity, for a bias of the height of the spot; measured. */
export const BIAS_ERRORS = { fwhm: 1.75, gaussFwhm: 2 };

/**
 * @typedef {import("../picture/pixels.js").LogSteps} LogSteps
 *
 * @typedef {object} LogNoise
 * @property {LogSteps} steps
 * @property {number} bias of dark samples, camera units
 * @property {number} minHeight of samples that are not as biased as the background, camera units
 */

/**
 * @param {LogSteps | undefined} steps
 * @param {number} noise standard deviation of a sample of the background, camera units
 * @returns {LogNoise | null} null: the scale is linear
 */
export function logNoise(steps, noise) {
  if (!steps) {
    return null;
  }
  const ofOneFrame = noise * Math.sqrt(2 * (steps.frames ?? 1) - 1); // the bias remains in a running mean
  return { steps, bias: darkBias(steps) * ofOneFrame, minHeight: DARK_HEIGHT * ofOneFrame };
}

/** @param {LogSteps} steps */
function darkBias({ coarseness = 1 }) {
  return Math.min(DARK_BIAS + MORE_DARK_BIAS * (coarseness - 1), MAX_DARK_BIAS);
}

/**
 * Return the variance of a sample.
 * @param {LogSteps} steps
 * @param {number} value camera units
 * @param {number} [sigma] of the spot, samples, if it is the height of its top that matters
 */
export function sampleVariance({ base, slope, coarseness = 1 }, value, sigma = 0) {
  const step = coarseness * Math.max(0, base + slope * value);
  return (LEVEL_NOISE ** 2 + (TOP_NOISE * sigma) ** 2) * step * step;
}

/**
 * Return the variance of the mean of a row of samples across a Gaussian spot.
 * @param {LogSteps} steps
 * @param {number} offset the background's value
 * @param {number} height of the mean above it
 * @param {number} count of the samples
 * @param {number} sigma of the spot along the row, samples
 */
export function meanVariance({ base, slope, coarseness = 1 }, offset, height, count, sigma) {
  const dark = Math.max(0, base + slope * offset);
  const sum = slope * count * Math.max(0, height);
  const squares = count * dark * dark + 2 * dark * sum + (sum * sum) / (2 * Math.sqrt(Math.PI) * sigma);
  return ((coarseness * LEVEL_NOISE) / count) ** 2 * squares;
}
