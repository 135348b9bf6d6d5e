/** Reads grey levels back from the picture that is shown. */

import { histogram } from "./levels.js";

const SAMPLE_SIDE = 512; // a small beam must leave its pixels in the sample

/** @typedef {ImageBitmap | HTMLImageElement} Bitmap */

export class Probe {
  #pixel = context(1, 1);
  #sample = context(1, 1);

  /** @param {Bitmap} bitmap @param {number} x @param {number} y @returns {number[]} red, green, blue */
  levelsAt(bitmap, x, y) {
    this.#pixel.drawImage(bitmap, x, y, 1, 1, 0, 0, 1, 1);
    return [...this.#pixel.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
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
    const counts = histogram(this.#sample.getImageData(0, 0, width, height).data);
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
