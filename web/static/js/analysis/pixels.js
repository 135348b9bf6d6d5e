/**
 * A rectangle of camera values, and which of them a region holds.
 *
 * Regions and pixels lie in the camera's coordinates: x right, y down, pixel (0, 0) covers 0 to 1. *Positions*
 * are what people are told (centroid, centre, a profile's places): there the middle of pixel (0, 0) is (0, 0),
 * half a pixel less. `middle` is the only place that knows.
 */

import { chord } from "./region.js";

const STRETCH = 4096; // samples, which stay in the processor's nearest cache

/**
 * @typedef {object} Pixels rows first
 * @property {number} x camera pixel where the first sample begins
 * @property {number} y
 * @property {number} pitch camera pixels that a sample covers along each side, of which it is the mean
 * @property {number} width samples
 * @property {number} height
 * @property {Samples} data
 * @property {number} offset value = offset + scale * data[i]
 * @property {number} scale above 0
 * @property {string} [source] which image they are of, in which format
 * @property {number} [missing] samples that did not come
 *
 * @typedef {Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array |
 *   Float32Array | Float64Array} Samples
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
 * @param {Pixels} pixels
 * @param {number} x camera coordinates
 * @param {number} y
 * @returns {number | null} the camera's value there; null beside the pixels
 */
export function valueAt({ x: left, y: top, pitch, width, height, data, offset, scale }, x, y) {
  const column = Math.floor((x - left) / pitch);
  const row = Math.floor((y - top) / pitch);
  const isInside = column >= 0 && row >= 0 && column < width && row < height;
  return isInside ? offset + scale * data[row * width + column] : null;
}

/**
 * The position of a sample's middle.
 * @param {number} start camera coordinate where the first sample begins
 * @param {number} pitch
 * @param {number} index of the sample
 */
export function middle(start, pitch, index) {
  return start + pitch * (index + 0.5) - 0.5;
}

/**
 * By how much a reduced picture's samples add to the variance of a spot, in square camera pixels.
 * @param {number} pitch
 */
export function widening(pitch) {
  return (pitch * pitch - 1) / 12;
}

/**
 * All camera values as doubles, a stretch after the other: a loop over such is compiled once, and stays fast
 * whatever type the camera sends.
 * @param {Pixels} pixels
 * @returns {Generator<{start: number, values: Float64Array}>} values are overwritten by the next
 */
export function* stretches({ width, height, data, offset, scale }) {
  const size = width * height;
  const line = new Float64Array(Math.min(STRETCH, size));
  for (let start = 0; start < size; start += STRETCH) {
    const values = line.subarray(0, size - start);
    values.set(data.subarray(start, start + values.length));
    for (let index = 0; index < values.length; index += 1) {
      values[index] = offset + scale * values[index];
    }
    yield { start, values };
  }
}

/** Whether two pictures show the same pixels of the same image. @param {Pixels} one @param {Pixels} other */
export function isSamePlace(one, other) {
  return (
    one.source === other.source &&
    one.x === other.x &&
    one.y === other.y &&
    one.pitch === other.pitch &&
    one.width === other.width &&
    one.height === other.height
  );
}

/** Whether all of a region is there, as far as it lies in the picture that it was drawn in. */
export function covers(/** @type {Pixels} */ { x, y, pitch, width, height, missing }, region) {
  return (
    !missing &&
    region.x >= x - 0.5 * pitch &&
    region.y >= y - 0.5 * pitch &&
    region.x + region.width <= x + (width + 0.5) * pitch &&
    region.y + region.height <= y + (height + 0.5) * pitch
  );
}

/** Whether samples are integers. */
export function isWhole(/** @type {Samples} */ data) {
  return !(data instanceof Float32Array || data instanceof Float64Array);
}

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
    const dy = middle(top, pitch, row) - y;
    for (let column = first((x - Math.sqrt(xx) - left) / pitch); column < endX; column += 1) {
      const dx = middle(left, pitch, column) - x;
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
