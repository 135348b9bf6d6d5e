/** Assembles the camera's values from the tiles of a lossless picture. */

import { BadEnvelope, readBlob } from "../stream/envelope.js";
import { decodeBitshuffle } from "./bitshuffle.js";
import { BadData } from "./lz4.js";

const MAX_PIXELS = 2 ** 26;

/**
 * @typedef {import("./pixels.js").Samples} Samples
 * @typedef {{new (from: number | ArrayBuffer): Samples, BYTES_PER_ELEMENT: number}} ArrayType
 *
 * @typedef {object} Type how numbers are encoded
 * @property {number} bytes of one
 * @property {(buffer: ArrayBuffer) => Samples} read an array of `Exact`
 * @property {ArrayType} Exact
 * @property {ArrayType} WithGaps can store NaN besides
 */

/** @type {Record<string, Type>} by numpy's names */
const TYPES = {
  bool: plain(Uint8Array, Float32Array),
  int8: plain(Int8Array, Float32Array),
  uint8: plain(Uint8Array, Float32Array),
  int16: plain(Int16Array, Float32Array),
  uint16: plain(Uint16Array, Float32Array),
  int32: plain(Int32Array, Float64Array),
  uint32: plain(Uint32Array, Float64Array),
  int64: long(Int32Array),
  uint64: long(Uint32Array),
  float32: plain(Float32Array, Float32Array),
  float64: plain(Float64Array, Float64Array),
};

/** @param {ArrayType} Exact @param {ArrayType} WithGaps @returns {Type} */
function plain(Exact, WithGaps) {
  return { bytes: Exact.BYTES_PER_ELEMENT, read: (buffer) => new Exact(buffer), Exact, WithGaps };
}

/**
 * 64-bit integers become floats: those beyond 2^53 are rounded. BigInts would take ten times as long.
 * @param {ArrayType} Upper type of the upper 32 bits
 * @returns {Type}
 */
function long(Upper) {
  const read = (/** @type {ArrayBuffer} */ buffer) => {
    const lower = new Uint32Array(buffer);
    const upper = new Upper(buffer);
    const value = (/** @type {number} */ _, /** @type {number} */ index) =>
      upper[2 * index + 1] * 2 ** 32 + lower[2 * index];
    return new Float64Array(buffer.byteLength / 8).map(value);
  };
  return { bytes: 8, read, Exact: Float64Array, WithGaps: Float64Array };
}

/**
 * @typedef {import("./pixels.js").Pixels} Pixels
 * @typedef {import("../stream/tile-region.js").Box} Box
 * @typedef {Box & {name: string, offset: number, length: number}} Tile in camera pixels
 */

/** Assembles tiles, in memory that is reused once it is released. */
export class Mosaic {
  /** @type {Samples[]} released memory */
  #free = [];

  /**
   * Return the rectangle around the tiles that arrived. Where one is missing in it, the values are NaN, and
   * integers become floats that represent them exactly.
   * @param {import("../stream/envelope.js").ImageHeader} image
   * @param {Uint8Array<ArrayBuffer>} body of the envelope
   * @returns {Pixels & {missing: number}} how many samples did not arrive; the data are valid until they are
   *   released
   * @throws {BadEnvelope}
   */
  read(image, body) {
    const tiles = checkedTiles(image);
    const box = boundingBox(tiles);
    const width = box.right - box.left;
    const height = box.bottom - box.top;
    if (width * height > MAX_PIXELS) {
      throw new BadEnvelope(`${width} × ${height} pixels are too many`);
    }
    const type = TYPES[image.dtype];
    const missing = width * height - tiles.reduce((sum, tile) => sum + area(tile), 0);
    const data = reuse(this.#free.pop(), missing ? type.WithGaps : type.Exact, width * height);
    if (missing) {
      data.fill(NaN);
    }
    for (const tile of tiles) {
      const numbers = decodeTile(tile, type, body);
      const across = tile.right - tile.left;
      let at = (tile.top - box.top) * width + tile.left - box.left;
      for (let from = 0; from < numbers.length; from += across, at += width) {
        data.set(numbers.subarray(from, from + across), at);
      }
    }
    return { x: box.left, y: box.top, pitch: 1, width, height, data, offset: 0, scale: 1, missing };
  }

  /**
   * Allow later pictures to reuse the memory of one that is not displayed any more.
   * @param {Pixels} pixels from `read`
   */
  release({ data }) {
    if (!this.#free.includes(data)) {
      this.#free.push(data);
    }
  }
}

/** @param {Record<string, any>} image untrusted @returns {Tile[]} within the picture, without duplicates */
function checkedTiles(image) {
  const { width, height, tile: side, dtype, encoding, samples = 1, tiles } = image;
  if (encoding !== "bitshuffle_lz4" || !Object.hasOwn(TYPES, dtype)) {
    throw new BadEnvelope(`no tiles of type ${dtype} in encoding ${encoding}`);
  }
  if (samples !== 1) {
    throw new BadEnvelope(`tiles with ${samples} values a pixel cannot be shown: the picture is in colour`);
  }
  if (![width, height, side].every((length) => isCount(length) && length > 0)) {
    throw new BadEnvelope(`no tiles of side ${side} in a picture of ${width} × ${height}`);
  }
  if (!Array.isArray(tiles) || !tiles.every(Array.isArray)) {
    throw new BadEnvelope("a picture of tiles without a list of them");
  }
  if (!tiles.length) {
    throw new BadEnvelope("none of the requested tiles arrived");
  }
  const byName = new Map(/** @type {any[][]} */ (tiles).map((tile) => [`${tile[0]},${tile[1]}`, tile]));
  if (byName.size !== tiles.length) {
    throw new BadEnvelope("a tile is listed twice");
  }
  return [...byName].map(([name, [column, row, offset, length]]) => {
    const left = column * side;
    const top = row * side;
    if (!(isCount(column) && isCount(row) && left < width && top < height)) {
      throw new BadEnvelope(`tile ${name} is outside the picture`);
    }
    const right = Math.min(left + side, width);
    const bottom = Math.min(top + side, height);
    return { left, top, right, bottom, name, offset, length };
  });
}

/** @param {Tile[]} tiles @returns {Box} */
function boundingBox(tiles) {
  const box = { left: Infinity, top: Infinity, right: 0, bottom: 0 };
  for (const { left, top, right, bottom } of tiles) {
    box.left = Math.min(box.left, left);
    box.top = Math.min(box.top, top);
    box.right = Math.max(box.right, right);
    box.bottom = Math.max(box.bottom, bottom);
  }
  return box;
}

/**
 * Return the numbers of one tile, rows first.
 * @param {Tile} tile
 * @param {Type} type
 * @param {Uint8Array<ArrayBuffer>} body
 */
function decodeTile(tile, { bytes, read }, body) {
  try {
    return read(decodeBitshuffle(readBlob(tile, body), bytes, area(tile) * bytes).buffer);
  } catch (error) {
    if (error instanceof BadData) {
      throw new BadEnvelope(`tile ${tile.name}: ${error.message}`);
    }
    throw error;
  }
}

/** @param {Box} box */
function area({ left, top, right, bottom }) {
  return (right - left) * (bottom - top);
}

/**
 * Return the released memory if it fits, or else new memory.
 * @param {Samples | undefined} released
 * @param {ArrayType} Type
 * @param {number} length
 */
function reuse(released, Type, length) {
  return released instanceof Type && released.length === length ? released : new Type(length);
}

/** @param {any} value JSON */
function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}
