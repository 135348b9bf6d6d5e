/** Fits a Gaussian peak to a profile by least squares. A dip is not a peak. */

import { initialParameters } from "./gauss-start.js";
import { solve } from "./least-squares.js";
import { replaceOutliers } from "./profile-outliers.js";
import { samplingVariance } from "../picture/pixels.js";
import { FWHM_PER_SIGMA } from "./width.js";

const MIN_POINTS = 5; // for four parameters
const MAX_ITERATIONS = 60;
const TOLERANCE = 1e-10; // smallest relative gain of the sum of squares
const INITIAL_DAMPING = 1e-3;
const MAX_DAMPING = 1e9;
const MIN_SIGMA_SAMPLES = 0.4; // a narrower peak has a single sample
const NO_SLOPE = { value: 0, error: 0 };
const MIN_SIGMA_SIGNIFICANCE = 8; // of its standard deviations: those of a fainter peak are unreliable
const MIN_GAIN = 30; // of the sum of squares, relative to the residual variance: noise alone hardly ever has it

/**
 * @typedef {object} Fit of offset + amplitude * exp(-((position - centre) / sigma)² / 2)
 * @property {number} offset camera units
 * @property {number} amplitude above 0
 * @property {number} centre position in camera pixels
 * @property {number} sigma camera pixels, corrected for the size of a reduced picture's samples
 * @property {number} fwhm
 * @property {number} rms of the residuals
 * @property {number} slope of the background, camera units per pixel; the offset is that at the centre
 * @property {number} centreError standard deviation, camera pixels
 * @property {number} fwhmError
 */

/**
 * @typedef {(index: number, offset: number, height: number) => number} Variance of a value of the fitted curve
 *
 * @param {import("./projection.js").Profile} profile values that are not finite are ignored
 * @param {{value: number, error: number}} [background] its slope, camera units per pixel
 * @param {Variance | null} [variance] of the values, for errors that the residuals do not show
 * @returns {Fit | null} null: there is no peak that is significant, inside the profile and wide enough
 */
export function fitGaussian({ start, pitch, values, weights }, background = NO_SLOPE, variance = null) {
  const slope = background.value;
  const points = normalize(
    values.map((value, index) => value - slope * pitch * index),
    weights ?? new Float64Array(values.length).fill(1),
  );
  const candidates = points ? initialParameters(points).map((start) => levenbergMarquardt(points, start)) : [];
  if (!points || candidates.length === 0) {
    return null;
  }
  const { parameters, squares } = candidates.reduce((best, one) => (one.squares < best.squares ? one : best));
  const [offset, amplitude, centre, width] = parameters;
  const sigma = Math.abs(width);
  const { count, total } = points;
  const isSignificant = total - squares > (MIN_GAIN * squares) / (count - 4);
  const isInside = centre > -0.5 && centre < values.length - 0.5;
  if (!isSignificant || !isInside || !(amplitude > 0 && sigma >= MIN_SIGMA_SAMPLES && sigma <= values.length)) {
    return null;
  }
  const { low, unit } = points;
  const trueSigma = Math.sqrt((sigma * pitch) ** 2 - samplingVariance(pitch));
  const variances = variance && points.xs.map((index, at) => {
    const height = amplitude * points.weights[at] * Math.exp(-(((index - centre) / sigma) ** 2) / 2);
    return variance(index, low + unit * offset, unit * height) / unit ** 2;
  });
  const [, , centreError, sigmaError] = standardErrors(points, parameters, variances);
  const slopeShift = (Math.sqrt(8) * (pitch * sigma) ** 2 * background.error) / (unit * amplitude);
  const fit = {
    offset: low + unit * offset + slope * pitch * centre,
    amplitude: unit * amplitude,
    centre: start + pitch * centre,
    sigma: trueSigma,
    fwhm: FWHM_PER_SIGMA * trueSigma,
    rms: unit * Math.sqrt(squares / count),
    slope,
    centreError: Math.hypot(pitch * centreError, slopeShift),
    fwhmError: (FWHM_PER_SIGMA * pitch * pitch * sigma * sigmaError) / trueSigma,
  };
  const isReliable = Object.values(fit).every(Number.isFinite) && sigma > MIN_SIGMA_SIGNIFICANCE * sigmaError;
  return isReliable ? fit : null;
}

/**
 * Return the fitted value for each value of a profile.
 * @param {Fit} fit
 * @param {import("./projection.js").Profile} profile
 */
export function gaussianCurve({ offset, amplitude, centre, sigma, slope }, { start, pitch, values, weights }) {
  const variance = sigma * sigma + samplingVariance(pitch);
  return values.map((_, index) => {
    const distance = start + pitch * index - centre;
    const height = amplitude * (weights?.[index] ?? 1);
    return offset + slope * distance + height * Math.exp((-distance * distance) / (2 * variance));
  });
}

