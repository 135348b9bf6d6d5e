/** The plane that lies nearest to the background of a grid of means, and how well it is known. */

import { solve } from "./least-squares.js";

const ROUNDS = 3;
const CLIP = 3.5; // standard deviations: what is farther from the plane is no background

/**
 * @typedef {import("./blocks.js").Grid} Grid
 *
 * @typedef {object} Plane level + slopeX * (x - x0) + slopeY * (y - y0)
 * @property {number} x0 position
 * @property {number} y0
 * @property {number} level camera units
 * @property {number} slopeX camera units a pixel
 * @property {number} slopeY
 * @property {number} noise standard deviation of the means about it
 * @property {number} count of means that it was fitted to
 * @property {number[][]} inverse of the normal equations; times noise², the parameters' covariance
 */

/**
 * @param {Grid} grid
 * @param {ArrayLike<number>} at indices of means that show background, or hardly more
 * @param {Float64Array | null} tails the spot's height at each of them, camera units; null: 0
 * @returns {Plane | null} null: too few means, or all in a line
 */
export function planeThrough({ x, y, step, width, means }, at, tails) {
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
  const kept = new Uint8Array(count).fill(1);
  let found = null;
  for (let round = 0; round < ROUNDS; round += 1) {
    found = fitted({ xs, ys, values, kept, x0, y0 });
    if (!found) {
      return null;
    }
    const { level, slopeX, slopeY, noise } = found;
    let isSame = true;
    for (let n = 0; n < count; n += 1) {
      const rest = values[n] - level - slopeX * (xs[n] - x0) - slopeY * (ys[n] - y0);
      const keep = Math.abs(rest) <= CLIP * noise ? 1 : 0;
      isSame &&= keep === kept[n];
      kept[n] = keep;
    }
    if (isSame) {
      break;
    }
  }
  return found;
}

/** @returns {Plane | null} */
function fitted({ xs, ys, values, kept, x0, y0 }) {
  const matrix = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ];
  const vector = [0, 0, 0];
  let count = 0;
  for (let n = 0; n < xs.length; n += 1) {
    if (kept[n]) {
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
  const columns = [0, 1, 2].map((column) => {
    const unit = [0, 0, 0];
    unit[column] = 1;
    return solve(
      matrix.map((row) => [...row]),
      unit,
    )
      ? unit
      : null;
  });
  if (count < 4 || columns.includes(null)) {
    return null;
  }
  const inverse = /** @type {number[][]} */ (columns);
  const [level, slopeX, slopeY] = inverse.map((row) =>
    row.reduce((sum, one, at) => sum + one * vector[at], 0),
  );
  let squares = 0;
  for (let n = 0; n < xs.length; n += 1) {
    if (kept[n]) {
      const rest = values[n] - level - slopeX * (xs[n] - x0) - slopeY * (ys[n] - y0);
      squares += rest * rest;
    }
  }
  return { x0, y0, level, slopeX, slopeY, noise: Math.sqrt(squares / (count - 3)), count, inverse };
}

/** @param {Plane} plane @param {number} x position @param {number} y */
export function planeAt({ x0, y0, level, slopeX, slopeY }, x, y) {
  return level + slopeX * (x - x0) + slopeY * (y - y0);
}
