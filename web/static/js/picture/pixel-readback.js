/** Reads grey levels back from a bitmap. */

import { context2d } from "../lib/dom.js";
import { countLevels } from "./levels.js";
import { pitchOf } from "./pixels.js";
import { levelStep, levelValue, logSteps } from "./transfer.js";

const SAMPLE_SIDE = 512; // large enough for some pixels of a small beam

/** @typedef {ImageBitmap | HTMLImageElement} Bitmap */

export class PixelReadback {
  #pixel = createContext(1, 1);
  #sample = createContext(1, 1);
  #whole = createContext(1, 1);

  /** @param {Bitmap} bitmap @param {number} x @param {number} y @returns {number[]} red, green, blue */
  levelsAt(bitmap, x, y) {
    this.#pixel.drawImage(bitmap, x, y, 1, 1, 0, 0, 1, 1);
    return [...this.#pixel.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
  }

  /**
   * Return the values that a grey picture's levels stand for.
   * @param {Bitmap} bitmap
   * @param {import("../stream/envelope.js").ImageHeader} image
   * @param {import("./bad-pixels.js").BadPixels | null} bad
   * @param {import("../stream/tile-region.js").Box} [box] the camera pixels to read; all if omitted
   * @returns {import("./pixels.js").Pixels} NaN where pixels are bad
   */
  pixels(bitmap, image, bad, box) {
    const pitch = pitchOf(image);
    const inside = (/** @type {number} */ at, /** @type {number} */ max) => Math.min(max, Math.max(0, at));
    const left = box ? inside(Math.floor(box.left / pitch), bitmap.width - 1) : 0;
    const top = box ? inside(Math.floor(box.top / pitch), bitmap.height - 1) : 0;
    const right = box ? inside(Math.ceil(box.right / pitch), bitmap.width) : bitmap.width;
    const bottom = box ? inside(Math.ceil(box.bottom / pitch), bitmap.height) : bitmap.height;
    const width = Math.max(1, right - left);
    const height = Math.max(1, bottom - top);
    const rectangle = { left, top, width, height };
    const data = toNumbers(this.#levels(bitmap, rectangle), image, Boolean(bad));
    for (const [from, to] of bad?.within(rectangle) ?? []) {
      data.fill(NaN, from, to);
    }
    const { min: offset, max } = image;
    const scale = (max - offset) / 255;
    const steps = { step: levelStep(image), logSteps: logSteps(image) };
    return { x: left * pitch, y: top * pitch, pitch, width, height, data, offset, scale, ...steps };
  }

  /** @param {Bitmap} bitmap @param {import("./bad-pixels.js").Rectangle} rectangle */
  #levels(bitmap, { left, top, width, height }) {
    const { canvas } = this.#whole;
    if (canvas.width < width || canvas.height < height) {
      this.#whole = createContext(Math.max(canvas.width, width), Math.max(canvas.height, height));
    }
    this.#whole.drawImage(bitmap, left, top, width, height, 0, 0, width, height);
    const rgba = this.#whole.getImageData(0, 0, width, height).data;
    const levels = new Uint8Array(width * height);
    for (let at = 0; at < levels.length; at += 1) {
      levels[at] = rgba[4 * at];
    }
    return levels;
  }

  /**
   * Count the pixels of each level, in a large picture without bad ones from a regular sample.
   * @param {Bitmap} bitmap
   * @param {import("./bad-pixels.js").BadPixels | null} bad are not counted
   * @returns {Uint32Array} scaled to the whole picture
   */
  histogram(bitmap, bad) {
    if (bad) {
      return this.#histogramWithout(bad, bitmap);
    }
    const width = Math.min(SAMPLE_SIDE, bitmap.width);
    const height = Math.min(SAMPLE_SIDE, bitmap.height);
    const { canvas } = this.#sample;
    if (canvas.width !== width || canvas.height !== height) {
      this.#sample = createContext(width, height);
    }
    this.#sample.imageSmoothingEnabled = false;
    this.#sample.drawImage(bitmap, 0, 0, width, height);
    const counts = countLevels(this.#sample.getImageData(0, 0, width, height).data);
    const each = Math.round((bitmap.width * bitmap.height) / (width * height));
    return each > 1 ? counts.map((count) => count * each) : counts;
  }

  /** @param {import("./bad-pixels.js").BadPixels} bad @param {Bitmap} bitmap */
  #histogramWithout(bad, bitmap) {
    const rectangle = { left: 0, top: 0, width: bitmap.width, height: bitmap.height };
    const levels = this.#levels(bitmap, rectangle);
    const counts = new Uint32Array(256);
    levels.forEach((level) => (counts[level] += 1));
    for (const [from, to] of bad.within(rectangle)) {
      levels.subarray(from, to).forEach((level) => (counts[level] -= 1));
    }
    return counts;
  }
}

/**
 * Return numbers that are linear in the camera's values: the levels, or what they would be on a linear scale.
 * @param {Uint8Array<ArrayBuffer>} levels
 * @param {import("../stream/envelope.js").ImageHeader} image
 * @param {boolean} hasGaps whether NaN must be possible
 */
function toNumbers(levels, { scale, log_gain: gain }, hasGaps) {
  if (scale !== "log") {
    return hasGaps ? Float32Array.from(levels) : levels;
  }
  const table = Float32Array.from({ length: 256 }, (_, level) =>
    levelValue(level, { min: 0, max: 255, scale, log_gain: gain }));
  const numbers = new Float32Array(levels.length);
  for (let at = 0; at < levels.length; at += 1) {
    numbers[at] = table[levels[at]];
  }
  return numbers;
}

/** @param {number} width @param {number} height */
function createContext(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return context2d(canvas, { willReadFrequently: true });
}
