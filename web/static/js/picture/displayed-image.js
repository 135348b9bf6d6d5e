/** The displayed image: which part of the camera's picture its canvas has, and its values. */

import { pitchOf, valueAt } from "./pixels.js";
import { robustHistogram } from "./pixel-statistics.js";
import { levelStep, levelValue } from "./transfer.js";

/**
 * @typedef {import("./pixels.js").Pixels} Pixels
 * @typedef {import("./pixel-readback.js").Bitmap} Bitmap
 * @typedef {import("./bad-pixels.js").BadPixels} BadPixels
 *
 * @typedef {{bitmap: Bitmap, isColour: boolean, pixels: null, bad: BadPixels | null}} DecodedBitmap
 * @typedef {{bitmap: null, isColour: false, pixels: Pixels, bad: null}} DecodedPixels
 * @typedef {DecodedBitmap | DecodedPixels} DecodedImage
 *
 * @typedef {object} DisplayedImage has a bitmap or values
 * @property {import("../stream/envelope.js").ImageHeader} image
 * @property {boolean} isColour
 * @property {Bitmap | null} bitmap its levels; null: the values are the camera's own
 * @property {BadPixels | null} bad of the bitmap
 * @property {Pixels | null} raw its values before averaging and background; null: only the bitmap is displayed
 * @property {Pixels | null} pixels the displayed values, after averaging and background; null: as for `raw`
 *
 * @typedef {object} Value of a camera pixel
 * @property {number} x
 * @property {number} y
 * @property {number[]} values one, or red, green and blue; NaN: the pixel is bad
 * @property {number} step how far apart two levels are, 0 where values are exact
 * @property {string} [dtype] numpy's name of their type, where values are exact
 * @property {number} [badSide] of a bad pixel of a JPEG: the square of so many camera pixels has bad ones
 * @property {boolean} [isProcessed] averaged, or without its background
 */

/** @param {DisplayedImage} displayed @returns {import("./placement.js").Part} what its canvas has */
export function partOf(displayed) {
  if (displayed.pixels) {
    return displayed.pixels;
  }
  const { width, height } = bitmapOf(displayed);
  return { x: 0, y: 0, pitch: pitchOf(displayed.image), width, height };
}

/** @param {DisplayedImage} displayed whose values are not displayed */
export function bitmapOf({ bitmap }) {
  if (!bitmap) {
    throw new TypeError("this image has neither a bitmap nor values");
  }
  return bitmap;
}

/**
 * @param {DisplayedImage} displayed
 * @param {{x: number, y: number}} pixel of the camera's picture
 * @param {import("./pixel-readback.js").PixelReadback} readback
 * @returns {Value | null} null: its canvas does not have that pixel
 */
export function valueIn(displayed, pixel, readback) {
  const { bitmap, image, isColour, pixels, raw, bad } = displayed;
  const badSide = bad ? pitchOf(image) * bad.cell : 0;
  if (pixels) {
    const value = valueAt(pixels, pixel.x, pixel.y);
    const isProcessed = pixels !== raw;
    if (value === null) {
      return null;
    }
    const dtype = isProcessed ? "float32" : image.dtype; // as the average and the background have it
    const step = bitmap ? levelStep(image, value) : 0;
    return { ...pixel, values: [value], step, dtype, isProcessed, ...(Number.isNaN(value) && bad && { badSide }) };
  }
  const { pitch, width, height } = partOf(displayed);
  const sample = (/** @type {number} */ at, /** @type {number} */ side) =>
    Math.min(side - 1, Math.floor(at / pitch));
  const [x, y] = [sample(pixel.x, width), sample(pixel.y, height)];
  if (bad?.has(x, y)) {
    return { ...pixel, values: [NaN], step: levelStep(image), badSide };
  }
  const levels = readback.levelsAt(bitmapOf(displayed), x, y).slice(0, isColour ? 3 : 1);
  const values = levels.map((level) => levelValue(level, image));
  return { ...pixel, values, step: levelStep(image, Math.max(...values)) };
}

/**
 * Count the pixels by level or value.
 * @param {DisplayedImage} displayed in grey
 * @param {import("./levels.js").Levels} levels
 * @param {import("./pixel-readback.js").PixelReadback} readback
 * @returns {import("./histogram.js").Counts & import("./levels.js").Image}
 */
export function levelCounts(displayed, levels, readback) {
  const { image, pixels, raw, bad } = displayed;
  const { data_min: low, data_max: high, min, max, scale, log_gain } = image;
  const isKnown = pixels === raw && Number.isFinite(low) && Number.isFinite(high);
  const extremes = isKnown ? { low: Number(low), high: Number(high) } : null;
  return pixels
    ? { ...robustHistogram(pixels, levels.widest), extremes }
    : { counts: readback.histogram(bitmapOf(displayed), bad), min, max, scale, log_gain, extremes };
}
