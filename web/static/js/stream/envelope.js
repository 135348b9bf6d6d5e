/**
 * Decodes the frame envelope: a JSON header and binary blobs in one message.
 * docs/protocol.md describes the layout; shared/envelope.py is the same in Python.
 */

const VERSION = 1;
const ALIGNMENT = 8;
const MAX_HEADER_BYTES = 16 * 1024 * 1024;

/** By numpy's names. */
const ARRAY_TYPES = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** Thrown for bytes that are not a valid envelope; the message says what is wrong. */
export class BadEnvelope extends Error {}

/**
 * @typedef {object} Place where an array or a picture lies among the blobs, as the header has it
 * @property {number} [offset] bytes from the first byte of the first blob; absent: too large to be sent
 * @property {number} [length] bytes
 * @property {string} [dtype] numpy's name
 * @property {number[]} [shape] slowest dimension first
 */

/**
 * @typedef {object} ImageHeader a frame's `header.image`; docs/protocol.md has the meaning of the fields
 * @property {string} channel
 * @property {string} format
 * @property {number} width of this rendition
 * @property {number} height
 * @property {string} dtype of the camera
 * @property {number} min camera value of the level 0
 * @property {number} max camera value of the level 255
 * @property {number | null} [data_min] true extremes of the camera's finite pixels
 * @property {number | null} [data_max]
 * @property {number} [reduced] camera pixels that a sample covers along each side
 * @property {string} [scale] of the levels, "linear" if absent
 * @property {number} [log_gain] of the scale "log"
 * @property {Place & {cell: number}} [bad] where bad pixels are
 * @property {number} [n_bad]
 * @property {number} [n_saturated]
 * @property {number} [n_high]
 * @property {number} [left_out]
 * @property {number} [offset] this and the next: where a JPEG lies
 * @property {number} [length]
 * @property {number} [samples] this and the rest: of tiles
 * @property {number} [tile]
 * @property {string} [encoding]
 * @property {unknown} [tiles]
 */

/**
 * @typedef {object} Frame
 * @property {Record<string, any>} header as docs/protocol.md lists it
 * @property {Uint8Array<ArrayBuffer>} body the bytes to which the offsets refer
 */

/**
 * Split a message into header and body; only the header is copied.
 * @param {ArrayBuffer | ArrayBufferView<ArrayBuffer>} message
 * @returns {Frame}
 * @throws {BadEnvelope}
 */
export function unpack(message) {
  const bytes = asBytes(message);
  if (bytes.length < 4) {
    throw new BadEnvelope(`${bytes.length} bytes are too few for an envelope`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (length > Math.min(bytes.length - 4, MAX_HEADER_BYTES)) {
    throw new BadEnvelope(
      `header length ${length} does not fit a message of ${bytes.length} bytes`,
    );
  }
  const header = parseHeader(bytes.subarray(4, 4 + length));
  const start = Math.ceil((4 + length) / ALIGNMENT) * ALIGNMENT;
  return { header, body: bytes.subarray(Math.min(start, bytes.length)) };
}

/**
 * Return the bytes at a place, without a copy.
 * @param {Place} place
 * @param {Uint8Array<ArrayBuffer>} body
 * @throws {BadEnvelope}
 */
export function readBlob(place, body) {
  const { offset, length } = place;
  if (!isCount(offset) || !isCount(length)) {
    throw new BadEnvelope(`offset ${offset} and length ${length} must be integers from 0`);
  }
  if (offset + length > body.length) {
    throw new BadEnvelope(`blob ${offset}+${length} passes the end of ${body.length} bytes`);
  }
  return body.subarray(offset, offset + length);
}

/**
 * Return the numbers at a place, flat, rows first; they are copied only where they are not aligned in memory.
 * @param {Place} place
 * @param {Uint8Array<ArrayBuffer>} body
 * @throws {BadEnvelope}
 */
export function readArray(place, body) {
  const dtype = /** @type {keyof typeof ARRAY_TYPES} */ (place.dtype);
  const Numbers = Object.hasOwn(ARRAY_TYPES, dtype) ? ARRAY_TYPES[dtype] : undefined;
  if (!Numbers) {
    throw new BadEnvelope(`no array of type ${dtype}`);
  }
  const shape = Array.isArray(place.shape) && place.shape.every(isCount) ? place.shape : null;
  let bytes = readBlob(place, body);
  const size = Numbers.BYTES_PER_ELEMENT;
  if (!shape || shape.reduce((a, b) => a * b, 1) * size !== bytes.length) {
    throw new BadEnvelope(`shape [${place.shape}] does not fit ${bytes.length} bytes`);
  }
  if (bytes.byteOffset % size) {
    bytes = bytes.slice();
  }
  return new Numbers(bytes.buffer, bytes.byteOffset, bytes.length / size);
}

/** @param {ArrayBuffer | ArrayBufferView<ArrayBuffer>} message */
function asBytes(message) {
  if (message instanceof ArrayBuffer) {
    return new Uint8Array(message);
  }
  if (ArrayBuffer.isView(message)) {
    return new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  }
  throw new BadEnvelope("a frame must be bytes");
}

/** @param {Uint8Array} bytes @returns {Frame["header"]} */
function parseHeader(bytes) {
  let header;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new BadEnvelope(`header is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (header === null || typeof header !== "object" || header.v !== VERSION) {
    throw new BadEnvelope(`not an envelope of version ${VERSION}`);
  }
  return header;
}

/** @param {any} value JSON @returns {value is number} */
function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}
