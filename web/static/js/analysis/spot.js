/** Measures the brightest spot of a region: centroid and widths with their uncertainties. */

import { apertureMoments, momentErrors } from "./aperture.js";
import { maxApertureRadius, regionBoundary } from "./boundary.js";
import { logNoise } from "./log-noise.js";
import { windowMeans } from "./means.js";
import { isInteger } from "../picture/pixels.js";
import { fitPlane } from "./plane.js";
import { guessSpot } from "./spot-start.js";

const APERTURE_RADIUS = 3; // σ
const MIN_APERTURE_RADIUS = 2; // σ: nearer to the region's boundary too much of the spot is missing
const MIN_STEPS_PER_SIGMA = 3; // of the grid; up to three times as many are kept
const MAX_SIDE = 4; // samples, of the blocks of a region whose own blocks are single samples
const WINDOW_RADIUS = 4; // σ: the extent of a new grid
const MAX_BACKGROUND_ITERATIONS = 8;
const MAX_APERTURE_ITERATIONS = 12; // for each background
const TOLERANCE = 3e-4; // σ
const MAX_TAIL_SQUARE = 40; // σ²: beyond, a Gaussian is negligible
const MIN_BACKGROUND_MEANS = 16; // to fit a plane to
const MAX_BAD = 0.25; // of the aperture
const MIN_SIGNIFICANCE = 5; // standard deviations of the flux

const NO_SPOT = "No spot is above the noise.";
const NO_ROOM = "The region has no room for a background beside the spot: make it larger.";
const AT_EDGE = "The spot touches the region's edge: enlarge the region or move it.";
const TOO_MANY_BAD = "Too many pixels of the spot are bad.";

/**
 * @typedef {import("./aperture.js").Ellipse} Ellipse
 * @typedef {import("./aperture.js").Moments} Moments
 * @typedef {import("./blocks.js").Grid} Grid
 * @typedef {import("./boundary.js").Boundary} Boundary
 * @typedef {import("./plane.js").Plane} Plane
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 * @typedef {import("./region.js").Region} Region
 *
 * @typedef {{left: number, top: number, right: number, bottom: number}} Window positions
 * @typedef {Grid & {window?: Window}} SpotGrid the blocks of the region, or a finer grid of a window
 *
 * @typedef {object} Spot
 * @property {Ellipse} ellipse of `grid`'s samples
 * @property {import("./aperture.js").Errors} errors standard deviations
 * @property {number} radius of the aperture, in σ
 * @property {Plane} plane background
 * @property {Grid} grid on which the spot was measured
 * @property {number} noise standard deviation of one of the grid's samples in the background
 * @property {import("./log-noise.js").LogNoise | null} log null: the scale is linear
 *
 * @typedef {object} Source of the samples
 * @property {Pixels} pixels
 * @property {Region | null} region
 * @property {Grid} blocks of the region
 * @property {Boundary} boundary of the region
 */

/**
 * @param {Pixels} pixels
 * @param {Region | null} region null: all pixels
 * @param {Grid} blocks of that region
 * @returns {Spot | string} text: why there is no result
 */
export function measureSpot(pixels, region, blocks) {
  const step = isInteger(pixels.data) ? pixels.scale : (pixels.step ?? 0);
  const rounding = step / Math.sqrt(12); // standard deviation for a sample
  const start = guessSpot(blocks, rounding / blocks.side);
  if (!start) {
    return NO_SPOT;
  }
  const boundary = regionBoundary(pixels, region);
  const variance = start.sigma ** 2;
  const solution = iterate(
    { pixels, region, blocks, boundary },
    { x: start.x, y: start.y, xx: variance, xy: 0, yy: variance, height: 0 },
  );
  if (typeof solution === "string") {
    return solution;
  }
  const { ellipse, grid, plane, moments } = solution;
  const radius = Math.min(APERTURE_RADIUS, maxApertureRadius(boundary, ellipse));
  if (radius < MIN_APERTURE_RADIUS) {
    return AT_EDGE;
  }
  if (moments.bad > MAX_BAD) {
    return TOO_MANY_BAD;
  }
  const smallSample = Math.sqrt(plane.count / Math.max(1, plane.count - 4)); // the noise of few means is uncertain
  const noise = Math.max(plane.noise, rounding / blocks.side) * smallSample;
  const sampleNoise = noise * (blocks.step / grid.step);
  const log = logNoise(pixels.logSteps, sampleNoise * grid.side);
  const errors = momentErrors(grid, ellipse, radius, plane, { sample: sampleNoise, plane: noise, log }, moments.flux);
  if (!(moments.flux > MIN_SIGNIFICANCE * errors.flux)) {
    return NO_SPOT;
  }
  return { ellipse, errors, radius, plane, grid, noise: sampleNoise, log };
}

