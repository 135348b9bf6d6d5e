/**
 * Decodes bitshuffle with LZ4, as bsread and the HDF5 filter 32008 write it: the size in bytes as uint64, the
 * block size in bytes as uint32 (both big-endian), then each block as its length (uint32) and LZ4 data, and at
 * the end up to seven plain elements. In a block the lowest bits of all elements are first, then the next bits,
 * and so on.
 */

import { BadData, decodeLz4 } from "./lz4.js";

const HEAD_BYTES = 12;
const LENGTH_BYTES = 4;
const GROUP = 8; // elements whose bits fill whole bytes
const DEFAULT_BLOCK_BYTES = 8192;
const MAX_GROWTH = 255; // the largest factor by which LZ4 expands
const WORD = 32; // bits that are read as one number

/**
 * @param {Uint8Array} bytes
 * @param {number} elementSize 1, 2, 4 or 8 bytes
 * @param {number} expectedBytes decoded; the data must declare exactly this size
 * @returns {Uint8Array<ArrayBuffer>} in its own memory
 * @throws {BadData}
 */
export function decodeBitshuffle(bytes, elementSize, expectedBytes) {
  if (bytes.length < HEAD_BYTES) {
    throw new BadData(`${bytes.length} bytes are too few for bitshuffle`);
  }
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const declared = head.getUint32(0) * 2 ** 32 + head.getUint32(4);
  const blockBytes = head.getUint32(8) || DEFAULT_BLOCK_BYTES;
  const groupBytes = GROUP * elementSize;
  if (declared !== expectedBytes) {
    throw new BadData(`the data declares ${declared} bytes, not ${expectedBytes}`);
  }
  if (expectedBytes > MAX_GROWTH * bytes.length) {
    throw new BadData(`${bytes.length} bytes cannot expand to the declared ${declared}`);
  }
  if (blockBytes % groupBytes) {
    throw new BadData(`bitshuffle blocks of ${blockBytes} bytes, not a multiple of ${groupBytes}`);
  }

  const decoded = new Uint8Array(expectedBytes);
  const shuffledEnd = expectedBytes - (expectedBytes % groupBytes);
  const block = new Block(Math.min(blockBytes, shuffledEnd), elementSize);
  let read = HEAD_BYTES;
  for (let at = 0; at < shuffledEnd; at += blockBytes) {
    const from = read + LENGTH_BYTES;
    if (from > bytes.length) {
      throw new BadData("the bitshuffle data is truncated");
    }
    read = from + head.getUint32(read);
    const size = Math.min(blockBytes, shuffledEnd - at);
    decoded.set(block.decode(bytes.subarray(from, read), size), at);
  }
  if (bytes.length - read !== expectedBytes - shuffledEnd) {
    throw new BadData("the bitshuffle blocks do not fit the data's length");
  }
  decoded.set(bytes.subarray(read), shuffledEnd);
  return decoded;
}

/** Memory for one block, with a margin so that whole words can be read and written up to its end. */
class Block {
  #elementSize;
  #shuffled;
  #words;
  #plain;

  /** @param {number} maxBytes @param {number} elementSize */
  constructor(maxBytes, elementSize) {
    const bytes = maxBytes + WORD * elementSize;
    this.#elementSize = elementSize;
    this.#shuffled = new Uint8Array(bytes);
    this.#words = new DataView(this.#shuffled.buffer);
    this.#plain = new Uint8Array(bytes);
  }

  /** @param {Uint8Array} lz4 @param {number} size decoded @returns {Uint8Array} valid until the next call */
  decode(lz4, size) {
    decodeLz4(lz4, this.#shuffled.subarray(0, size));
    const row = size / GROUP / this.#elementSize;
    for (let byte = 0; byte < this.#elementSize; byte += 1) {
      this.#unshuffle(byte, row);
    }
    return this.#plain.subarray(0, size);
  }

  /**
   * Assemble one byte of each element: eight rows of bits, each of `row` bytes, become columns.
   * Squares of 8 by 8 bits are transposed, four of them together.
   * @param {number} byte
   * @param {number} row
   */
  #unshuffle(byte, row) {
    const words = this.#words;
    const plain = this.#plain;
    const step = this.#elementSize;
    const first = GROUP * byte * row;
    for (let column = 0; column < row; column += 4) {
      const at = first + column;
      let a = words.getInt32(at, true);
      let b = words.getInt32(at + row, true);
      let c = words.getInt32(at + 2 * row, true);
      let d = words.getInt32(at + 3 * row, true);
      let e = words.getInt32(at + 4 * row, true);
      let f = words.getInt32(at + 5 * row, true);
      let g = words.getInt32(at + 6 * row, true);
      let h = words.getInt32(at + 7 * row, true);
      let t;
      // single bits are swapped, then pairs, then fours
      t = ((a >>> 1) ^ b) & 0x55555555; b ^= t; a ^= t << 1;
      t = ((c >>> 1) ^ d) & 0x55555555; d ^= t; c ^= t << 1;
      t = ((e >>> 1) ^ f) & 0x55555555; f ^= t; e ^= t << 1;
      t = ((g >>> 1) ^ h) & 0x55555555; h ^= t; g ^= t << 1;
      t = ((a >>> 2) ^ c) & 0x33333333; c ^= t; a ^= t << 2;
      t = ((b >>> 2) ^ d) & 0x33333333; d ^= t; b ^= t << 2;
      t = ((e >>> 2) ^ g) & 0x33333333; g ^= t; e ^= t << 2;
      t = ((f >>> 2) ^ h) & 0x33333333; h ^= t; f ^= t << 2;
      t = ((a >>> 4) ^ e) & 0x0f0f0f0f; e ^= t; a ^= t << 4;
      t = ((b >>> 4) ^ f) & 0x0f0f0f0f; f ^= t; b ^= t << 4;
      t = ((c >>> 4) ^ g) & 0x0f0f0f0f; g ^= t; c ^= t << 4;
      t = ((d >>> 4) ^ h) & 0x0f0f0f0f; h ^= t; d ^= t << 4;
      let to = GROUP * column * step + byte;
      for (let shift = 0; shift < 32; shift += 8) {
        plain[to] = a >>> shift;
        plain[to + step] = b >>> shift;
        plain[to + 2 * step] = c >>> shift;
        plain[to + 3 * step] = d >>> shift;
        plain[to + 4 * step] = e >>> shift;
        plain[to + 5 * step] = f >>> shift;
        plain[to + 6 * step] = g >>> shift;
        plain[to + 7 * step] = h >>> shift;
        to += GROUP * step;
      }
    }
  }
}
