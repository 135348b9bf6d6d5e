/**
 * Encodes a picture of values as an uncompressed, little-endian TIFF of one strip, in the values' own type.
 * https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf
 */

import { dtypeOf } from "./npy.js";
import { sampleValues } from "./samples.js";

const HEAD_BYTES = 8;
const TAGS = 14;
const ENTRY_BYTES = 12;
const TAGS_END = HEAD_BYTES + 2 + TAGS * ENTRY_BYTES + 4; // after a zero: there is no other picture
const MAX_BYTES = 0xffffffff;
const ALIGNMENT = 8;
const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
const ASCII = 2;
const UNSIGNED_FORMAT = 1;
const SIGNED_FORMAT = 2;
const FLOAT_FORMAT = 3;
const TOO_LARGE = "A TIFF stores integers of 32 bits, and the picture has larger ones: save .npy";

/** @typedef {import("../picture/pixels.js").Samples} Samples */

/**
 * Encode in a type that Pillow and ImageJ open: neither does 64 bits, and Pillow takes signed bytes for
 * unsigned ones. Numbers of 64 bits become float32, integers those of 32 bits.
 * @param {import("../picture/pixels.js").Pixels} pixels
 * @param {string} description ASCII
 * @param {string} [dtype] the camera's, whose 64-bit integers arrive as float64
 * @returns {Blob} the file
 * @throws {RangeError} for values beyond these types
 */
export function encodeTiff(pixels, description, dtype = "") {
  const numbers = toReadableType(sampleValues(pixels), /int/.test(dtype));
  const text = new TextEncoder().encode(`${description}\0`);
  const resolutionAt = Math.ceil((TAGS_END + text.length) / ALIGNMENT) * ALIGNMENT;
  const dataAt = resolutionAt + 8;
  if (dataAt + numbers.byteLength > MAX_BYTES) {
    throw new RangeError(`${numbers.byteLength} bytes are too many for a TIFF: save .npy`);
  }
  const head = new DataView(new ArrayBuffer(dataAt));
  head.setUint16(0, 0x4949, true);
  head.setUint16(2, 42, true);
  head.setUint32(4, HEAD_BYTES, true);
  head.setUint16(HEAD_BYTES, TAGS, true);
  const entries = [
    [256, LONG, 1, pixels.width],
    [257, LONG, 1, pixels.height],
    [258, SHORT, 1, 8 * numbers.BYTES_PER_ELEMENT],
    [259, SHORT, 1, 1], // no compression
    [262, SHORT, 1, 1], // black is zero
    [270, ASCII, text.length, TAGS_END],
    [273, LONG, 1, dataAt],
    [277, SHORT, 1, 1],
    [278, LONG, 1, pixels.height],
    [279, LONG, 1, numbers.byteLength],
    [282, RATIONAL, 1, resolutionAt],
    [283, RATIONAL, 1, resolutionAt],
    [296, SHORT, 1, 1], // no unit
    [339, SHORT, 1, sampleFormat(dtypeOf(numbers))],
  ];
  entries.forEach(([tag, type, count, value], index) => {
    const at = HEAD_BYTES + 2 + index * ENTRY_BYTES;
    head.setUint16(at, tag, true);
    head.setUint16(at + 2, type, true);
    head.setUint32(at + 4, count, true);
    head.setUint32(at + 8, value, true); // a short is stored in the first two of the four bytes
  });
  new Uint8Array(head.buffer).set(text, TAGS_END);
  head.setUint32(resolutionAt, 1, true);
  head.setUint32(resolutionAt + 4, 1, true);
  return new Blob([head, numbers], { type: "image/tiff" });
}

/** @param {string} dtype */
function sampleFormat(dtype) {
  return dtype.startsWith("float") ? FLOAT_FORMAT : dtype.startsWith("int") ? SIGNED_FORMAT : UNSIGNED_FORMAT;
}

/**
 * @param {Samples | BigInt64Array<ArrayBuffer> | BigUint64Array<ArrayBuffer>} numbers
 * @param {boolean} areIntegers whether they stand for integers
 * @returns {Samples}
 */
function toReadableType(numbers, areIntegers) {
  if (numbers instanceof Int8Array) {
    return Int16Array.from(numbers);
  }
  if (numbers instanceof Float64Array) {
    return areIntegers ? toExactType(numbers) : toFloat32(numbers);
  }
  if (numbers instanceof BigInt64Array || numbers instanceof BigUint64Array) {
    return toInt32(numbers);
  }
  return numbers;
}

/** @param {Float64Array} numbers */
function toFloat32(numbers) {
  const nearest = Float32Array.from(numbers);
  if (nearest.some((number, at) => Math.abs(number) === Infinity && Number.isFinite(numbers[at]))) {
    throw new RangeError("A TIFF stores float32, and the picture has numbers beyond its range: save .npy");
  }
  return nearest;
}

/** @param {Float64Array} numbers integers; NaN where none arrived */
function toExactType(numbers) {
  for (const Type of [Int32Array, Uint32Array, Float32Array]) {
    const same = Type.from(numbers);
    if (numbers.every((number, at) => Object.is(same[at], number))) {
      return same;
    }
  }
  throw new RangeError(TOO_LARGE);
}

/** @param {BigInt64Array | BigUint64Array} numbers */
function toInt32(numbers) {
  for (const Type of [Int32Array, Uint32Array]) {
    const same = new Type(numbers.length);
    for (let at = 0; at < same.length; at += 1) {
      same[at] = Number(BigInt.asIntN(33, numbers[at]));
    }
    if (same.every((number, at) => BigInt(number) === numbers[at])) {
      return same;
    }
  }
  throw new RangeError(TOO_LARGE);
}
