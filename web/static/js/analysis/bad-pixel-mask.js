/**
 * The mask of bad pixels: from a file or by thresholds. A masked pixel becomes NaN, which range, histogram, regions,
 * projections, cuts, averages and background leave out.
 */

import { BadNpy, isNpy, readNpy } from "../lib/npy-reader.js";
import { formatCount } from "../lib/format.js";
import { isInteger } from "../picture/pixels.js";

const MAX_PIXELS = 2 ** 26; // as many as a picture may have
const MAX_FILE_BYTES = MAX_PIXELS + 2 ** 17; // one byte a pixel, and the header
const PNG_MAGIC = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const PNG_SIZE_OFFSET = 16; // width, then height, in the first chunk
const FILE_KINDS = "a .npy file of bool or uint8, or a PNG, in which 0 or black is good and all else is bad";

/** Thrown for a mask that cannot be used; the message says what is wrong and what is allowed. */
export class BadMask extends Error {}

/**
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 * @typedef {import("../picture/pixels.js").Samples} Samples
 * @typedef {{width: number, height: number}} Size
 *
 * @typedef {object} Thresholds camera units
 * @property {number | null} below pixels below this value are bad; null: none
 * @property {number | null} above pixels above this value are bad; null: none
 * @property {boolean} nan whether NaN and infinity are
 */

export class BadPixelMask {
  #size;
  #indices;
  /** @type {Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>} */
  #buffer = new Float32Array(0);

  /**
   * @param {Size} size of the camera's picture
   * @param {ArrayLike<number>} marks one for each of its pixels, rows first; 0: good
   * @throws {BadMask} when no pixel would be left
   */
  constructor(size, marks) {
    this.#size = size;
    let count = 0;
    for (let index = 0; index < marks.length; index += 1) {
      count += marks[index] ? 1 : 0;
    }
    if (count === marks.length) {
      throw new BadMask(`All ${formatCount(count)} pixels are marked as bad: mark bad pixels by 1, good ones by 0.`);
    }
    this.#indices = new Uint32Array(count);
    for (let index = 0, at = 0; index < marks.length; index += 1) {
      if (marks[index]) {
        this.#indices[at] = index;
        at += 1;
      }
    }
  }

  /** The number of bad pixels. */
  get count() {
    return this.#indices.length;
  }

  /** Whether the mask is of pictures of this size. @param {Size} camera */
  fits({ width, height }) {
    return width === this.#size.width && height === this.#size.height;
  }

