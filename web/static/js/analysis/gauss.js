/** The Gaussian nearest to a profile, by least squares. It looks for a peak; a dip is none. */

import { starts } from "./gauss-start.js";
import { solve } from "./least-squares.js";
import { withoutLone } from "./profile-outliers.js";
import { samplingVariance } from "../picture/pixels.js";
import { FWHM_PER_SIGMA } from "./width.js";

const FEWEST = 5; // points, for four parameters
const MOST_STEPS = 60;
const SETTLED = 1e-10; // of the sum of squares, gained in a step
const DAMPING = 1e-3;
const MOST_DAMPING = 1e9;
const LEAST_SIGMA = 0.4; // samples: what is narrower stands on one sample alone
const LEVEL = { value: 0, error: 0 };
const MIN_SIGMA = 8; // of its own standard deviations: of a fainter peak these say too little
const CLEAR = 30; // times the noise's own sum of squares for a parameter: noise alone is hardly ever so

/**
 * @typedef {object} Fit of offset + amplitude * exp(-((position - centre) / sigma)² / 2)
 * @property {number} offset camera units
 * @property {number} amplitude above 0
 * @property {number} centre position in camera pixels
 * @property {number} sigma camera pixels, without what a reduced picture's samples add
 * @property {number} fwhm
 * @property {number} rms of the profile's distance to the curve
 * @property {number} slope of the background, camera units a pixel; the offset is that at the centre
 * @property {number} centreError standard deviation, camera pixels
 * @property {number} fwhmError
 */

/**
 * @param {import("./profile.js").Profile} profile values that are not finite are left out
 * @param {{value: number, error: number}} [background] its slope, camera units a pixel
 * @returns {Fit | null} null: no peak that is clearer than the noise, whole enough and wide enough to be told
 */
export function fit({ start: begin, pitch, values, weights }, background = LEVEL) {
  const slope = background.value;
  const points = normalized(
    values.map((value, index) => value - slope * pitch * index),
    weights ?? new Float64Array(values.length).fill(1),
  );
  const ways = points ? starts(points).map((first) => descended(points, first)) : [];
  if (ways.length === 0) {
    return null;
  }
  const { parameters, squares } = ways.reduce((best, way) => (way.squares < best.squares ? way : best));
  const [offset, amplitude, centre, width] = parameters;
  const sigma = Math.abs(width);
  const { count, total } = points;
  const isClear = total - squares > (CLEAR * squares) / (count - 4);
  const isInside = centre > -0.5 && centre < values.length - 0.5;
  if (!isClear || !isInside || !(amplitude > 0 && sigma >= LEAST_SIGMA && sigma <= values.length)) {
    return null;
  }
  const { low, unit } = points;
  const trueSigma = Math.sqrt((sigma * pitch) ** 2 - samplingVariance(pitch));
  const [, , centreError, sigmaError] = deviations(points, parameters);
  const shift = (Math.sqrt(8) * (pitch * sigma) ** 2 * background.error) / (unit * amplitude); // by the slope's error
  const fitted = {
    offset: low + unit * offset + slope * pitch * centre,
    amplitude: unit * amplitude,
    centre: begin + pitch * centre,
    sigma: trueSigma,
    fwhm: FWHM_PER_SIGMA * trueSigma,
    rms: unit * Math.sqrt(squares / count),
    slope,
    centreError: Math.hypot(pitch * centreError, shift),
    fwhmError: (FWHM_PER_SIGMA * pitch * pitch * sigma * sigmaError) / trueSigma,
  };
  const isKnown = Object.values(fitted).every(Number.isFinite) && sigma > MIN_SIGMA * sigmaError;
  return isKnown ? fitted : null;
}

/**
 * The fitted value for each value of a profile.
 * @param {Fit} fitted
 * @param {import("./profile.js").Profile} profile
 */
