/** Means of a part of a region at any block size, on which a spot is measured. */

import { centreOf } from "../picture/pixels.js";
import { regionSpans } from "./region-pixels.js";

/**
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 * @typedef {import("./blocks.js").Grid} Grid
 */

/**
 * Compute the means of the samples of a region that lie in a window.
 * @param {Pixels} pixels
 * @param {import("./region.js").Region | null} region null: all pixels
 * @param {{left: number, top: number, right: number, bottom: number}} window positions
 * @param {Set<number>} hot indices of the samples that are left out
 * @param {number} side of a block, samples
 * @returns {Grid}
 */
export function windowMeans(pixels, region, window, hot, side) {
  const { pitch, width, data, offset, scale } = pixels;
  const spans = regionSpans(pixels, region);
  const sampleAt = (/** @type {number} */ position, /** @type {number} */ start) =>
    Math.floor((position + 0.5 - start) / pitch);
  const left = Math.max(spans.left, sampleAt(window.left, pixels.x));
  const top = Math.max(spans.top, sampleAt(window.top, pixels.y));
  const columns = Math.max(
    0,
    Math.ceil((Math.min(spans.right, sampleAt(window.right, pixels.x) + 1) - left) / side),
  );
  const rows = Math.max(
    0,
    Math.ceil((Math.min(spans.bottom, sampleAt(window.bottom, pixels.y) + 1) - top) / side),
  );
  const sums = new Float64Array(columns * rows);
  const counts = new Float64Array(sums.length);
  const samples = new Float64Array(columns * side);
  for (let row = top; row < Math.min(spans.bottom, top + rows * side); row += 1) {
    const from = Math.max(left, spans.from[row - spans.top]);
    const to = Math.min(left + samples.length, spans.to[row - spans.top]);
    if (to > from) {
      samples.set(data.subarray(row * width + from, row * width + to));
      const first = Math.floor((row - top) / side) * columns;
      addToBlocks(samples, from - left, to - left, side, first, sums, counts);
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
  const minCount = (side * side) / 2;
  return {
    x: centreOf(pixels.x + pitch * left, pitch * side, 0),
    y: centreOf(pixels.y + pitch * top, pitch * side, 0),
    step: pitch * side,
    side,
    width: columns,
    height: rows,
    means: sums.map((sum, at) =>
      counts[at] >= minCount ? offset + (scale * sum) / counts[at] : NaN,
    ),
    inside: new Uint8Array(sums.length).fill(1),
    hot,
  };
}

/**
 * Add a part of a sample row to the sums of its blocks.
 * @param {Float64Array} samples whose first value is that of column `from`
 * @param {number} from column
 * @param {number} to exclusive
 * @param {number} side
 * @param {number} first index of the row's first block
 * @param {Float64Array} sums
 * @param {Float64Array} counts of the finite samples
 */
function addToBlocks(samples, from, to, side, first, sums, counts) {
  for (let column = from; column < to; column += 1) {
    const value = samples[column - from];
    if (value - value === 0) {
      const at = first + Math.floor(column / side);
      sums[at] += value;
      counts[at] += 1;
    }
  }
}
