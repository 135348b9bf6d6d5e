/** A frame that is shown: which part of the camera's picture its canvas holds, and its values. */

import { valueAt } from "./pixels.js";
import { robustHistogram } from "./pixel-statistics.js";
import { levelStep, levelValue } from "./transfer.js";

/**
 * @typedef {import("./pixels.js").Pixels} Pixels
 * @typedef {ImageBitmap | HTMLImageElement} Bitmap
 * @typedef {{bitmap: Bitmap | null, isColour: boolean, pixels: Pixels | null}} DecodedImage one of the two
 * @typedef {DecodedImage & {image: Record<string, any>, raw: Pixels | null}} DisplayedImage with its header; `pixels` are what
 *   averaging and the background made of the values `raw`
 * @typedef {{x: number, y: number, values: number[], step: number, isWorkedOn?: boolean}} Value of a camera
 *   pixel: one, or red, green and blue; `step`: how far apart two levels are, 0 where values are exact;
 *   `isWorkedOn`: averaged, or without its background
 */

/** @param {DisplayedImage} shown @returns {import("./placement.js").Part} what its canvas holds */
export function partOf({ bitmap, image, pixels }) {
  if (pixels) {
    return pixels;
  }
  const pitch = image.reduced > 0 ? image.reduced : 1;
  return { x: 0, y: 0, pitch, width: bitmap.width, height: bitmap.height };
}

/**
 * @param {DisplayedImage} shown
 * @param {{x: number, y: number}} pixel of the camera's picture
 * @param {import("./pixel-readback.js").PixelReadback} probe
 * @returns {Value | null} null: its canvas does not have that pixel
 */
export function valueIn(shown, pixel, probe) {
  const { bitmap, image, isColour, pixels, raw } = shown;
  if (pixels) {
    const value = valueAt(pixels, pixel.x, pixel.y);
    const isWorkedOn = pixels !== raw;
    return value === null ? null : { ...pixel, values: [value], step: bitmap ? levelStep(image) : 0, isWorkedOn };
  }
  const { pitch, width, height } = partOf(shown);
  const sample = (/** @type {number} */ at, /** @type {number} */ side) =>
    Math.min(side - 1, Math.floor(at / pitch));
  const levels = probe.levelsAt(bitmap, sample(pixel.x, width), sample(pixel.y, height));
  const values = levels.slice(0, isColour ? 3 : 1).map((level) => levelValue(level, image));
  return { ...pixel, values, step: levelStep(image) };
}

/**
 * How many of its pixels have which value.
 * @param {DisplayedImage} shown in grey
 * @param {import("./levels.js").Levels} levels
 * @param {import("./pixel-readback.js").PixelReadback} probe
 * @returns {import("./histogram.js").Counts}
 */
export function levelCounts({ bitmap, image, pixels }, levels, probe) {
  return pixels
    ? robustHistogram(pixels, levels.widest)
    : { counts: probe.histogram(bitmap), min: image.min, max: image.max };
}
