/** The pixels that a region holds. */

import { centreOf } from "../picture/pixels.js";
import { chord } from "./region.js";

/**
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 *
 * @typedef {object} Spans the samples of a region, row by row
 * @property {number} left sample columns and rows, right and bottom exclusive; none: left = right, top = bottom
 * @property {number} right
 * @property {number} top
 * @property {number} bottom
 * @property {Int32Array} from of each row from top on, the first column
 * @property {Int32Array} to and the one after the last
 */

/**
 * Which part of the samples in an ellipse has a value or more; rounding apart.
 * @param {Pixels} pixels
 * @param {{x: number, y: number, xx: number, xy: number, yy: number}} ellipse position of its middle, variances
 *   [square camera pixels]: the ellipse of 1 σ
 * @param {number} value camera units
 */
export function shareFrom({ x: left, y: top, pitch, width, height, data, offset, scale }, { x, y, xx, xy, yy }, value) {
  const least = (value - offset) / scale - 0.5;
  let all = 0;
  let some = 0;
  const first = (/** @type {number} */ at) => Math.max(0, Math.floor(at));
  const endX = Math.min(width, (x + Math.sqrt(xx) - left) / pitch + 1);
  const endY = Math.min(height, (y + Math.sqrt(yy) - top) / pitch + 1);
  for (let row = first((y - Math.sqrt(yy) - top) / pitch); row < endY; row += 1) {
    const dy = centreOf(top, pitch, row) - y;
    for (let column = first((x - Math.sqrt(xx) - left) / pitch); column < endX; column += 1) {
      const dx = centreOf(left, pitch, column) - x;
      if (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy <= xx * yy - xy * xy) {
        all += 1;
        some += data[row * width + column] >= least ? 1 : 0;
      }
    }
  }
  return all ? some / all : 0;
}

/**
 * The samples whose middle lies in a region.
 * @param {Pixels} pixels
 * @param {import("./region.js").Region | null} region null: all of them
 * @returns {Spans}
 */
export function spans(pixels, region) {
  const { x, y, pitch, width, height } = pixels;
  const whole = { kind: "rect", x, y, width: width * pitch, height: height * pitch };
  const within = /** @type {import("./region.js").Region} */ (region ?? whole);
  const top = first(within.y, y, pitch, height);
  const rows = Math.max(0, first(within.y + within.height, y, pitch, height) - top);
  const from = new Int32Array(rows);
  const to = new Int32Array(rows);
  let left = width;
  let right = 0;
  for (let row = 0; row < rows; row += 1) {
    const [start, end] = chord(within, y + pitch * (top + row + 0.5));
    from[row] = first(start, x, pitch, width);
    to[row] = first(end, x, pitch, width);
    if (from[row] < to[row]) {
      left = Math.min(left, from[row]);
      right = Math.max(right, to[row]);
    }
  }
  return right > left
    ? { left, right, top, bottom: top + rows, from, to }
    : { left: 0, right: 0, top: 0, bottom: 0, from: from.subarray(0, 0), to: to.subarray(0, 0) };
}

/** The first sample whose middle is not before a camera coordinate; size if there is none. */
function first(/** @type {number} */ at, /** @type {number} */ start, /** @type {number} */ pitch, size) {
  return Math.min(size, Math.max(0, Math.ceil((at - start) / pitch - 0.5)));
}
