/**
 * Second moments in an elliptic aperture of ±3 σ, which is moved and resized until it fits the spot (after
 * ISO 11146), and what the truncation there takes from a Gaussian.
 */

import { planeAt } from "./plane.js";

/**
 * @typedef {import("./blocks.js").Grid} Grid
 * @typedef {import("./plane.js").Plane} Plane
 *
 * @typedef {object} Ellipse where a spot is and how wide
 * @property {number} x position
 * @property {number} y
 * @property {number} xx variances and covariance, square camera pixels; reduced pictures' and blocks' means widen them
 * @property {number} xy
 * @property {number} yy
 * @property {number} height above the background, camera units
 *
 * @typedef {object} Sums over an aperture, of heights above the plane, in samples
 * @property {number} flux
 * @property {Ellipse} next the moments, with the truncation of a Gaussian corrected
 * @property {number} bad share of the samples that are not known
 */

/** The part of a Gaussian's flux within a radius. @param {number} radius in σ */
export function fluxWithin(radius) {
  return 1 - Math.exp((-radius * radius) / 2);
}

/** The part of its variance that is left when it is cut at a radius. @param {number} radius in σ */
export function varianceWithin(radius) {
  const u = (radius * radius) / 2;
  return 1 - u / Math.expm1(u);
}

/** By how much more than the truncated variance the corrected one varies, as its aperture grows along. */
export function amplification(/** @type {number} */ radius) {
  const u = (radius * radius) / 2;
  const within = varianceWithin(radius);
  const rise = (u * Math.exp(u) - Math.expm1(u)) / Math.expm1(u) ** 2; // of `varianceWithin`, by u
  return 1 / (within - u * rise);
}

/**
 * Calls back for each sample of an aperture with how much of it lies inside (0 to 1).
 * @param {Grid} grid
 * @param {Ellipse} ellipse
 * @param {number} radius in σ
 * @param {(at: number, dx: number, dy: number, weight: number, square: number) => void} each its index, its
 *   distance from the centre in camera pixels, and the square of that in σ
 */
export function within({ x, y, step, width, height }, ellipse, radius, each) {
  const { xx, xy, yy } = ellipse;
  const determinant = xx * yy - xy * xy;
  const halfX = radius * Math.sqrt(xx) + step / 2;
  const halfY = radius * Math.sqrt(yy) + step / 2;
  const left = Math.max(0, Math.ceil((ellipse.x - halfX - x) / step));
  const right = Math.min(width - 1, Math.floor((ellipse.x + halfX - x) / step));
  const top = Math.max(0, Math.ceil((ellipse.y - halfY - y) / step));
  const bottom = Math.min(height - 1, Math.floor((ellipse.y + halfY - y) / step));
  for (let row = top; row <= bottom; row += 1) {
    const dy = y + step * row - ellipse.y;
    for (let column = left; column <= right; column += 1) {
      const dx = x + step * column - ellipse.x;
      const square = (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / determinant;
      const away = Math.sqrt(square);
      // how far the rim is beyond the sample, in samples, along the line from the centre
      const room = away > 0 ? ((radius - away) * Math.sqrt(dx * dx + dy * dy)) / (away * step) : 1;
      const weight = Math.min(1, room + 0.5);
      if (weight > 0) {
        each(row * width + column, dx, dy, weight, square);
      }
    }
  }
}

/**
 * One step of the iteration. What is not known counts as the Gaussian of the step before has it.
 * @param {Grid} grid
 * @param {Ellipse} now
 * @param {number} radius in σ
 * @param {Plane} plane
 * @returns {Sums}
 */
export function moments(grid, now, radius, plane) {
  const { means } = grid;
  let all = 0;
  let unknown = 0;
  let sum = 0;
  let [sumX, sumY, sumXx, sumXy, sumYy] = [0, 0, 0, 0, 0];
  within(grid, now, radius, (at, dx, dy, weight, square) => {
    const isBad = means[at] !== means[at];
    const height = isBad
      ? now.height * Math.exp(-square / 2)
      : means[at] - planeAt(plane, now.x + dx, now.y + dy);
    const weighted = weight * height;
    all += weight;
    unknown += isBad ? weight : 0;
    sum += weighted;
    sumX += weighted * dx;
    sumY += weighted * dy;
    sumXx += weighted * dx * dx;
    sumXy += weighted * dx * dy;
    sumYy += weighted * dy * dy;
  });
  const part = varianceWithin(radius);
  const [dx, dy] = [sumX / sum, sumY / sum];
  const xx = (sumXx / sum - dx * dx) / part;
  const xy = (sumXy / sum - dx * dy) / part;
  const yy = (sumYy / sum - dy * dy) / part;
  const area = (2 * Math.PI * Math.sqrt(Math.max(0, xx * yy - xy * xy))) / grid.step ** 2;
  return {
    flux: sum,
    bad: unknown / all,
    next: { x: now.x + dx / part, y: now.y + dy / part, xx, xy, yy, height: sum / (area * fluxWithin(radius)) },
  };
}

/** @typedef {{flux: number, x: number, y: number, xx: number, yy: number}} Errors standard deviations */

/**
 * How well the moments are known: by the noise of the samples, and by that of the plane.
 * @param {Grid} grid
 * @param {Ellipse} ellipse
 * @param {number} radius in σ
 * @param {Plane} plane
 * @param {{sample: number, plane: number}} noise of a sample, and of a mean that the plane was fitted to
 * @param {number} flux
 * @returns {Errors}
 */
export function errorsOf(grid, ellipse, radius, plane, noise, flux) {
  const part = varianceWithin(radius);
  const cut = { xx: ellipse.xx * part, yy: ellipse.yy * part };
  const factors = [0, 0, 0, 0, 0];
  const squares = [0, 0, 0, 0, 0];
  const bases = factors.map(() => [0, 0, 0]);
  within(grid, ellipse, radius, (_, dx, dy, weight) => {
    factors[0] = weight;
    factors[1] = weight * dx;
    factors[2] = weight * dy;
    factors[3] = weight * (dx * dx - cut.xx);
    factors[4] = weight * (dy * dy - cut.yy);
    const px = ellipse.x + dx - plane.x0;
    const py = ellipse.y + dy - plane.y0;
    for (let n = 0; n < 5; n += 1) {
      squares[n] += factors[n] * factors[n];
      bases[n][0] += factors[n];
      bases[n][1] += factors[n] * px;
      bases[n][2] += factors[n] * py;
    }
  });
  const [sum, x, y, xx, yy] = squares.map((square, n) => {
    const spread = plane.inverse.reduce(
      (all, row, i) => all + bases[n][i] * row.reduce((some, one, j) => some + one * bases[n][j], 0),
      0,
    );
    return Math.sqrt(noise.sample ** 2 * square + noise.plane ** 2 * Math.max(0, spread)) / flux;
  });
  const widened = amplification(radius);
  return { flux: sum * flux, x: x / part, y: y / part, xx: xx * widened, yy: yy * widened };
}
