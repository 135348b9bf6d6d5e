/** The profiles at the picture's edges: projections of the visible part, or the row and column under the cursor. Pure. */

import { centreOf } from "../picture/pixels.js";

/**
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 * @typedef {import("../stream/tile-region.js").Box} Box
 *
 * @typedef {object} EdgeProfile
 * @property {number} start position of the first value, in camera pixels
 * @property {number} pitch camera pixels from value to value
 * @property {Float64Array} values camera units; NaN: nothing is finite there
 *
 * @typedef {{x: EdgeProfile, y: EdgeProfile}} EdgeProfiles x: one value for each column, y: one for each row
 */

/**
 * Project a part of the picture onto its edges.
 * @param {Pixels} pixels
 * @param {Box} box camera pixels; samples whose centre lies inside count
 * @param {"mean" | "sum"} kind of the finite values; a sum over a reduced picture is that of its camera pixels, of
 *   which each sample is the mean
 * @returns {EdgeProfiles | null} null: no sample lies in the box
 */
export function projections(pixels, box, kind) {
  const part = samplesIn(pixels, box);
  if (!part) {
    return null;
  }
  const { left, top, right, bottom } = part;
  const { width, data, offset, scale, pitch } = pixels;
  const columns = { sums: new Float64Array(right - left), counts: new Float64Array(right - left) };
  const rows = { sums: new Float64Array(bottom - top), counts: new Float64Array(bottom - top) };
  const samples = new Float64Array(right - left); // a loop over doubles stays fast for every type of camera
  for (let row = top; row < bottom; row += 1) {
    samples.set(data.subarray(row * width + left, row * width + right));
    let sum = 0;
    let count = 0;
    for (let column = 0; column < samples.length; column += 1) {
      const value = samples[column];
      if (value - value === 0) {
        sum += value;
        count += 1;
        columns.sums[column] += value;
        columns.counts[column] += 1;
      }
    }
    rows.sums[row - top] = sum;
    rows.counts[row - top] = count;
  }
  const values = (/** @type {typeof rows} */ { sums, counts }) =>
    sums.map((sum, index) => {
      const mean = offset + (scale * sum) / counts[index]; // 0 / 0 is NaN
      return kind === "mean" ? mean : mean * counts[index] * pitch * pitch;
    });
  return {
    x: { start: centreOf(pixels.x, pitch, left), pitch, values: values(columns) },
    y: { start: centreOf(pixels.y, pitch, top), pitch, values: values(rows) },
  };
}

/**
 * Return the visible part of the row and of the column under the cursor.
 * @param {Pixels} pixels
 * @param {Box} box camera pixels
 * @param {{x: number, y: number}} cursor camera coordinates
 * @returns {EdgeProfiles | null} null: the cursor is outside of the box or of the pixels
 */
export function crossProfiles(pixels, box, cursor) {
  const part = samplesIn(pixels, box);
  const { width, data, offset, scale, pitch } = pixels;
  const column = Math.floor((cursor.x - pixels.x) / pitch);
  const row = Math.floor((cursor.y - pixels.y) / pitch);
  if (!part || !(column >= part.left && column < part.right && row >= part.top && row < part.bottom)) {
    return null;
  }
  const { left, top, right, bottom } = part;
  const values = (/** @type {number} */ size, /** @type {(index: number) => number} */ indexOf) =>
    Float64Array.from({ length: size }, (_, index) => {
      const value = offset + scale * data[indexOf(index)];
      return Number.isFinite(value) ? value : NaN;
    });
  return {
    x: {
      start: centreOf(pixels.x, pitch, left),
      pitch,
      values: values(right - left, (index) => row * width + left + index),
    },
    y: {
      start: centreOf(pixels.y, pitch, top),
      pitch,
      values: values(bottom - top, (index) => (top + index) * width + column),
    },
  };
}

/**
 * Return the columns and rows of the samples whose centre lies in a box.
 * @param {Pixels} pixels
 * @param {Box} box
 * @returns {Box | null} exclusive at the right and at the bottom; null: there are none
 */
export function samplesIn({ x, y, pitch, width, height }, box) {
  const first = (/** @type {number} */ at, /** @type {number} */ start, /** @type {number} */ size) =>
    Math.min(size, Math.max(0, Math.ceil((at - start) / pitch - 0.5)));
  const part = {
    left: first(box.left, x, width),
    top: first(box.top, y, height),
    right: first(box.right, x, width),
    bottom: first(box.bottom, y, height),
  };
  return part.right > part.left && part.bottom > part.top ? part : null;
}
