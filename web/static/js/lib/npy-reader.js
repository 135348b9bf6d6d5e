/**
 * Reads the header of numpy's .npy files, versions 1 to 3.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // "\x93NUMPY"
const MAX_HEADER_BYTES = 64 * 1024;
const HEADER = /^\s*\{(?=.*'descr':\s*'([^']+)')(?=.*'fortran_order':\s*(True|False))(?=.*'shape':\s*\(([\d,\s]*)\))/s;

/** Thrown for bytes that are not a .npy file; the message says what is wrong. */
export class BadNpy extends Error {}

/**
 * @typedef {object} Npy
 * @property {string} descr numpy's description of the type, such as "|u1" or "<f4"
 * @property {boolean} isFortran whether the first dimension is the fastest
 * @property {number[]} shape slowest dimension first
 * @property {Uint8Array} body the bytes of the numbers
 */

/** Whether bytes begin as a .npy file does. @param {Uint8Array} bytes */
export function isNpy(bytes) {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/** @param {Uint8Array} bytes of the file @returns {Npy} @throws {BadNpy} */
export function readNpy(bytes) {
  if (!isNpy(bytes) || bytes.length < 10) {
    throw new BadNpy("it does not begin as a .npy file does");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6];
  if (version < 1 || version > 3 || bytes.length < 12) {
    throw new BadNpy(`it is of version ${version} of the .npy format; versions 1 to 3 are read`);
  }
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES || start + length > bytes.length) {
    throw new BadNpy(`its header of ${length} bytes does not fit into a file of ${bytes.length} bytes`);
  }
  const text = new TextDecoder().decode(bytes.subarray(start, start + length));
  const found = HEADER.exec(text);
  if (!found) {
    throw new BadNpy("its header has no type, order and shape of an array");
  }
  const sides = found[3].split(",").map((side) => side.trim()).filter(Boolean).map(Number);
  return { descr: found[1], isFortran: found[2] === "True", shape: sides, body: bytes.subarray(start + length) };
}
