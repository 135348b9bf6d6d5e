/**
 * Encodes an array as numpy's .npy file, version 1.0.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

const ALIGNMENT = 64;
const MAGIC_AND_VERSION = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]; // "\x93NUMPY", 1.0

/** @typedef {ArrayBufferView<ArrayBuffer>} TypedArray */

const DTYPES = new Map(
  /** @type {[Function, string][]} */ ([
    [Int8Array, "int8"],
    [Uint8Array, "uint8"],
    [Uint8ClampedArray, "uint8"],
    [Int16Array, "int16"],
    [Uint16Array, "uint16"],
    [Int32Array, "int32"],
    [Uint32Array, "uint32"],
    [BigInt64Array, "int64"],
    [BigUint64Array, "uint64"],
    [Float32Array, "float32"],
    [Float64Array, "float64"],
  ]),
);

/** @type {Record<string, string>} */
const DESCRIPTIONS = {
  bool: "|b1",
  int8: "|i1",
  uint8: "|u1",
  int16: "<i2",
  uint16: "<u2",
  int32: "<i4",
  uint32: "<u4",
  int64: "<i8",
  uint64: "<u8",
  float32: "<f4",
  float64: "<f8",
};

/** Return numpy's name for the numbers of a typed array. @param {ArrayBufferView} numbers */
export function dtypeOf(numbers) {
  const name = DTYPES.get(numbers.constructor);
  if (!name) {
    throw new TypeError(`${numbers.constructor.name} is not an array of numbers`);
  }
  return name;
}

/**
 * Return the header that precedes the numbers.
 * @param {string} dtype numpy's name, or `<U5` for texts of five characters in UTF-32
 * @param {number[]} shape slowest dimension first; empty: a single value
 */
export function npyHeader(dtype, shape) {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const type = DESCRIPTIONS[dtype] ?? dtype;
  const description = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sides}), }`;
  const start = MAGIC_AND_VERSION.length + 2;
  const end = Math.ceil((start + description.length + 1) / ALIGNMENT) * ALIGNMENT;
  const text = `${description.padEnd(end - start - 1)}\n`;
  const length = [text.length & 0xff, text.length >> 8];
  return Uint8Array.of(...MAGIC_AND_VERSION, ...length, ...new TextEncoder().encode(text));
}

/**
 * @param {TypedArray} numbers rows first
 * @param {number[]} shape
 * @returns {Blob} the file
 */
export function encodeNpy(numbers, shape) {
  return new Blob([npyHeader(dtypeOf(numbers), shape), numbers]);
}