/**
 * @typedef {object} Points
 * @property {Float64Array} xs index of each finite value
 * @property {Float64Array} ys 0 to 1
 * @property {Float64Array} weights the profile's
 * @property {number} count
 * @property {number} total sum of squares about the mean
 * @property {number} low value = low + unit * y
 * @property {number} unit
 */

/**
 * Select the finite values, without outliers, and scale them to 0 to 1.
 * @param {Float64Array} values
 * @param {Float64Array} weights
 * @returns {Points | null} null: too few values, or all are equal
 */
function normalize(values, weights) {
  const xs = Float64Array.from(values.keys()).filter((index) => Number.isFinite(values[index] * weights[index]));
  const count = xs.length;
  const ys = replaceOutliers(xs.map((index) => values[index]));
  const low = ys.reduce((min, y) => Math.min(min, y), Infinity);
  const high = ys.reduce((max, y) => Math.max(max, y), -Infinity);
  const unit = high - low;
  const rounding = Number.EPSILON * count * Math.max(Math.abs(low), Math.abs(high));
  if (count < MIN_POINTS || !(unit > rounding)) {
    return null;
  }
  const scaled = ys.map((y) => (y - low) / unit);
  const mean = scaled.reduce((sum, y) => sum + y, 0) / count;
  const total = scaled.reduce((sum, y) => sum + (y - mean) ** 2, 0);
  return { xs, ys: scaled, weights: xs.map((index) => weights[index]), count, total, low, unit };
}

/**
 * Minimise the sum of squares by the Levenberg-Marquardt algorithm.
 * @param {Points} points
 * @param {number[]} parameters offset, amplitude, centre, sigma
 */
function levenbergMarquardt(points, parameters) {
  let damping = INITIAL_DAMPING;
  let { squares, matrix, vector } = normalEquations(points, parameters);
  for (let iteration = 0; iteration < MAX_ITERATIONS && damping < MAX_DAMPING; iteration += 1) {
    const damped = matrix.map((row, at) => row.map((m, other) => (at === other ? m * (1 + damping) : m)));
    const change = [...vector];
    const next = solve(damped, change) ? parameters.map((now, at) => now + change[at]) : parameters;
    const equations = normalEquations(points, next);
    const gain = squares - equations.squares;
    if (!(gain > 0)) {
      damping *= 10;
      continue;
    }
    damping /= 10;
    parameters = next;
    ({ squares, matrix, vector } = equations);
    if (gain <= TOLERANCE * squares) {
      break;
    }
  }
  return { parameters, squares };
}

/**
 * Return the parameters' standard errors, from the residuals and further errors of the values.
 * @param {Points} points
 * @param {number[]} parameters
 * @param {Float64Array | null} variances of the values, beside that of the residuals
 */
function standardErrors(points, parameters, variances) {
  const { squares, matrix } = normalEquations(points, parameters);
  const middle = variances && normalEquations(points, parameters, variances).matrix;
  return parameters.map((_, at) => {
    const row = [0, 0, 0, 0]; // of the inverse
    row[at] = 1;
    if (!solve(matrix.map((other) => [...other]), row)) {
      return NaN;
    }
    const further = middle
      ? row.reduce((sum, one, i) => sum + one * row.reduce((inner, other, j) => inner + middle[i][j] * other, 0), 0)
      : 0;
    return Math.sqrt((row[at] * squares) / (points.count - 4) + further);
  });
}

/**
 * Return the sum of squared residuals, and the normal equations of a Gauss-Newton step.
 * @param {Points} points
 * @param {number[]} parameters
 * @param {Float64Array | null} [importance] of each point in the matrix; 1 if omitted
 */
function normalEquations({ xs, ys, weights, count }, [offset, amplitude, centre, sigma], importance = null) {
  const matrix = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
  const vector = [0, 0, 0, 0];
  const derivatives = [1, 0, 0, 0]; // of the curve with respect to the parameters
  let squares = 0;
  for (let index = 0; index < count; index += 1) {
    const distance = (xs[index] - centre) / sigma;
    derivatives[1] = weights[index] * Math.exp((-distance * distance) / 2);
    derivatives[2] = (amplitude * derivatives[1] * distance) / sigma;
    derivatives[3] = derivatives[2] * distance;
    const residual = ys[index] - offset - amplitude * derivatives[1];
    squares += residual * residual;
    const factor = importance ? importance[index] : 1;
    for (let row = 0; row < 4; row += 1) {
      vector[row] += residual * derivatives[row];
      for (let column = row; column < 4; column += 1) {
        matrix[row][column] += factor * derivatives[row] * derivatives[column];
      }
    }
  }
  for (let row = 1; row < 4; row += 1) {
    for (let column = 0; column < row; column += 1) {
      matrix[row][column] = matrix[column][row];
    }
  }
  return { squares, matrix, vector };
}
