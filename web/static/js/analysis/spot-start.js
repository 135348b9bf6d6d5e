/** First guess of a spot's place and width: the clearest peak of the region at several scales. */

import { planeAt, planeThrough } from "./plane.js";

const CLEAR = 5; // standard deviations: noise alone hardly ever has such a bump
const SMOOTHED = 0.375; // of the noise is left in a mean of 3 × 3 weighted 1 2 1
const WIDTH = 0.76; // samples: the width of that weight, its samples' own included
const FEWEST = 3; // samples along a side

/**
 * @typedef {import("./blocks.js").Grid} Grid
 * @typedef {{x: number, y: number, sigma: number}} Start positions and camera pixels
 */

/**
 * @param {Grid} grid
 * @param {number} least by how much two values of a mean differ at least, in camera units
 * @returns {Start | null} null: nothing is clearer than noise
 */
export function spotStart(grid, least) {
  const plane = planeThrough(grid, rim(grid), null);
  if (!plane) {
    return null;
  }
  const noise = Math.max(plane.noise, least);
  let level = {
    ...grid,
    means: grid.means.map((mean, at) => {
      const x = grid.x + grid.step * (at % grid.width);
      const y = grid.y + grid.step * Math.floor(at / grid.width);
      return Number.isNaN(mean) ? 0 : mean - planeAt(plane, x, y);
    }),
  };
  /** @type {Start | null} */
  let best = null;
  let clearest = CLEAR * SMOOTHED * noise;
  for (let scale = 1; Math.min(level.width, level.height) >= FEWEST; scale *= 2) {
    const { at, height } = highest(level);
    if (at >= 0 && height * scale > clearest) {
      clearest = height * scale;
      best = {
        x: level.x + level.step * (at % level.width),
        y: level.y + level.step * Math.floor(at / level.width),
        sigma: WIDTH * level.step,
      };
    }
    level = halved(level);
  }
  return best;
}

/** The outermost means that are known. @param {Grid} grid */
function rim({ width, height, means }) {
  const found = [];
  for (let at = 0; at < means.length; at += 1) {
    const column = at % width;
    const row = Math.floor(at / width);
    const away = Math.min(column, row, width - 1 - column, height - 1 - row);
    if (away < 2 && !Number.isNaN(means[at])) {
      found.push(at);
    }
  }
  return found;
}

/** The highest smoothed mean of the region. @param {Grid} grid without NaN */
function highest({ width, height, means, inside }) {
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
    const smooth = (above + 2 * across[at] + below) / 4;
    if (inside[at] && smooth > best.height) {
      best.at = at;
      best.height = smooth;
    }
  }
  return best;
}

/** Means of 2 × 2; an odd last row or column is left out. @param {Grid} grid @returns {Grid} */
function halved({ x, y, step, side, width, height, means, inside }) {
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
    side: 2 * side,
    ...half,
    means: next,
    inside: within,
  };
}