/**
 * Fit background and aperture in turn until the aperture converges.
 * @param {Source} source
 * @param {Ellipse} start
 * @returns {{ellipse: Ellipse, grid: SpotGrid, plane: Plane, moments: Moments} | string} text: why there is no result
 */
function iterate(source, start) {
  const { blocks, boundary } = source;
  let ellipse = start;
  /** @type {SpotGrid} */
  let grid = blocks;
  for (let iteration = 1; ; iteration += 1) {
    const plane = fitBackground(blocks, ellipse);
    if (!plane) {
      return maxApertureRadius(boundary, ellipse) < MIN_APERTURE_RADIUS ? AT_EDGE : NO_ROOM;
    }
    const fitted = iterateAperture(source, grid, ellipse, plane);
    if (typeof fitted === "string") {
      return fitted;
    }
    if (iteration === MAX_BACKGROUND_ITERATIONS || hasConverged(ellipse, fitted.ellipse)) {
      return { ...fitted, plane };
    }
    ({ ellipse, grid } = fitted);
  }
}

/**
 * Move and resize the aperture to the moments within it until it converges.
 * @param {Source} source
 * @param {SpotGrid} grid
 * @param {Ellipse} ellipse
 * @param {Plane} plane
 * @returns {{ellipse: Ellipse, grid: SpotGrid, moments: Moments} | string} text: why there is no result
 */
function iterateAperture(source, grid, ellipse, plane) {
  for (let iteration = 1; ; iteration += 1) {
    grid = suitableGrid(source, grid, ellipse);
    const maxRadius = maxApertureRadius(source.boundary, ellipse);
    if (maxRadius < MIN_APERTURE_RADIUS / 2) {
      return AT_EDGE;
    }
    const moments = apertureMoments(grid, ellipse, Math.min(APERTURE_RADIUS, maxRadius), plane);
    const next = limitStep(moments, ellipse, grid.step);
    if (!next) {
      return NO_SPOT;
    }
    if (iteration === MAX_APERTURE_ITERATIONS || hasConverged(ellipse, next)) {
      return { ellipse: next, grid, moments };
    }
    ellipse = next;
  }
}

/**
 * Fit the background plane to the region's means outside of the aperture, and to those of the margin as well where
 * the region has less area beside the spot than the aperture covers.
 * @param {Grid} blocks
 * @param {Ellipse} spot
 */
