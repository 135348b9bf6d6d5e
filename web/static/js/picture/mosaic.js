/** The camera's values, put together from the tiles of a lossless picture. */

import { BadEnvelope, readBlob } from "../stream/envelope.js";
import { decodeBitshuffle } from "./bitshuffle.js";
import { BadData } from "./lz4.js";

const MOST_PIXELS = 2 ** 26;

/**
 * @typedef {object} Type how numbers travel
 * @property {number} bytes of one
 * @property {(buffer: ArrayBuffer) => any} read a typed array, of `Exact`
 * @property {any} Exact @property {any} WithGaps the latter holds NaN besides
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

function plain(Exact, WithGaps) {
  return { bytes: Exact.BYTES_PER_ELEMENT, read: (buffer) => new Exact(buffer), Exact, WithGaps };
}

/** 64-bit integers become floats: those beyond 2^53 are rounded. BigInts would take ten times as long. */
function long(Upper) {
  const read = (/** @type {ArrayBuffer} */ buffer) => {
    const lower = new Uint32Array(buffer);
    const upper = new Upper(buffer);
    const value = (_, index) => upper[2 * index + 1] * 2 ** 32 + lower[2 * index];
    return new Float64Array(buffer.byteLength / 8).map(value);
  };
  return { bytes: 8, read, Exact: Float64Array, WithGaps: Float64Array };
}

/**
 * @typedef {import("./pixels.js").Pixels} Pixels
 * @typedef {import("../stream/tile-region.js").Box} Box
 * @typedef {Box & {name: string, offset: number, length: number}} Tile in camera pixels
 */

/** Puts tiles together, in memory that is used again once it is released. */
export class Mosaic {
  /** @type {import("./pixels.js").Samples[]} released memory */
  #free = [];

  /**
   * The rectangle around the tiles that came. Where one is missing in it, the values are NaN, and
   * integers become floats that hold them exactly.
   * @param {Record<string, any>} image of the envelope's header
   * @param {Uint8Array} body of the envelope
   * @returns {Pixels & {missing: number}} how many samples did not come; the data stand until they are
   *   released
   * @throws {BadEnvelope}
   */
  read(image, body) {
    const tiles = checked(image);
    const box = around(tiles);
    const width = box.right - box.left;
    const height = box.bottom - box.top;
    if (width * height > MOST_PIXELS) {
      throw new BadEnvelope(`${width} × ${height} pixels are too many`);
    }
    const type = TYPES[image.dtype];
    const missing = width * height - tiles.reduce((sum, tile) => sum + area(tile), 0);
    const data = roomIn(this.#free.pop(), missing ? type.WithGaps : type.Exact, width * height);
    if (missing) {
      data.fill(NaN);
    }
    for (const tile of tiles) {
      const numbers = decoded(tile, type, body);
      const across = tile.right - tile.left;
      let at = (tile.top - box.top) * width + tile.left - box.left;
      for (let from = 0; from < numbers.length; from += across, at += width) {
        data.set(numbers.subarray(from, from + across), at);
      }
    }
    return { x: box.left, y: box.top, pitch: 1, width, height, data, offset: 0, scale: 1, missing };
  }

  /** Lets later pictures use the memory of one that nothing shows any more. @param {Pixels} pixels from `read` */
  release({ data }) {
    if (!this.#free.includes(data)) {
      this.#free.push(data);
    }
  }
}

/** @param {Record<string, any>} image @returns {Tile[]} each within the picture, and once */
function checked(image) {
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
    throw new BadEnvelope("none of the tiles asked for came");
  }
  const placed = new Map(tiles.map((tile) => [`${tile[0]},${tile[1]}`, tile]));
  if (placed.size !== tiles.length) {
    throw new BadEnvelope("a tile comes twice");
  }
  return [...placed].map(([name, [column, row, offset, length]]) => {
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
function around(tiles) {
  const box = { left: Infinity, top: Infinity, right: 0, bottom: 0 };
  for (const { left, top, right, bottom } of tiles) {
    box.left = Math.min(box.left, left);
    box.top = Math.min(box.top, top);
    box.right = Math.max(box.right, right);
    box.bottom = Math.max(box.bottom, bottom);
  }
  return box;
}

/** The numbers of one tile, rows first. @param {Tile} tile @param {Type} type @param {Uint8Array} body */
function decoded(tile, { bytes, read }, body) {
  try {
    return read(decodeBitshuffle(readBlob(tile, body), bytes, area(tile) * bytes).buffer);
  } catch (problem) {
    if (problem instanceof BadData) {
      throw new BadEnvelope(`tile ${tile.name}: ${problem.message}`);
    }
    throw problem;
  }
}

/** @param {Box} box */
function area({ left, top, right, bottom }) {
  return (right - left) * (bottom - top);
}

/** The same memory where it fits. */
function roomIn(numbers, Numbers, length) {
  return numbers instanceof Numbers && numbers.length === length ? numbers : new Numbers(length);
}

function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}
