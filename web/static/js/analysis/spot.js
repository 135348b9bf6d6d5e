/** Measures the brightest spot of a region: its place and widths with their errors, or a reason. */

import { errorsOf, moments } from "./aperture.js";
import { boundary, radiusWithin } from "./boundary.js";
import { meansIn } from "./means.js";
import { isInteger } from "../picture/pixels.js";
import { planeThrough } from "./plane.js";
import { spotStart } from "./spot-start.js";

const RADIUS = 3; // σ
const MIN_RADIUS = 2; // σ: of a spot that is nearer to the region's edge too much is missing
const FINE = 3; // steps of the grid to a spot's σ, and up to three times as many
const COARSEST = 4; // samples along a mean's side, of a region whose blocks are single samples
const WINDOW = 4; // σ, which a grid reaches to at first
const ROUNDS = 8; // of the background
const STEPS = 12; // of the aperture in each
const SETTLED = 3e-4; // of σ
const FAR = 40; // σ²: nothing of a Gaussian is left there
const MIN_BACKGROUND = 16; // means, to fit a plane to
const MAX_BAD = 0.25; // of the aperture
const CLEAR = 5; // standard deviations of its flux

/**
 * @typedef {import("./aperture.js").Ellipse} Ellipse
 * @typedef {import("./blocks.js").Grid} Grid
 * @typedef {import("./plane.js").Plane} Plane
 *
 * @typedef {object} Spot
 * @property {Ellipse} ellipse of `grid`'s samples
 * @property {import("./aperture.js").Errors} errors one standard deviation each
 * @property {number} radius of the aperture, in σ
 * @property {Plane} plane
 * @property {Grid} grid on which it was measured
 * @property {number} noise of one of the grid's samples
 */

/**
 * @param {import("../picture/pixels.js").Pixels} pixels
 * @param {import("./region.js").Region | null} region null: all pixels
 * @param {Grid} blocks of that region
 * @returns {Spot | string} why there is none
 */
export function findSpot(pixels, region, blocks) {
  const rounding = isInteger(pixels.data) ? pixels.scale / Math.sqrt(12) : 0; // of a sample
  const start = spotStart(blocks, rounding / blocks.side);
  if (!start) {
    return NO_SPOT;
  }
  const edge = boundary(pixels, region);
  let grid = blocks;
  /** @type {Ellipse} */
  let now = {
    x: start.x,
    y: start.y,
    xx: start.sigma ** 2,
    xy: 0,
    yy: start.sigma ** 2,
    height: 0,
  };
  let plane = null;
  let sums = null;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = now;
    plane = background(blocks, now);
    if (!plane) {
      return radiusWithin(edge, now) < MIN_RADIUS ? EDGE : NO_ROOM;
    }
    for (let step = 0; step < STEPS; step += 1) {
      grid = fitting(grid, blocks, pixels, region, now);
      const reach = radiusWithin(edge, now);
      if (reach < MIN_RADIUS / 2) {
        return EDGE;
      }
      sums = moments(grid, now, Math.min(RADIUS, reach), plane);
      const last = now;
      now = limited(sums, now, grid.step);
      if (!now) {
        return NO_SPOT;
      }
      if (isSettled(last, now)) {
        break;
      }
    }
    if (isSettled(before, now)) {
      break;
    }
  }
  const radius = Math.min(RADIUS, radiusWithin(edge, now));
  if (radius < MIN_RADIUS) {
    return EDGE;
  }
  if (sums.bad > MAX_BAD) {
    return BAD;
  }
  const few = Math.sqrt(plane.count / Math.max(1, plane.count - 4)); // noise of few means is uncertain
  const noise = Math.max(plane.noise, rounding / blocks.side) * few;
  const sample = noise * (blocks.step / grid.step);
  const errors = errorsOf(grid, now, radius, plane, { sample, plane: noise }, sums.flux);
  if (!(sums.flux > CLEAR * errors.flux)) {
    return NO_SPOT;
  }
  return { ellipse: now, errors, radius, plane, grid, noise: sample };
}

export const NO_SPOT = "No spot is above the noise.";
export const NO_ROOM = "The region has no room for a background beside the spot: make it larger.";
export const EDGE = "The spot touches the region's edge: enlarge the region or move it.";
export const BAD = "Too many pixels of the spot are bad.";

/**
 * The plane through the region's means outside of the aperture, and through those of its margin
 * where the region has less room beside the spot than the spot takes.
 */