  /**
   * Mask a picture. A sample of a reduced picture is bad if one of the pixels that it is the mean of is.
   * @param {Pixels} pixels of a picture of this size
   * @returns {Pixels} the picture itself if none of its pixels is bad; else a copy, valid until the next call, with
   *   NaN for what is bad
   */
  apply(pixels) {
    const { x, y, pitch, width, height, data, scale } = pixels;
    let masked = null;
    for (const index of this.#indices) {
      const column = Math.floor(((index % this.#size.width) - x) / pitch);
      const row = Math.floor((Math.floor(index / this.#size.width) - y) / pitch);
      if (column >= 0 && row >= 0 && column < width && row < height) {
        masked ??= this.#copy(data);
        masked[row * width + column] = NaN;
      }
    }
    return masked ? { ...pixels, data: masked, step: isInteger(data) ? scale : pixels.step } : pixels;
  }

  /** Return a copy that can hold NaN. @param {Samples} data */
  #copy(data) {
    const isExact = data.BYTES_PER_ELEMENT <= 2 || data instanceof Float32Array;
    const Type = isExact ? Float32Array : Float64Array;
    if (!(this.#buffer instanceof Type) || this.#buffer.length !== data.length) {
      this.#buffer = new Type(data.length);
    }
    this.#buffer.set(data);
    return this.#buffer;
  }
}

/**
 * Read a mask from a file.
 * @param {Blob} file
 * @param {Size} camera the size of its picture
 * @param {(png: Blob) => Promise<{width: number, height: number, data: ArrayLike<number>}>} decodePng red, green,
 *   blue and alpha, one byte each
 * @returns {Promise<BadPixelMask>}
 * @throws {BadMask}
 */
export async function readMaskFile(file, camera, decodePng) {
  if (file.size > MAX_FILE_BYTES) {
    throw new BadMask(`The file has ${file.size} bytes; allowed are ${MAX_FILE_BYTES}.`);
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (isNpy(bytes)) {
    return new BadPixelMask(camera, npyMarks(bytes, camera));
  }
  if (!PNG_MAGIC.every((byte, index) => bytes[index] === byte) || bytes.length < PNG_SIZE_OFFSET + 8) {
    throw new BadMask(`The file is neither .npy nor PNG; allowed is ${FILE_KINDS}.`);
  }
  const view = new DataView(bytes.buffer);
  checkSize(view.getUint32(PNG_SIZE_OFFSET), view.getUint32(PNG_SIZE_OFFSET + 4), camera); // before it is decoded
  let decoded;
  try {
    decoded = await decodePng(new Blob([bytes], { type: "image/png" }));
  } catch {
    throw new BadMask(`The PNG cannot be decoded; allowed is ${FILE_KINDS}.`);
  }
  const { width, height, data } = decoded;
  checkSize(width, height, camera);
  const marks = new Uint8Array(width * height);
  for (let index = 0; index < marks.length; index += 1) {
    const isBlack = data[4 * index] + data[4 * index + 1] + data[4 * index + 2] === 0;
    marks[index] = isBlack || data[4 * index + 3] === 0 ? 0 : 1;
  }
  return new BadPixelMask(camera, marks);
}

/** @param {Uint8Array} bytes @param {Size} camera @throws {BadMask} */
function npyMarks(bytes, camera) {
  let npy;
  try {
    npy = readNpy(bytes);
  } catch (error) {
    throw error instanceof BadNpy ? new BadMask(`The file cannot be read: ${error.message}.`) : error;
  }
  const { descr, isFortran, shape, body } = npy;
  if (descr !== "|b1" && descr !== "|u1") {
    throw new BadMask(`The file's type is ${descr}; allowed are bool (|b1) and uint8 (|u1).`);
  }
  if (shape.length !== 2) {
    throw new BadMask(`The file's shape is (${shape.join(", ")}); allowed is (${camera.height}, ${camera.width}).`);
  }
  const [height, width] = shape;
  checkSize(width, height, camera);
  if (body.length !== width * height) {
    throw new BadMask(`The file has ${body.length} bytes of numbers; ${width * height} are expected.`);
  }
  return isFortran ? body.map((_, index) => body[(index % width) * height + Math.floor(index / width)]) : body;
}

/** @param {number} width @param {number} height @param {Size} camera @throws {BadMask} */
function checkSize(width, height, camera) {
  if (width !== camera.width || height !== camera.height) {
    const size = `${camera.width} × ${camera.height}`;
    throw new BadMask(`The mask has ${width} × ${height} pixels; allowed is the picture's size, ${size}.`);
  }
}

/**
 * Mask the pixels of a picture whose values lie outside of thresholds.
 * @param {Pixels} pixels a part of the camera's picture; what lies beside it stays good
 * @param {Thresholds} thresholds
 * @param {Size} camera
 * @returns {BadPixelMask}
 * @throws {BadMask}
 */
export function thresholdMask(pixels, thresholds, camera) {
  const error = thresholdError(thresholds);
  if (error) {
    throw new BadMask(error);
  }
  const { x, y, pitch, width, height, data, offset, scale } = pixels;
  const low = thresholds.below ?? -Infinity;
  const high = thresholds.above ?? Infinity;
  const marks = new Uint8Array(camera.width * camera.height);
  for (let row = 0; row < height; row += 1) {
    const bottom = Math.min(camera.height, y + (row + 1) * pitch);
    for (let column = 0; column < width; column += 1) {
      const value = offset + scale * data[row * width + column];
      const isBad = Number.isFinite(value) ? value < low || value > high : thresholds.nan;
      if (isBad) {
        const right = Math.min(camera.width, x + (column + 1) * pitch);
        for (let line = y + row * pitch; line < bottom; line += 1) {
          marks.fill(1, line * camera.width + x + column * pitch, line * camera.width + right);
        }
      }
    }
  }
  return new BadPixelMask(camera, marks);
}

/** Return why thresholds make no mask; empty: they do. @param {Thresholds} thresholds */
export function thresholdError({ below, above, nan }) {
  for (const [name, value] of /** @type {[string, number | null][]} */ ([["Below", below], ["Above", above]])) {
    if (value !== null && !Number.isFinite(value)) {
      return `“${name}” is no number: allowed are numbers such as 250, -0.5 or 1e6, or nothing.`;
    }
  }
  if (below === null && above === null && !nan) {
    return "No threshold is given: allowed are a value below, a value above, and NaN.";
  }
  if (below !== null && above !== null && below > above) {
    return `All pixels lie below ${below} or above ${above}: the first must not be the larger one.`;
  }
  return "";
}

/** Format thresholds for a link, such as "below:5,above:60000,nan". @param {Thresholds} thresholds */
export function formatThresholds({ below, above, nan }) {
  return [below !== null && `below:${below}`, above !== null && `above:${above}`, nan && "nan"]
    .filter(Boolean)
    .join(",");
}

/**
 * Parse such a text.
 * @param {unknown} text
 * @returns {Thresholds | null} null: invalid
 */
export function parseThresholds(text) {
  /** @type {Thresholds} */
  const thresholds = { below: null, above: null, nan: false };
  for (const part of typeof text === "string" ? text.split(",") : []) {
    const [, name, number] = /^(below|above):(-?[\d.]+(?:e[+-]?\d+)?)$/i.exec(part) ?? [];
    if (name === "below" || name === "above") {
      thresholds[name] = Number(number);
    } else if (part === "nan") {
      thresholds.nan = true;
    } else {
      return null;
    }
  }
  return thresholdError(thresholds) ? null : thresholds;
}
