/** Reads grey levels back from the picture that is shown. */

import { countLevels } from "./levels.js";

const SAMPLE_SIDE = 512; // a small beam must leave its pixels in the sample

/** @typedef {ImageBitmap | HTMLImageElement} Bitmap */

export class PixelReadback {
  #pixel = context(1, 1);
  #sample = context(1, 1);
  #whole = context(1, 1);

  /** @param {Bitmap} bitmap @param {number} x @param {number} y @returns {number[]} red, green, blue */
  levelsAt(bitmap, x, y) {
    this.#pixel.drawImage(bitmap, x, y, 1, 1, 0, 0, 1, 1);
    return [...this.#pixel.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
  }

  /**
   * The values that a grey picture's levels stand for.
   * @param {Bitmap} bitmap
   * @param {Record<string, any>} image its header
   * @param {import("../stream/tile-region.js").Box} [box] the camera pixels that are wanted; all if left out
   * @returns {import("./pixels.js").Pixels}
   */
  pixels(bitmap, image, box) {
    const pitch = image.reduced > 0 ? image.reduced : 1;
    const sample = (/** @type {number} */ at, /** @type {number} */ most) => Math.min(most, Math.max(0, at));
    const left = box ? sample(Math.floor(box.left / pitch), bitmap.width - 1) : 0;
    const top = box ? sample(Math.floor(box.top / pitch), bitmap.height - 1) : 0;
    const right = box ? sample(Math.ceil(box.right / pitch), bitmap.width) : bitmap.width;
    const bottom = box ? sample(Math.ceil(box.bottom / pitch), bitmap.height) : bitmap.height;
    const width = Math.max(1, right - left);
    const height = Math.max(1, bottom - top);
    const { canvas } = this.#whole;
    if (canvas.width < width || canvas.height < height) {
      this.#whole = context(Math.max(canvas.width, width), Math.max(canvas.height, height));
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
   * How many pixels have each level, in a large picture by a regular sample.
   * @param {Bitmap} bitmap
   * @returns {Uint32Array} each sampled pixel counts as many as it stands for
   */
  histogram(bitmap) {
    const width = Math.min(SAMPLE_SIDE, bitmap.width);
    const height = Math.min(SAMPLE_SIDE, bitmap.height);
    const { canvas } = this.#sample;
    if (canvas.width !== width || canvas.height !== height) {
      this.#sample = context(width, height);
    }
    this.#sample.imageSmoothingEnabled = false;
    this.#sample.drawImage(bitmap, 0, 0, width, height);
    const counts = countLevels(this.#sample.getImageData(0, 0, width, height).data);
    const each = Math.round((bitmap.width * bitmap.height) / (width * height));
    return each > 1 ? counts.map((count) => count * each) : counts;
  }
}

function context(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas.getContext("2d", { willReadFrequently: true });
}
