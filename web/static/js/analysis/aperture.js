/**
 * Centroid and second moments within an elliptic aperture, after ISO 11146: the aperture is moved and resized
 * iteratively until it matches the moments. They are corrected for the truncation of a Gaussian by the aperture.
 */

import { sampleVariance } from "./log-noise.js";
import { planeValue } from "./plane.js";

/**
 * @typedef {import("./blocks.js").Grid} Grid
 * @typedef {import("./plane.js").Plane} Plane
 *
 * @typedef {object} Ellipse position and covariance of a spot
 * @property {number} x position
 * @property {number} y
 * @property {number} xx variances and covariance, camera pixels², including the sampling by means
 * @property {number} xy
 * @property {number} yy
 * @property {number} height peak above the background, camera units
 *
 * @typedef {object} Moments over an aperture, of heights above the background plane
 * @property {number} flux sum of the samples' heights
 * @property {Ellipse} next centroid and covariance, corrected for the truncation
 * @property {number} bad share of the samples that are unknown
 */

/** Return the fraction of a two-dimensional Gaussian's flux within a radius. @param {number} radius in σ */
export function fluxFraction(radius) {
  return 1 - Math.exp((-radius * radius) / 2);
}

/** Return the fraction of its variance that remains if it is truncated at a radius. @param {number} radius in σ */
export function varianceFraction(radius) {
  const u = (radius * radius) / 2;
  return 1 - u / Math.expm1(u);
}

/**
 * Return the error of the corrected variance relative to that of the truncated one, with which the aperture grows.
 * @param {number} radius in σ
 */
export function errorAmplification(radius) {
  const u = (radius * radius) / 2;
  const fraction = varianceFraction(radius);
  const derivative = (u * Math.exp(u) - Math.expm1(u)) / Math.expm1(u) ** 2; // of the fraction with respect to u
  return 1 / (fraction - u * derivative);
}

/**
 * @typedef {object} Aperture the samples inside, as columns
 * @property {number} count
 * @property {Int32Array} at index of each sample in the grid
 * @property {Float64Array} dx distance from the centre, camera pixels
 * @property {Float64Array} dy
 * @property {Float64Array} weight fraction of the sample inside, 0 to 1
 * @property {Float64Array} square squared Mahalanobis distance from the centre, σ²
 */

/**
 * Collect the samples inside an aperture.
 * @param {Grid} grid
 * @param {Ellipse} ellipse
 * @param {number} radius in σ
 * @returns {Aperture}
 */
