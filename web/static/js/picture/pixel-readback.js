/** Reads grey levels back from a bitmap. */

import { context2d } from "../lib/dom.js";
import { countLevels } from "./levels.js";
import { pitchOf } from "./pixels.js";

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
   * @param {import("../stream/tile-region.js").Box} [box] the camera pixels to read; all if omitted
   * @returns {import("./pixels.js").Pixels}
   */
  pixels(bitmap, image, box) {
    const pitch = pitchOf(image);
    const inside = (/** @type {number} */ at, /** @type {number} */ max) => Math.min(max, Math.max(0, at));
    const left = box ? inside(Math.floor(box.left / pitch), bitmap.width - 1) : 0;
    const top = box ? inside(Math.floor(box.top / pitch), bitmap.height - 1) : 0;
    const right = box ? inside(Math.ceil(box.right / pitch), bitmap.width) : bitmap.width;
    const bottom = box ? inside(Math.ceil(box.bottom / pitch), bitmap.height) : bitmap.height;
    const width = Math.max(1, right - left);
    const height = Math.max(1, bottom - top);
    const { canvas } = this.#whole;
    if (canvas.width < width || canvas.height < height) {
      this.#whole = createContext(Math.max(canvas.width, width), Math.max(canvas.height, height));
    }
    this.#whole.drawImage(bitmap, left, top, width, height, 0, 0, width, height);
    const rgba = this.#whole.getImageData(0, 0, width, height).data;
    const data = new Uint8Array(width * height);
    for (let at = 0; at < data.length; at += 1) {
      data[at] = rgba[4 * at];
    }
    const { min: offset, max } = image;
    const scale = (max - offset) / 255;
    return { x: left * pitch, y: top * pitch, pitch, width, height, data, offset, scale };
  }

  /**
   * Count the pixels of each level, in a large picture from a regular sample.
   * @param {Bitmap} bitmap
   * @returns {Uint32Array} scaled to the whole picture
   */
  histogram(bitmap) {
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
}

/** @param {number} width @param {number} height */
function createContext(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return context2d(canvas, { willReadFrequently: true });
}
