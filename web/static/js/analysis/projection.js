/** The samples of a region, added up along its columns and rows in one pass. */

import { middle, spans } from "./pixels.js";

/**
 * @typedef {import("./pixels.js").Pixels} Pixels
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
 * @property {Float64Array} border the finite samples along the region's edge, sorted
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
  const { pitch, width, data, offset, scale } = pixels;
  const { left, right, top, bottom, from, to } = spans(pixels, region);
  const columns = new Float64Array(right - left);
  const rows = new Float64Array(bottom - top);
  const inColumns = samplesInColumns(from, to, left, columns.length);
  const inRows = Float64Array.from(from, (first, row) => to[row] - first);
  const samples = inRows.reduce((all, some) => all + some, 0);
  // copied row by row, so that the loop below is compiled for doubles once, whatever the camera sends
  const line = new Float64Array(columns.length);
  let min = Infinity;
  let max = -Infinity;
  let bad = 0;
  let sum = 0;
  for (let row = 0; row < rows.length; row += 1) {
    const begin = (top + row) * width;
    const end = to[row] - left;
    line.set(data.subarray(begin + from[row], begin + to[row]), from[row] - left);
    let rowSum = 0;
    for (let column = from[row] - left; column < end; column += 1) {
      const value = line[column];
      if (value - value === 0) {
        rowSum += value;
        columns[column] += value;
        if (value < min) min = value;
        if (value > max) max = value;
      } else {
        bad += 1;
        inRows[row] -= 1;
        inColumns[column] -= 1;
      }
    }
    rows[row] = rowSum;
    sum += rowSum;
  }
  const count = samples - bad;
  return {
    x: lane(middle(pixels.x, pitch, left), columns, inColumns, pixels),
    y: lane(middle(pixels.y, pitch, top), rows, inRows, pixels),
    pitch,
    count,
    bad,
    sum: offset * count + scale * sum,
    min: offset + scale * min,
    max: offset + scale * max,
    border: border(pixels, from, to, top),
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

/** @param {Int32Array} from @param {Int32Array} to @param {number} left @param {number} columns */
function samplesInColumns(from, to, left, columns) {
  const changes = new Float64Array(columns + 1);
  for (let row = 0; row < from.length; row += 1) {
    changes[from[row] - left] += 1;
    changes[to[row] - left] -= 1;
  }
  for (let column = 1; column < columns; column += 1) {
    changes[column] += changes[column - 1];
  }
  return changes.subarray(0, columns);
}

/** The samples that have a neighbour outside. @returns {Float64Array} finite, sorted */
function border({ width, data, offset, scale }, from, to, top) {
  /** @type {number[]} */
  const values = [];
  const add = (/** @type {number} */ row, /** @type {number} */ first, /** @type {number} */ end) => {
    for (let index = (top + row) * width + first; index < (top + row) * width + end; index += 1) {
      if (Number.isFinite(data[index])) {
        values.push(offset + scale * data[index]);
      }
    }
  };
  for (let row = 0; row < from.length; row += 1) {
    const isEnd = row === 0 || row === from.length - 1;
    const inner = isEnd ? to[row] : Math.max(from[row] + 1, from[row - 1], from[row + 1]);
    const outer = isEnd ? to[row] : Math.min(to[row] - 1, to[row - 1], to[row + 1]);
    add(row, from[row], Math.min(inner, to[row]));
    add(row, Math.max(inner, outer), to[row]);
  }
  return Float64Array.from(values).sort();
}