function apertureSamples({ x, y, step, width, height }, ellipse, radius) {
  const { xx, xy, yy } = ellipse;
  const determinant = xx * yy - xy * xy;
  const halfX = radius * Math.sqrt(xx) + step / 2;
  const halfY = radius * Math.sqrt(yy) + step / 2;
  const left = Math.max(0, Math.ceil((ellipse.x - halfX - x) / step));
  const right = Math.min(width - 1, Math.floor((ellipse.x + halfX - x) / step));
  const top = Math.max(0, Math.ceil((ellipse.y - halfY - y) / step));
  const bottom = Math.min(height - 1, Math.floor((ellipse.y + halfY - y) / step));
  const capacity = Math.max(0, right - left + 1) * Math.max(0, bottom - top + 1);
  const column = () => new Float64Array(capacity);
  const at = new Int32Array(capacity);
  const samples = { count: 0, at, dx: column(), dy: column(), weight: column(), square: column() };
  let count = 0;
  for (let row = top; row <= bottom; row += 1) {
    const dy = y + step * row - ellipse.y;
    for (let column = left; column <= right; column += 1) {
      const dx = x + step * column - ellipse.x;
      const square = (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / determinant;
      const distance = Math.sqrt(square);
      // from the sample to the aperture's edge along the ray from the centre, in samples
      const margin = distance > 0 ? ((radius - distance) * Math.sqrt(dx * dx + dy * dy)) / (distance * step) : 1;
      if (margin > -0.5) {
        samples.at[count] = row * width + column;
        samples.dx[count] = dx;
        samples.dy[count] = dy;
        samples.weight[count] = margin < 0.5 ? margin + 0.5 : 1;
        samples.square[count] = square;
        count += 1;
      }
    }
  }
  samples.count = count;
  return samples;
}

/**
 * Compute the moments within an aperture: one step of the iteration. Unknown samples are replaced by the Gaussian
 * of the previous step.
 * @param {Grid} grid
 * @param {Ellipse} now the aperture at 1 σ, from the previous step
 * @param {number} radius in σ
 * @param {Plane} plane background
 * @returns {Moments}
 */
export function apertureMoments(grid, now, radius, plane) {
  const { means } = grid;
  const { level, slopeX, slopeY } = plane;
  const base = level + slopeX * (now.x - plane.x0) + slopeY * (now.y - plane.y0);
  const { count, at, dx, dy, weight, square } = apertureSamples(grid, now, radius);
  let totalWeight = 0;
  let unknownWeight = 0;
  let sum = 0;
  let sumX = 0;
  let sumY = 0;
  let sumXx = 0;
  let sumXy = 0;
  let sumYy = 0;
  for (let n = 0; n < count; n += 1) {
    const mean = means[at[n]];
    let height = mean - base - slopeX * dx[n] - slopeY * dy[n];
    if (height !== height) {
      height = now.height * Math.exp(-square[n] / 2);
      unknownWeight += weight[n];
    }
    const weighted = weight[n] * height;
    totalWeight += weight[n];
    sum += weighted;
    sumX += weighted * dx[n];
    sumY += weighted * dy[n];
    sumXx += weighted * dx[n] * dx[n];
    sumXy += weighted * dx[n] * dy[n];
    sumYy += weighted * dy[n] * dy[n];
  }
  const fraction = varianceFraction(radius);
  const meanX = sumX / sum;
  const meanY = sumY / sum;
  const xx = (sumXx / sum - meanX * meanX) / fraction;
  const xy = (sumXy / sum - meanX * meanY) / fraction;
  const yy = (sumYy / sum - meanY * meanY) / fraction;
  const area = (2 * Math.PI * Math.sqrt(Math.max(0, xx * yy - xy * xy))) / grid.step ** 2;
  const height = sum / (area * fluxFraction(radius));
  return {
    flux: sum,
    bad: unknownWeight / totalWeight,
    next: { x: now.x + meanX / fraction, y: now.y + meanY / fraction, xx, xy, yy, height },
  };
}

/**
 * @typedef {object} Errors standard deviations
 * @property {number} flux
 * @property {number} x @property {number} y
 * @property {number} xx @property {number} yy
 * @property {{xx: number, yy: number}} bias errors by the bias of dark samples on a logarithmic scale, else 0
 */

/**
 * Propagate the noise of the samples and the uncertainty of the background plane to the moments.
 * @param {Grid} grid
 * @param {Ellipse} ellipse
 * @param {number} radius in σ
 * @param {Plane} plane
 * @param {object} noise
 * @param {number} noise.sample standard deviation of a sample of the background
 * @param {number} noise.plane that of a mean under the plane fit
 * @param {import("./log-noise.js").LogNoise | null} noise.log null: the scale is linear
 * @param {number} flux
 * @returns {Errors}
 */
export function momentErrors(grid, ellipse, radius, plane, noise, flux) {
  const fraction = varianceFraction(radius);
  const truncated = { xx: ellipse.xx * fraction, yy: ellipse.yy * fraction };
  const { count, at, dx, dy, weight, square: distance } = apertureSamples(grid, ellipse, radius);
  const factors = new Float64Array(5); // the moments' derivatives with respect to a sample, times the flux
  const squares = new Float64Array(5);
  const planeFactors = Array.from(squares, () => new Float64Array(3)); // and with respect to the plane's parameters
  const logVariances = new Float64Array(5);
  const brightFactors = new Float64Array(5); // summed over the samples that are less biased than the background
  for (let n = 0; n < count; n += 1) {
    factors[0] = weight[n];
    factors[1] = weight[n] * dx[n];
    factors[2] = weight[n] * dy[n];
    factors[3] = weight[n] * (dx[n] * dx[n] - truncated.xx);
    factors[4] = weight[n] * (dy[n] * dy[n] - truncated.yy);
    const px = ellipse.x + dx[n] - plane.x0;
    const py = ellipse.y + dy[n] - plane.y0;
    for (let m = 0; m < 5; m += 1) {
      squares[m] += factors[m] * factors[m];
      planeFactors[m][0] += factors[m];
      planeFactors[m][1] += factors[m] * px;
      planeFactors[m][2] += factors[m] * py;
    }
    if (noise.log) {
      const height = ellipse.height * Math.exp(-distance[n] / 2);
      const mean = grid.means[at[n]];
      const value = mean === mean ? mean : height + planeValue(plane, ellipse.x + dx[n], ellipse.y + dy[n]);
      const variance = sampleVariance(noise.log.steps, value) / grid.side ** 2;
      for (let m = 0; m < 5; m += 1) {
        logVariances[m] += factors[m] * factors[m] * variance;
        brightFactors[m] += height > noise.log.minHeight ? factors[m] : 0;
      }
    }
  }
  const [sum, x, y, xx, yy] = Array.from(squares, (square, n) => {
    const planeVariance = plane.inverse.reduce(
      (sum, row, i) =>
        sum + planeFactors[n][i] * row.reduce((inner, element, j) => inner + element * planeFactors[n][j], 0),
      0,
    );
    const samplesVariance = noise.sample ** 2 * square + logVariances[n];
    return Math.sqrt(samplesVariance + noise.plane ** 2 * Math.max(0, planeVariance)) / flux;
  });
  const amplified = errorAmplification(radius);
  const biasError = (/** @type {number} */ factor) => (amplified * (noise.log?.bias ?? 0) * Math.abs(factor)) / flux;
  const bias = { xx: biasError(brightFactors[3]), yy: biasError(brightFactors[4]) };
  return { flux: sum * flux, x: x / fraction, y: y / fraction, xx: xx * amplified, yy: yy * amplified, bias };
}
