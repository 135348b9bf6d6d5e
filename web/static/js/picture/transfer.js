/** Maps the grey levels of the received picture to colours. */

import { BadEnvelope } from "../stream/envelope.js";

const LOG_GAIN = 1000; // log shows three decades of the range, whose low end may be zero or less

/**
 * Functions from 0..1 to 0..1 and their inverses.
 * @type {Record<string, [(x: number) => number, (y: number) => number]>}
 */
const CURVES = {
  linear: [(x) => x, (y) => y],
  log: [
    (x) => Math.log1p(LOG_GAIN * x) / Math.log1p(LOG_GAIN),
    (y) => Math.expm1(y * Math.log1p(LOG_GAIN)) / LOG_GAIN,
  ],
  sqrt: [(x) => Math.sqrt(x), (y) => y * y],
};

export const SCALES = Object.keys(CURVES);

/**
 * Return the camera value that a grey level stands for.
 * @param {number} level 0 to 255
 * @param {{min: number, max: number}} image what level 0 and level 255 stand for
 */
export function levelValue(level, { min, max }) {
  return min + (level / 255) * (max - min);
}

/** Return how far apart two levels are, in camera units. @param {{min: number, max: number}} image */
export function levelStep({ min, max }) {
  return (max - min) / 255;
}

/** Check untrusted levels before they are used. @param {{min: any, max: any}} image @throws {BadEnvelope} */
export function checkLevels({ min, max }) {
  if (!Number.isFinite(min) || !Number.isFinite(max) || min > max) {
    throw new BadEnvelope(`the levels' min and max are ${JSON.stringify([min, max])}, not two numbers in order`);
  }
}

/**
 * Return the position of a camera value on the colour bar. A range without width is a step: 0 up to low, 1 above it.
 * @param {number} value @param {number} low @param {number} high camera units
 * @param {string} scale one of SCALES
 * @returns {number} 0 to 1
 */
export function colourPosition(value, low, high, scale) {
  if (!(high > low)) {
    return value > low ? 1 : 0;
  }
  const x = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return CURVES[scale][0](x);
}

/**
 * Return the camera value at a position on the colour bar: the inverse of `colourPosition`.
 * @param {number} position 0 to 1 @param {number} low @param {number} high @param {string} scale
 */
export function valueAtPosition(position, low, high, scale) {
  return high > low ? low + CURVES[scale][1](position) * (high - low) : low;
}

/**
 * Return the colour of each level.
 * @param {{min: number, max: number}} image what its level 0 and level 255 stand for
 * @param {{low: number, high: number}} range the first and the last colour's camera value
 * @param {string} scale one of SCALES
 * @param {Uint8Array} colours of `colormap`
 * @returns {Uint8Array<ArrayBuffer>} 256 times red, green, blue and opaque
 */
export function transferTable(image, { low, high }, scale, colours) {
  const rgba = new Uint8Array(256 * 4);
  for (let level = 0; level < 256; level += 1) {
    const colour = 3 * Math.round(255 * colourPosition(levelValue(level, image), low, high, scale));
    rgba.set([colours[colour], colours[colour + 1], colours[colour + 2], 255], 4 * level);
  }
  return rgba;
}
