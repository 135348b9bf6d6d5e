/** The pixels inside a region. */

import { centreOf } from "../picture/pixels.js";
import { chord } from "./region.js";

/**
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 *
 * @typedef {object} Spans the samples of a region, row by row
 * @property {number} left sample columns and rows, right and bottom exclusive; all 0 without samples
 * @property {number} right
 * @property {number} top
 * @property {number} bottom
 * @property {Int32Array} from first column of each row, beginning at top
 * @property {Int32Array} to end of each row, exclusive
 */

/**
 * Return the fraction of the samples in an ellipse that reach a value, with a tolerance of half a raw unit.
 * @param {Pixels} pixels
 * @param {{x: number, y: number, xx: number, xy: number, yy: number}} ellipse position and covariance
 *   [camera pixels²] of the ellipse at 1 σ
 * @param {number} value camera units
 */
export function shareAbove(pixels, { x, y, xx, xy, yy }, value) {
  const { x: left, y: top, pitch, width, height, data, offset, scale } = pixels;
  const threshold = (value - offset) / scale - 0.5;
  let count = 0;
  let reached = 0;
  const clampedFloor = (/** @type {number} */ at) => Math.max(0, Math.floor(at));
  const endX = Math.min(width, (x + Math.sqrt(xx) - left) / pitch + 1);
  const endY = Math.min(height, (y + Math.sqrt(yy) - top) / pitch + 1);
  for (let row = clampedFloor((y - Math.sqrt(yy) - top) / pitch); row < endY; row += 1) {
    const dy = centreOf(top, pitch, row) - y;
    for (let column = clampedFloor((x - Math.sqrt(xx) - left) / pitch); column < endX; column += 1) {
      const dx = centreOf(left, pitch, column) - x;
      if (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy <= xx * yy - xy * xy) {
        count += 1;
        reached += data[row * width + column] >= threshold ? 1 : 0;
      }
    }
  }
  return count ? reached / count : 0;
}

/**
 * Return the samples whose centre lies in a region.
 * @param {Pixels} pixels
 * @param {import("./region.js").Region | null} region null: all pixels
 * @returns {Spans}
 */
export function regionSpans(pixels, region) {
  const { x, y, pitch, width, height } = pixels;
  const whole = { kind: "rect", x, y, width: width * pitch, height: height * pitch };
  const box = /** @type {import("./region.js").Region} */ (region ?? whole);
  const top = firstSample(box.y, y, pitch, height);
  const rows = Math.max(0, firstSample(box.y + box.height, y, pitch, height) - top);
  const from = new Int32Array(rows);
  const to = new Int32Array(rows);
  let left = width;
  let right = 0;
  for (let row = 0; row < rows; row += 1) {
    const [start, end] = chord(box, y + pitch * (top + row + 0.5));
    from[row] = firstSample(start, x, pitch, width);
    to[row] = firstSample(end, x, pitch, width);
    if (from[row] < to[row]) {
      left = Math.min(left, from[row]);
      right = Math.max(right, to[row]);
    }
  }
  return right > left
    ? { left, right, top, bottom: top + rows, from, to }
    : { left: 0, right: 0, top: 0, bottom: 0, from: from.subarray(0, 0), to: to.subarray(0, 0) };
}

/**
 * Return the first sample whose centre is not before a camera coordinate; size if there is none.
 * @param {number} at
 * @param {number} start camera coordinate of the first sample's edge
 * @param {number} pitch
 * @param {number} size samples
 */
function firstSample(at, start, pitch, size) {
  return Math.min(size, Math.max(0, Math.ceil((at - start) / pitch - 0.5)));
}
