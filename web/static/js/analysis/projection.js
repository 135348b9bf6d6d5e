/** The samples of a region, added up along its columns and rows. */

import { boxOf, gridOf, scan } from "./blocks.js";
import { centreOf } from "../picture/pixels.js";
import { spans } from "./region-pixels.js";

/**
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 *
 * @typedef {object} Projection all in camera values
 * @property {Lane} x one sum a column
 * @property {Lane} y one sum a row
 * @property {number} pitch
 * @property {number} count samples that are finite
 * @property {number} bad samples that are not, and are left out of all else
 * @property {number} sum
 * @property {number} min Infinity without samples
 * @property {number} max -Infinity without samples
 * @property {import("./blocks.js").Grid} grid means of blocks of the region, and of what is around it
 *
 * @typedef {object} Lane
 * @property {number} start position of the first sum's samples
 * @property {Float64Array} sums
 * @property {Float64Array} counts finite samples in each
 */

/**
 * @param {Pixels} pixels
 * @param {import("./region.js").Region | null} region null: all pixels
 * @returns {Projection}
 */
export function project(pixels, region) {
  const { pitch, offset, scale } = pixels;
  const spanned = spans(pixels, region);
  const { left, right, top, from, to } = spanned;
  const box = boxOf(pixels, spanned);
  const found = scan(pixels, spanned, box);
  const along = (/** @type {Float64Array} */ values) =>
    values.slice(left - box.left, right - box.left);
  const count = found.inRows.reduce((all, some) => all + some, 0);
  const samples = from.reduce((all, first, row) => all + to[row] - first, 0);
  const sum = found.rows.reduce((all, some) => all + some, 0);
  return {
    x: lane(centreOf(pixels.x, pitch, left), along(found.columns), along(found.inColumns), pixels),
    y: lane(centreOf(pixels.y, pitch, top), found.rows, found.inRows, pixels),
    pitch,
    count,
    bad: samples - count,
    sum: offset * count + scale * sum,
    min: offset + scale * found.min,
    max: offset + scale * found.max,
    grid: gridOf(pixels, spanned, box, found),
  };
}

/**
 * @param {number} start
 * @param {Float64Array} sums raw; become camera values
 * @param {Float64Array} counts
 * @param {Pixels} pixels
 * @returns {Lane}
 */
function lane(start, sums, counts, { offset, scale }) {
  for (let index = 0; index < sums.length; index += 1) {
    sums[index] = offset * counts[index] + scale * sums[index];
  }
  return { start, sums, counts };
}