export function curve({ offset, amplitude, centre, sigma, slope }, { start: begin, pitch, values, weights }) {
  const variance = sigma * sigma + samplingVariance(pitch);
  return values.map((_, index) => {
    const away = begin + pitch * index - centre;
    const height = amplitude * (weights?.[index] ?? 1);
    return offset + slope * away + height * Math.exp((-away * away) / (2 * variance));
  });
}

/**
 * @typedef {object} Points
 * @property {Float64Array} xs index of each finite value
 * @property {Float64Array} ys 0 to 1
 * @property {Float64Array} weights the profile's
 * @property {number} count
 * @property {number} total sum of squares about their mean
 * @property {number} low value = low + unit * y
 * @property {number} unit
 */

/** @param {Float64Array} values @param {Float64Array} weights @returns {Points | null} null: too few, or all the same */
function normalized(values, weights) {
  const xs = Float64Array.from(values.keys()).filter((index) => Number.isFinite(values[index] * weights[index]));
  const count = xs.length;
  const ys = withoutLone(xs.map((index) => values[index]));
  const low = ys.reduce((least, y) => Math.min(least, y), Infinity);
  const high = ys.reduce((most, y) => Math.max(most, y), -Infinity);
  const unit = high - low;
  const rounding = Number.EPSILON * count * Math.max(Math.abs(low), Math.abs(high));
  if (count < FEWEST || !(unit > rounding)) {
    return null;
  }
  const scaled = ys.map((y) => (y - low) / unit);
  const mean = scaled.reduce((sum, y) => sum + y, 0) / count;
  const total = scaled.reduce((sum, y) => sum + (y - mean) ** 2, 0);
  return { xs, ys: scaled, weights: xs.map((index) => weights[index]), count, total, low, unit };
}

/**
 * Levenberg and Marquardt's way down.
 * @param {Points} points
 * @param {number[]} parameters offset, amplitude, centre, sigma
 */
function descended(points, parameters) {
  let damping = DAMPING;
  let { squares, matrix, vector } = slopes(points, parameters);
  for (let step = 0; step < MOST_STEPS && damping < MOST_DAMPING; step += 1) {
    const damped = matrix.map((row, at) => row.map((m, other) => (at === other ? m * (1 + damping) : m)));
    const change = [...vector];
    const next = solve(damped, change) ? parameters.map((now, at) => now + change[at]) : parameters;
    const there = slopes(points, next);
    const gain = squares - there.squares;
    if (!(gain > 0)) {
      damping *= 10;
      continue;
    }
    damping /= 10;
    parameters = next;
    ({ squares, matrix, vector } = there);
    if (gain <= SETTLED * squares) {
      break;
    }
  }
  return { parameters, squares };
}

/** The standard deviations of the parameters, by the points' distance to the curve. */
function deviations(/** @type {Points} */ points, /** @type {number[]} */ parameters) {
  const { squares, matrix } = slopes(points, parameters);
  return parameters.map((_, at) => {
    const unit = [0, 0, 0, 0];
    unit[at] = 1;
    const isSolved = solve(matrix.map((row) => [...row]), unit);
    return isSolved ? Math.sqrt((unit[at] * squares) / (points.count - 4)) : NaN;
  });
}

/**
 * The sum of squares, and the equations of the way down from there.
 * @param {Points} points
 * @param {number[]} parameters
 */
function slopes({ xs, ys, weights, count }, [offset, amplitude, centre, sigma]) {
  const matrix = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
  const vector = [0, 0, 0, 0];
  const by = [1, 0, 0, 0]; // the curve's derivatives
  let squares = 0;
  for (let index = 0; index < count; index += 1) {
    const away = (xs[index] - centre) / sigma;
    by[1] = weights[index] * Math.exp((-away * away) / 2);
    by[2] = (amplitude * by[1] * away) / sigma;
    by[3] = by[2] * away;
    const rest = ys[index] - offset - amplitude * by[1];
    squares += rest * rest;
    for (let row = 0; row < 4; row += 1) {
      vector[row] += rest * by[row];
      for (let column = row; column < 4; column += 1) {
        matrix[row][column] += by[row] * by[column];
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
