/** Guesses a spot's position and width: the most significant peak of the region over several scales. */

import { planeValue, fitPlane } from "./plane.js";

const MIN_SIGNIFICANCE = 5; // standard deviations: noise alone hardly ever has such a peak
const SMOOTHED_NOISE = 0.375; // the noise of a 3 × 3 mean with weights 1 2 1, relative to that of a sample
const KERNEL_SIGMA = 0.76; // samples: σ of those weights, including the width of a sample
const MIN_SIDE = 3; // samples

/**
 * @typedef {import("./blocks.js").Grid} Grid
 * @typedef {{x: number, y: number, sigma: number}} Start position and width, camera pixels
 * @typedef {Pick<Grid, "x" | "y" | "step" | "width" | "height" | "means" | "inside">} Level a grid without NaN
 */

/**
 * @param {Grid} grid
 * @param {number} minNoise lower limit of the noise of a mean, camera units
 * @returns {Start | null} null: nothing is above the noise
 */
export function guessSpot(grid, minNoise) {
  const plane = fitPlane(grid, borderMeans(grid), null);
  if (!plane) {
    return null;
  }
  const noise = Math.max(plane.noise, minNoise);
  /** @type {Level} */
  let level = {
    ...grid,
    means: grid.means.map((mean, at) => {
      const x = grid.x + grid.step * (at % grid.width);
      const y = grid.y + grid.step * Math.floor(at / grid.width);
      return Number.isNaN(mean) ? 0 : mean - planeValue(plane, x, y);
    }),
  };
  /** @type {Start | null} */
  let best = null;
  let bestSignal = MIN_SIGNIFICANCE * SMOOTHED_NOISE * noise;
  for (let scale = 1; Math.min(level.width, level.height) >= MIN_SIDE; scale *= 2) {
    const { at, height } = highestMean(level);
    if (at >= 0 && height * scale > bestSignal) {
      bestSignal = height * scale;
      best = {
        x: level.x + level.step * (at % level.width),
        y: level.y + level.step * Math.floor(at / level.width),
        sigma: KERNEL_SIGMA * level.step,
      };
    }
    level = halve(level);
  }
  return best;
}

/** Return the indices of the two outermost rows and columns of means, except unknown ones. @param {Grid} grid */
function borderMeans({ width, height, means }) {
  const indices = [];
  for (let at = 0; at < means.length; at += 1) {
    const column = at % width;
    const row = Math.floor(at / width);
    const distance = Math.min(column, row, width - 1 - column, height - 1 - row);
    if (distance < 2 && !Number.isNaN(means[at])) {
      indices.push(at);
    }
  }
  return indices;
}

/** Find the highest mean of the region after smoothing. @param {Level} level */
function highestMean({ width, height, means, inside }) {
  const across = new Float64Array(means.length);
  for (let at = 0; at < means.length; at += 1) {
    const column = at % width;
    const left = column > 0 ? means[at - 1] : 0;
    const right = column < width - 1 ? means[at + 1] : 0;
    across[at] = (left + 2 * means[at] + right) / 4;
  }
  const best = { at: -1, height: 0 };
  for (let at = 0; at < means.length; at += 1) {
    const above = at >= width ? across[at - width] : 0;
    const below = at < width * (height - 1) ? across[at + width] : 0;
    const smoothed = (above + 2 * across[at] + below) / 4;
    if (inside[at] && smoothed > best.height) {
      best.at = at;
      best.height = smoothed;
    }
  }
  return best;
}

/** Return the means of 2 × 2; an odd last row or column is left out. @param {Level} level @returns {Level} */
function halve({ x, y, step, width, height, means, inside }) {
  const half = { width: width >> 1, height: height >> 1 };
  const next = new Float64Array(half.width * half.height);
  const within = new Uint8Array(next.length);
  for (let row = 0; row < half.height; row += 1) {
    for (let column = 0; column < half.width; column += 1) {
      const at = 2 * row * width + 2 * column;
      next[row * half.width + column] =
        (means[at] + means[at + 1] + means[at + width] + means[at + width + 1]) / 4;
      within[row * half.width + column] =
        inside[at] + inside[at + 1] + inside[at + width] + inside[at + width + 1] >= 2 ? 1 : 0;
    }
  }
  return {
    x: x + step / 2,
    y: y + step / 2,
    step: 2 * step,
    ...half,
    means: next,
    inside: within,
  };
}
