/** Maps the grey levels of the received picture to colours. */

import { BadEnvelope } from "../stream/envelope.js";

const LOG_GAIN = 1000; // log shows three decades of the range, whose low end may be zero or less

/**
 * Functions from 0..1 to 0..1 and their inverses.
 * @type {Record<string, [(x: number) => number, (y: number) => number]>}
 */
const CURVES = {
  linear: [(x) => x, (y) => y],
  log: logCurve(LOG_GAIN),
  sqrt: [(x) => Math.sqrt(x), (y) => y * y],
};

export const SCALES = Object.keys(CURVES);

/**
 * @typedef {object} LevelRange which camera values the levels of a picture stand for
 * @property {number} min that of level 0
 * @property {number} max that of level 255
 * @property {string} [scale] of the levels between them: "log", or "linear" if absent
 * @property {number} [log_gain] of a logarithmic scale, above 0
 * @property {number} [quality] of the JPEG, 1 to 100; 80 if absent
 */

/**
 * Return the camera value that a grey level stands for.
 * @param {number} level 0 to 255
 * @param {LevelRange} image
 */
export function levelValue(level, { min, max, scale, log_gain: gain = LOG_GAIN }) {
  const part = level / 255;
  return min + (scale === "log" ? logCurve(gain)[1](part) : part) * (max - min);
}

/**
 * Return where the level of a camera value lies: the inverse of `levelValue`, from 0 to 1.
 * @param {number} value
 * @param {LevelRange} image
 */
export function levelPosition(value, { min, max, scale, log_gain: gain = LOG_GAIN }) {
  if (!(max > min)) {
    return value > min ? 1 : 0;
  }
  const part = Math.min(1, Math.max(0, (value - min) / (max - min)));
  return scale === "log" ? logCurve(gain)[0](part) : part;
}

/**
 * Return how far apart two levels are, in camera units.
 * @param {LevelRange} image
 * @param {number} [value] in whose neighbourhood; on a logarithmic scale the distance grows with it
 */
export function levelStep(image, value = image.min) {
  if (image.scale !== "log") {
    return (image.max - image.min) / 255;
  }
  const level = Math.min(254.5, Math.max(0.5, 255 * levelPosition(value, image)));
  return levelValue(level + 0.5, image) - levelValue(level - 0.5, image);
}

/**
 * Return how the distance of two levels on a logarithmic scale depends on the value.
 * @param {LevelRange} image
 * @returns {import("./pixels.js").LogSteps | undefined} undefined: a linear scale
 */
export function logSteps({ min, max, scale, log_gain: gain = LOG_GAIN, quality = 80 }) {
  if (scale !== "log") {
    return undefined;
  }
  const slope = Math.log1p(gain) / 255;
  return { base: slope * ((max - min) / gain - min), slope, coarseness: Math.max(1, coefficientSteps(quality) / 40) };
}

/**
 * Return how far apart the coefficients of a JPEG are, in percent of the example tables of ITU-T T.81, K.1, by the
 * rule of the Independent JPEG Group's library.
 * @param {number} quality 1 to 100
 */
function coefficientSteps(quality) {
  return quality < 50 ? 5000 / quality : 200 - 2 * quality;
}

/** Check untrusted levels before they are used. @param {Record<string, any>} image @throws {BadEnvelope} */
export function checkLevels({ min, max, scale = "linear", log_gain: gain, quality = 80 }) {
  if (scale !== "linear" && !(scale === "log" && Number.isFinite(gain) && gain > 0)) {
    throw new BadEnvelope(`no levels on a scale ${JSON.stringify(scale)} with the gain ${JSON.stringify(gain)}`);
  }
  if (!(Number.isFinite(quality) && quality >= 1 && quality <= 100)) {
    throw new BadEnvelope(`the JPEG's quality is ${JSON.stringify(quality)}, not a number from 1 to 100`);
  }
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
 * @param {LevelRange} image
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

/**
 * Three decades of 0..1 with a gain of 1000, and constant steps near 0.
 * @param {number} gain
 * @returns {[(x: number) => number, (y: number) => number]} a function and its inverse
 */
function logCurve(gain) {
  const decades = Math.log1p(gain);
  return [(x) => Math.log1p(gain * x) / decades, (y) => Math.expm1(y * decades) / gain];
}
