/** The sums and profiles of a region along its columns and rows. */

import { blockLayout, blockMeans, sumSamples } from "./blocks.js";
import { centreOf } from "../picture/pixels.js";
import { regionSpans } from "./region-pixels.js";

/**
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 *
 * @typedef {object} Projection all in camera values
 * @property {AxisSums} x one sum per column
 * @property {AxisSums} y one sum per row
 * @property {number} pitch
 * @property {number} count finite samples
 * @property {number} bad samples that are not finite, and are left out of all else
 * @property {number} sum
 * @property {number} min Infinity without samples
 * @property {number} max -Infinity without samples
 * @property {import("./blocks.js").Grid} grid means of the blocks of the region and of the margin around it
 *
 * @typedef {object} AxisSums
 * @property {number} start position of the first sum's samples
 * @property {Float64Array} sums
 * @property {Float64Array} counts finite samples in each
 *
 * @typedef {object} Profile the mean over the other axis
 * @property {number} start position of the first value, in camera pixels
 * @property {number} pitch camera pixels from value to value
 * @property {Float64Array} values camera units; NaN where the region has no finite sample
 * @property {Float64Array} [weights] a peak's height in each value relative to that at its centre; 1 if omitted
 */

/**
 * Sum the samples of a region along both axes.
 * @param {Pixels} pixels
 * @param {import("./region.js").Region | null} region null: all pixels
 * @returns {Projection}
 */
export function project(pixels, region) {
  const { pitch, offset, scale } = pixels;
  const spans = regionSpans(pixels, region);
  const { left, right, top, from, to } = spans;
  const layout = blockLayout(pixels, spans);
  const raw = sumSamples(pixels, spans, layout);
  const ofRegion = (/** @type {Float64Array} */ columns) => columns.slice(left - layout.left, right - layout.left);
  const count = raw.rowCounts.reduce((total, one) => total + one, 0);
  const samples = from.reduce((total, start, row) => total + to[row] - start, 0);
  const sum = raw.rows.reduce((total, one) => total + one, 0);
  return {
    x: axisSums(centreOf(pixels.x, pitch, left), ofRegion(raw.columns), ofRegion(raw.columnCounts), pixels),
    y: axisSums(centreOf(pixels.y, pitch, top), raw.rows, raw.rowCounts, pixels),
    pitch,
    count,
    bad: samples - count,
    sum: offset * count + scale * sum,
    min: offset + scale * raw.min,
    max: offset + scale * raw.max,
    grid: blockMeans(pixels, spans, layout, raw),
  };
}

/**
 * @param {number} start
 * @param {Float64Array} sums raw; converted to camera values in place
 * @param {Float64Array} counts
 * @param {Pixels} pixels
 * @returns {AxisSums}
 */
function axisSums(start, sums, counts, { offset, scale }) {
  for (let index = 0; index < sums.length; index += 1) {
    sums[index] = offset * counts[index] + scale * sums[index];
  }
  return { start, sums, counts };
}

/**
 * Return the profiles of a region along x and y.
 * @param {Pick<Projection, "x" | "y" | "pitch">} projection
 * @returns {{x: Profile, y: Profile}}
 */
export function profiles({ x, y, pitch }) {
  return { x: profile(x, pitch), y: profile(y, pitch) };
}

/** @param {AxisSums} sums @param {number} pitch @returns {Profile} */
function profile({ start, sums, counts }, pitch) {
  return { start, pitch, values: sums.map((sum, index) => sum / counts[index]) }; // 0 / 0 is NaN
}
