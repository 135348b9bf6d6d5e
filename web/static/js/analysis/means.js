/** A part of a region in means of any size, to measure a spot on. */

import { centreOf } from "../picture/pixels.js";
import { spans } from "./region-pixels.js";

/**
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 * @typedef {import("./blocks.js").Grid} Grid
 */

/**
 * Means of the samples of a region that lie in a box.
 * @param {Pixels} pixels
 * @param {import("./region.js").Region | null} region null: all pixels
 * @param {{left: number, top: number, right: number, bottom: number}} around positions
 * @param {Set<number>} hot samples that are left out
 * @param {number} side samples along each mean's
 * @returns {Grid}
 */
export function meansIn(pixels, region, around, hot, side) {
  const { pitch, width, data, offset, scale } = pixels;
  const all = spans(pixels, region);
  const sample = (/** @type {number} */ at, /** @type {number} */ start) =>
    Math.floor((at + 0.5 - start) / pitch);
  const left = Math.max(all.left, sample(around.left, pixels.x));
  const top = Math.max(all.top, sample(around.top, pixels.y));
  const columns = Math.max(
    0,
    Math.ceil((Math.min(all.right, sample(around.right, pixels.x) + 1) - left) / side),
  );
  const rows = Math.max(
    0,
    Math.ceil((Math.min(all.bottom, sample(around.bottom, pixels.y) + 1) - top) / side),
  );
  const sums = new Float64Array(columns * rows);
  const counts = new Float64Array(sums.length);
  const line = new Float64Array(columns * side);
  for (let row = top; row < Math.min(all.bottom, top + rows * side); row += 1) {
    const from = Math.max(left, all.from[row - all.top]);
    const to = Math.min(left + line.length, all.to[row - all.top]);
    if (to > from) {
      line.set(data.subarray(row * width + from, row * width + to));
      const first = Math.floor((row - top) / side) * columns;
      addMeans(line, from - left, to - left, side, first, sums, counts);
    }
  }
  for (const at of hot) {
    const x = (at % width) - left;
    const y = Math.floor(at / width) - top;
    if (x >= 0 && y >= 0 && x < columns * side && y < rows * side) {
      const mean = Math.floor(y / side) * columns + Math.floor(x / side);
      sums[mean] -= data[at];
      counts[mean] -= 1;
    }
  }
  const enough = (side * side) / 2;
  return {
    x: centreOf(pixels.x + pitch * left, pitch * side, 0),
    y: centreOf(pixels.y + pitch * top, pitch * side, 0),
    step: pitch * side,
    side,
    width: columns,
    height: rows,
    means: sums.map((sum, at) =>
      counts[at] >= enough ? offset + (scale * sum) / counts[at] : NaN,
    ),
    inside: new Uint8Array(sums.length).fill(1),
    hot,
  };
}

/** Adds a stretch of a row, which `line` begins with, to the means that it belongs to. */
function addMeans(line, from, to, side, first, sums, counts) {
  for (let column = from; column < to; column += 1) {
    const value = line[column - from];
    if (value - value === 0) {
      const at = first + Math.floor(column / side);
      sums[at] += value;
      counts[at] += 1;
    }
  }
}
