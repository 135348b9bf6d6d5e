/**
 * Encodes arrays as numpy's .npz file: a zip of .npy files without compression.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 *
 * Each array is put into a Blob immediately, which browsers may keep on disk, so that memory does not double.
 * Sizes and checksums precede the numbers, since some readers of .npz do not look at the directory at the end.
 */

import { npyHeader } from "./npy.js";

const MAX_BYTES = 0xffffffff; // beyond, a zip needs its 64-bit extension
const MAX_FILES = 0xffff;
const UTF_8 = 0x0800;
const VERSION = 20;
const FIRST_DAY = 0x0021; // 1 January 1980: the same arrays give the same file
const FILE_HEAD_BYTES = 30;
const ENTRY_BYTES = 46;
const END_BYTES = 22;
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    remainder = remainder & 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  }
  return remainder;
});

/**
 * @typedef {ArrayBufferView<ArrayBuffer> | Blob} Chunk
 *
 * @typedef {object} NamedArray
 * @property {string} name
 * @property {string} dtype as for `npyHeader`
 * @property {number[]} shape slowest dimension first
 * @property {Chunk[]} chunks its bytes in order, little-endian
 */

/**
 * @param {NamedArray[]} arrays of different names
 * @returns {Promise<Blob>} the file
 * @throws {RangeError} when they are too large for a zip
 */
export async function encodeNpz(arrays) {
  const files = arrays.map(({ name, dtype, shape, chunks }) => {
    const parts = [npyHeader(dtype, shape), ...chunks];
    const size = parts.reduce((sum, part) => sum + byteLength(part), 0);
    return { name: new TextEncoder().encode(`${name}.npy`), parts, size };
  });
  checkSize(files);
  const zip = [];
  const directory = [];
  let offset = 0;
  for (const { name, parts, size } of files) {
    const attributes = integers([
      [2, VERSION], [2, UTF_8], [2, 0], [2, 0], [2, FIRST_DAY],
      [4, await checksum(parts)], [4, size], [4, size], [2, name.length], [2, 0],
    ]);
    zip.push(new Blob([integers([[4, 0x04034b50]]), attributes, name, ...parts]));
    const head = integers([[4, 0x02014b50], [2, VERSION]]);
    const tail = integers([[2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]);
    directory.push(head, attributes, tail, name);
    offset += FILE_HEAD_BYTES + name.length + size;
  }
  const end = integers([
    [4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length],
    [4, directory.reduce((sum, part) => sum + part.length, 0)], [4, offset], [2, 0],
  ]);
  return new Blob([...zip, ...directory, end], { type: "application/zip" });
}

/** @param {{name: Uint8Array, size: number}[]} files */
function checkSize(files) {
  const bytes = files.reduce(
    (sum, { name, size }) => sum + FILE_HEAD_BYTES + ENTRY_BYTES + 2 * name.length + size,
    END_BYTES,
  );
  if (bytes > MAX_BYTES || files.length > MAX_FILES) {
    throw new RangeError(
      `${files.length} arrays of ${(bytes / 1e9).toFixed(1)} GB exceed the limits of a zip file ` +
        `(${MAX_FILES} arrays, 4.2 GB): save fewer seconds`,
    );
  }
}

/** @param {Chunk[]} parts */
async function checksum(parts) {
  let sum = 0;
  for (const part of parts) {
    sum = crc32(part instanceof Blob ? new Uint8Array(await part.arrayBuffer()) : bytesOf(part), sum);
  }
  return sum;
}

/** @param {Chunk} part */
function byteLength(part) {
  return part instanceof Blob ? part.size : part.byteLength;
}

/** @param {ArrayBufferView<ArrayBuffer>} view */
function bytesOf({ buffer, byteOffset, byteLength }) {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Encode little-endian integers, each of 2 or 4 bytes. @param {[size: 2 | 4, value: number][]} fields */
function integers(fields) {
  return Uint8Array.from(
    fields.flatMap(([size, value]) => Array.from({ length: size }, (_, at) => (value / 256 ** at) & 0xff)),
  );
}

/**
 * Return the CRC-32 of ISO 3309.
 * @param {Uint8Array} bytes
 * @param {number} [previous] the checksum of the bytes before these
 * @returns {number} from 0 to 2³² - 1
 */
export function crc32(bytes, previous = 0) {
  let remainder = ~previous;
  for (let index = 0; index < bytes.length; index += 1) {
    remainder = CRC_TABLE[(remainder ^ bytes[index]) & 0xff] ^ (remainder >>> 8);
  }
  return ~remainder >>> 0;
}
