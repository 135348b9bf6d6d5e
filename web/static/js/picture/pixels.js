/**
 * A rectangle of camera values.
 *
 * Regions and pixels lie in the camera's coordinates: x right, y down, pixel (0, 0) covers 0 to 1. *Positions*
 * are what people are told (centroid, centre, a profile's places): there the middle of pixel (0, 0) is (0, 0),
 * half a pixel less. `middle` is the only place that knows.
 */

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
 * @typedef {Int8Array<ArrayBuffer> | Uint8Array<ArrayBuffer> | Uint8ClampedArray<ArrayBuffer> |
 *   Int16Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> |
 *   Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>} Samples
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
export function centreOf(start, pitch, index) {
  return start + pitch * (index + 0.5) - 0.5;
}

/**
 * By how much a reduced picture's samples add to the variance of a spot, in square camera pixels.
 * @param {number} pitch
 */
export function samplingVariance(pitch) {
  return (pitch * pitch - 1) / 12;
}

/**
 * All camera values as doubles, a stretch after the other: a loop over such is compiled once, and stays fast
 * whatever type the camera sends.
 * @param {Pixels} pixels
 * @returns {Generator<{start: number, values: Float64Array}>} values are overwritten by the next
 */
export function* chunks({ width, height, data, offset, scale }) {
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
export function isSameArea(one, other) {
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
export function isInteger(/** @type {Samples} */ data) {
  return !(data instanceof Float32Array || data instanceof Float64Array);
}