function fitBackground(blocks, spot) {
  const { x, y, step, width, means, inside } = blocks;
  const blockVariance = blocks.side > 1 ? (step * step) / 12 : 0;
  const xx = spot.xx + blockVariance;
  const yy = spot.yy + blockVariance;
  const { xy } = spot;
  const determinant = xx * yy - xy * xy;
  const height = spot.height * Math.sqrt((spot.xx * spot.yy - xy * xy) / determinant);
  const at = new Int32Array(means.length);
  const tails = new Float64Array(means.length);
  let count = 0;
  for (const isRegion of [1, 0]) {
    for (let n = 0; n < means.length; n += 1) {
      if (inside[n] !== isRegion || means[n] !== means[n]) {
        continue;
      }
      const column = n % width;
      const dx = x + step * column - spot.x;
      const dy = y + (step * (n - column)) / width - spot.y;
      const square = (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / determinant;
      if (square > APERTURE_RADIUS * APERTURE_RADIUS) {
        at[count] = n;
        tails[count] = square < MAX_TAIL_SQUARE ? height * Math.exp(-square / 2) : 0;
        count += 1;
      }
    }
    if (isRegion && count * step * step > Math.PI * APERTURE_RADIUS * APERTURE_RADIUS * Math.sqrt(determinant)) {
      break;
    }
  }
  return count < MIN_BACKGROUND_MEANS
    ? null
    : fitPlane(blocks, at.subarray(0, count), tails.subarray(0, count));
}

/**
 * Return a grid that is fine enough for a spot and covers its aperture: the present one or a new one.
 * @param {Source} source
 * @param {SpotGrid} grid
 * @param {Ellipse} spot
 * @returns {SpotGrid}
 */
function suitableGrid({ pixels, region, blocks }, grid, { x, y, xx, yy }) {
  const { pitch } = pixels;
  const maxSide = blocks.side > 1 ? blocks.side : MAX_SIDE;
  const steps = Math.sqrt(Math.min(xx, yy)) / grid.step;
  const isFine = steps >= MIN_STEPS_PER_SIGMA || grid.side === 1;
  const isCoarse = steps < 3 * MIN_STEPS_PER_SIGMA || grid.side === maxSide;
  const windowOf = (/** @type {number} */ radius) => ({
    left: x - radius * Math.sqrt(xx) - pitch,
    top: y - radius * Math.sqrt(yy) - pitch,
    right: x + radius * Math.sqrt(xx) + pitch,
    bottom: y + radius * Math.sqrt(yy) + pitch,
  });
  const isCovered = grid === blocks || (grid.window && containsWindow(grid.window, windowOf(APERTURE_RADIUS)));
  if (isFine && isCoarse && isCovered) {
    return grid;
  }
  const fineSide = Math.sqrt(Math.min(xx, yy)) / pitch / MIN_STEPS_PER_SIGMA;
  const side = Math.max(1, Math.min(maxSide, 2 ** Math.floor(Math.log2(fineSide * 1.001))));
  if (side === blocks.side) {
    return blocks;
  }
  const window = windowOf(WINDOW_RADIUS);
  return { ...windowMeans(pixels, region, window, blocks.hot, side), window };
}

/** @param {Window} outer @param {Window} inner */
function containsWindow(outer, inner) {
  return (
    inner.left >= outer.left &&
    inner.top >= outer.top &&
    inner.right <= outer.right &&
    inner.bottom <= outer.bottom
  );
}

/**
 * Return the next ellipse, changed by a limited amount.
 * @param {Moments} moments
 * @param {Ellipse} now
 * @param {number} step of the grid
 * @returns {Ellipse | null} null: no flux
 */
function limitStep({ flux, next }, now, step) {
  if (!(flux > 0)) {
    return null;
  }
  const minVariance = (0.3 * step) ** 2;
  const limitVariance = (/** @type {number} */ value, /** @type {number} */ last) =>
    Math.min(4 * last, Math.max(minVariance, last / 4, value));
  const xx = limitVariance(next.xx, now.xx);
  const yy = limitVariance(next.yy, now.yy);
  const maxCovariance = 0.98 * Math.sqrt(xx * yy);
  const xy = Math.min(maxCovariance, Math.max(-maxCovariance, next.xy));
  const maxDistance = Math.sqrt(now.xx + now.yy);
  const distance = Math.hypot(next.x - now.x, next.y - now.y);
  const share = Math.min(1, maxDistance / distance || 1);
  return {
    x: now.x + share * (next.x - now.x),
    y: now.y + share * (next.y - now.y),
    xx,
    xy,
    yy,
    height: next.height,
  };
}

/** @param {Ellipse} one @param {Ellipse} other */
function hasConverged(one, other) {
  const isSmall = (/** @type {number} */ difference, /** @type {number} */ scale) =>
    Math.abs(difference) <= TOLERANCE * scale;
  const sigma = Math.sqrt(Math.min(other.xx, other.yy));
  return (
    isSmall(one.x - other.x, sigma) &&
    isSmall(one.y - other.y, sigma) &&
    isSmall(one.xx - other.xx, 2 * other.xx) &&
    isSmall(one.yy - other.yy, 2 * other.yy) &&
    isSmall(one.xy - other.xy, 2 * Math.sqrt(other.xx * other.yy))
  );
}