function background(/** @type {Grid} */ blocks, /** @type {Ellipse} */ spot) {
  const { x, y, step, width, means, inside } = blocks;
  const widened = blocks.side > 1 ? (step * step) / 12 : 0;
  const xx = spot.xx + widened;
  const yy = spot.yy + widened;
  const { xy } = spot;
  const determinant = xx * yy - xy * xy;
  const height = spot.height * Math.sqrt((spot.xx * spot.yy - xy * xy) / determinant);
  const at = new Int32Array(means.length);
  const tails = new Float64Array(means.length);
  let count = 0;
  for (const own of [1, 0]) {
    for (let n = 0; n < means.length; n += 1) {
      if (inside[n] !== own || means[n] !== means[n]) {
        continue;
      }
      const column = n % width;
      const dx = x + step * column - spot.x;
      const dy = y + (step * (n - column)) / width - spot.y;
      const square = (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / determinant;
      if (square > RADIUS * RADIUS) {
        at[count] = n;
        tails[count] = square < FAR ? height * Math.exp(-square / 2) : 0;
        count += 1;
      }
    }
    if (own && count * step * step > Math.PI * RADIUS * RADIUS * Math.sqrt(determinant)) {
      break;
    }
  }
  return count < MIN_BACKGROUND
    ? null
    : planeThrough(blocks, at.subarray(0, count), tails.subarray(0, count));
}

/**
 * A grid that is fine enough for a spot and covers its aperture: the present one or a new one.
 * @returns {Grid}
 */
function fitting(
  /** @type {Grid} */ grid,
  /** @type {Grid} */ blocks,
  pixels,
  region,
  /** @type {Ellipse} */ { x, y, xx, yy },
) {
  const { pitch } = pixels;
  const coarsest = blocks.side > 1 ? blocks.side : COARSEST;
  const steps = Math.sqrt(Math.min(xx, yy)) / grid.step;
  const isFine = steps >= FINE || grid.side === 1;
  const isCoarse = steps < 3 * FINE || grid.side === coarsest;
  const around = (/** @type {number} */ radius) => ({
    left: x - radius * Math.sqrt(xx) - pitch,
    top: y - radius * Math.sqrt(yy) - pitch,
    right: x + radius * Math.sqrt(xx) + pitch,
    bottom: y + radius * Math.sqrt(yy) + pitch,
  });
  const { left, top, right, bottom } = around(RADIUS);
  const covers =
    grid === blocks ||
    (left >= grid.left && top >= grid.top && right <= grid.right && bottom <= grid.bottom);
  if (isFine && isCoarse && covers) {
    return grid;
  }
  const fine = Math.sqrt(Math.min(xx, yy)) / pitch / FINE;
  const side = Math.max(1, Math.min(coarsest, 2 ** Math.floor(Math.log2(fine * 1.001))));
  if (side === blocks.side) {
    return blocks;
  }
  const window = around(WINDOW);
  return { ...meansIn(pixels, region, window, blocks.hot, side), ...window };
}

/** The next ellipse, changed by a limited amount; null: no flux. @returns {Ellipse | null} */
function limited({ flux, next }, /** @type {Ellipse} */ now, /** @type {number} */ step) {
  if (!(flux > 0)) {
    return null;
  }
  const least = (0.3 * step) ** 2;
  const bounded = (/** @type {number} */ value, /** @type {number} */ last) =>
    Math.min(4 * last, Math.max(least, last / 4, value));
  const xx = bounded(next.xx, now.xx);
  const yy = bounded(next.yy, now.yy);
  const most = 0.98 * Math.sqrt(xx * yy);
  const xy = Math.min(most, Math.max(-most, next.xy));
  const far = Math.sqrt(now.xx + now.yy);
  const moved = Math.hypot(next.x - now.x, next.y - now.y);
  const share = Math.min(1, far / moved || 1);
  return {
    x: now.x + share * (next.x - now.x),
    y: now.y + share * (next.y - now.y),
    xx,
    xy,
    yy,
    height: next.height,
  };
}

function isSettled(/** @type {Ellipse} */ one, /** @type {Ellipse} */ other) {
  const near = (/** @type {number} */ difference, /** @type {number} */ whole) =>
    Math.abs(difference) <= SETTLED * whole;
  const sigma = Math.sqrt(Math.min(other.xx, other.yy));
  return (
    near(one.x - other.x, sigma) &&
    near(one.y - other.y, sigma) &&
    near(one.xx - other.xx, 2 * other.xx) &&
    near(one.yy - other.yy, 2 * other.yy) &&
    near(one.xy - other.xy, 2 * Math.sqrt(other.xx * other.yy))
  );
}
