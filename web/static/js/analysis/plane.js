/** Fits a background plane to a grid of means by least squares with outlier rejection (sigma clipping). */

import { solve } from "./least-squares.js";

const MAX_ITERATIONS = 3;
const CLIP = 3.5; // standard deviations from the plane, beyond which a mean is an outlier

/**
 * @typedef {import("./blocks.js").Grid} Grid
 *
 * @typedef {object} Plane level + slopeX * (x - x0) + slopeY * (y - y0)
 * @property {number} x0 position
 * @property {number} y0
 * @property {number} level camera units
 * @property {number} slopeX camera units a pixel
 * @property {number} slopeY
 * @property {number} noise standard deviation of the residuals
 * @property {number} count number of means without the outliers
 * @property {number[][]} inverse inverse of the normal matrix; times noise² it is the parameters' covariance
 */

/**
 * @param {Grid} grid
 * @param {ArrayLike<number>} at indices of the background's means
 * @param {Float64Array | null} tails the spot's height at each of them, which is subtracted, camera units; null: 0
 * @returns {Plane | null} null: too few means, or collinear ones
 */
export function fitPlane({ x, y, step, width, means }, at, tails) {
  const count = at.length;
  const xs = new Float64Array(count);
  const ys = new Float64Array(count);
  const values = new Float64Array(count);
  let x0 = 0;
  let y0 = 0;
  for (let n = 0; n < count; n += 1) {
    const column = at[n] % width;
    xs[n] = x + step * column;
    ys[n] = y + (step * (at[n] - column)) / width;
    values[n] = means[at[n]] - (tails ? tails[n] : 0);
    x0 += xs[n];
    y0 += ys[n];
  }
  x0 /= count;
  y0 /= count;
  const included = new Uint8Array(count).fill(1);
  let plane = null;
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration += 1) {
    plane = fitIncluded({ xs, ys, values, included, x0, y0 });
    if (!plane) {
      return null;
    }
    const { level, slopeX, slopeY, noise } = plane;
    let isSame = true;
    for (let n = 0; n < count; n += 1) {
      const residual = values[n] - level - slopeX * (xs[n] - x0) - slopeY * (ys[n] - y0);
      const isInlier = Math.abs(residual) <= CLIP * noise ? 1 : 0;
      isSame &&= isInlier === included[n];
      included[n] = isInlier;
    }
    if (isSame) {
      break;
    }
  }
  return plane;
}

/**
 * Fit a plane to the points that are included, by its normal equations.
 * @param {object} points
 * @param {Float64Array} points.xs
 * @param {Float64Array} points.ys
 * @param {Float64Array} points.values
 * @param {Uint8Array} points.included 1: in the fit, 0: an outlier
 * @param {number} points.x0
 * @param {number} points.y0
 * @returns {Plane | null}
 */
function fitIncluded({ xs, ys, values, included, x0, y0 }) {
  const matrix = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ];
  const vector = [0, 0, 0];
  let count = 0;
  for (let n = 0; n < xs.length; n += 1) {
    if (included[n]) {
      const dx = xs[n] - x0;
      const dy = ys[n] - y0;
      count += 1;
      matrix[0][1] += dx;
      matrix[0][2] += dy;
      matrix[1][1] += dx * dx;
      matrix[1][2] += dx * dy;
      matrix[2][2] += dy * dy;
      vector[0] += values[n];
      vector[1] += dx * values[n];
      vector[2] += dy * values[n];
    }
  }
  matrix[0][0] = count;
  matrix[1][0] = matrix[0][1];
  matrix[2][0] = matrix[0][2];
  matrix[2][1] = matrix[1][2];
  const inverse = [0, 1, 2].flatMap((column) => {
    const unit = [0, 0, 0];
    unit[column] = 1;
    return solve(matrix.map((row) => [...row]), unit) ? [unit] : [];
  });
  if (count < 4 || inverse.length < 3) {
    return null;
  }
  const [level, slopeX, slopeY] = inverse.map((row) =>
    row.reduce((sum, element, at) => sum + element * vector[at], 0),
  );
  let squares = 0;
  for (let n = 0; n < xs.length; n += 1) {
    if (included[n]) {
      const residual = values[n] - level - slopeX * (xs[n] - x0) - slopeY * (ys[n] - y0);
      squares += residual * residual;
    }
  }
  return { x0, y0, level, slopeX, slopeY, noise: Math.sqrt(squares / (count - 3)), count, inverse };
}

/** Return the plane's value at a position. @param {Plane} plane @param {number} x @param {number} y */
export function planeValue({ x0, y0, level, slopeX, slopeY }, x, y) {
  return level + slopeX * (x - x0) + slopeY * (y - y0);
}
