/**
 * A rectangle of camera values.
 *
 * Regions and pixels are in camera coordinates: x right, y down, pixel (0, 0) covers 0 to 1. *Positions* are
 * what people read (centroid, centre, a profile's positions): there the centre of pixel (0, 0) is (0, 0),
 * half a pixel less. Only `centreOf` converts between them.
 */

const CHUNK_SAMPLES = 4096; // fit into the processor's first-level cache

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
 * @property {number} [step] of floats that were levels or integers: how far apart two of these are where they are
 *   closest, in camera units; 0 or absent: none
 * @property {LogSteps} [logSteps] how far apart levels on a logarithmic scale are; absent: the scale is linear
 * @property {string} [source] their image and its format
 * @property {number} [missing] samples that did not arrive
 *
 * @typedef {object} LogSteps the distance of two levels at a value: base + slope * value, camera units
 * @property {number} base
 * @property {number} slope
 * @property {number} [coarseness] of the JPEG's coefficients, 1 for quality 80 and above, which is assumed if omitted
 * @property {number} [frames] of which the picture is the mean; 1 if omitted
 *
 * @typedef {Int8Array<ArrayBuffer> | Uint8Array<ArrayBuffer> | Uint8ClampedArray<ArrayBuffer> |
 *   Int16Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> |
 *   Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>} Samples
 */

/** Return how many camera pixels a sample of an image covers along each side. @param {{reduced?: number}} image */
export function pitchOf({ reduced = 1 }) {
  return reduced > 0 ? reduced : 1;
}

/**
 * @param {Pixels} pixels
 * @param {number} x camera coordinates
 * @param {number} y
 * @returns {number | null} the camera's value there; null: outside the pixels
 */
export function valueAt({ x: left, y: top, pitch, width, height, data, offset, scale }, x, y) {
  const column = Math.floor((x - left) / pitch);
  const row = Math.floor((y - top) / pitch);
  const isInside = column >= 0 && row >= 0 && column < width && row < height;
  return isInside ? offset + scale * data[row * width + column] : null;
}

/**
 * Return the position of a sample's centre.
 * @param {number} start camera coordinate where the first sample begins
 * @param {number} pitch
 * @param {number} index of the sample
 */
export function centreOf(start, pitch, index) {
  return start + pitch * (index + 0.5) - 0.5;
}

/**
 * Return by how much a reduced picture's samples add to the variance of a spot, in square camera pixels.
 * @param {number} pitch
 */
export function samplingVariance(pitch) {
  return (pitch * pitch - 1) / 12;
}

/**
 * Iterate over all camera values as doubles, in chunks: a loop over doubles is compiled once, and stays fast
 * for every type of camera.
 * @param {Pixels} pixels
 * @returns {Generator<{start: number, values: Float64Array}>} values are overwritten by the next
 */
export function* chunks({ width, height, data, offset, scale }) {
  const size = width * height;
  const buffer = new Float64Array(Math.min(CHUNK_SAMPLES, size));
  for (let start = 0; start < size; start += CHUNK_SAMPLES) {
    const values = buffer.subarray(0, size - start);
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

/**
 * Whether the pixels contain a region, as far as the region lies in the picture that it was drawn in.
 * @param {Pixels} pixels
 * @param {{x: number, y: number, width: number, height: number}} region camera coordinates
 */
export function covers({ x, y, pitch, width, height, missing }, region) {
  return (
    !missing &&
    region.x >= x - 0.5 * pitch &&
    region.y >= y - 0.5 * pitch &&
    region.x + region.width <= x + (width + 0.5) * pitch &&
    region.y + region.height <= y + (height + 0.5) * pitch
  );
}

/** Whether the samples are integers. */
export function isInteger(/** @type {Samples} */ data) {
  return !(data instanceof Float32Array || data instanceof Float64Array);
}
