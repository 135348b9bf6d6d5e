/** The running average of a picture: noise goes, what stays remains. */

import { isSameArea, chunks } from "../picture/pixels.js";

/** @typedef {import("../picture/pixels.js").Pixels} Pixels */

export class Average {
  #frames = 1;
  #taken = 0;
  /** @type {Pixels | null} which pixels are averaged */
  #place = null;
  #mean = new Float64Array(0);
  #result = new Float32Array(0);

  /** Over how many frames; 1 is off. */
  get frames() {
    return this.#frames;
  }

  /** @param {number} frames at least 1, which forgets the average; else it continues from what it is */
  set(frames) {
    this.#frames = Math.max(1, Math.floor(frames) || 1);
    if (this.#frames === 1) {
      this.#begin(null); // no frame may come to be added while it is off
    }
  }

  /**
   * Takes a frame: up to so many the result is their mean, then each new one counts for its share and the older
   * ones fade, so that no frame needs to be kept. A picture of other pixels begins anew.
   * @param {Pixels} pixels
   * @returns {Pixels} the frame itself if off; else its numbers stand until the next call, and are not finite
   *   where this frame's are not
   */
  add(pixels) {
    if (this.#frames === 1) {
      return pixels;
    }
    if (!this.#place || !isSameArea(this.#place, pixels)) {
      this.#begin(pixels);
    }
    this.#taken = Math.min(this.#taken + 1, this.#frames);
    const share = 1 / this.#taken;
    const result = this.#result;
    const mean = this.#mean;
    for (const { start, values } of chunks(pixels)) {
      for (let index = 0; index < values.length; index += 1) {
        const value = values[index];
        const last = mean[start + index];
        const next = last - last === 0 ? last + share * (value - last) : value;
        result[start + index] = next;
        if (value - value === 0) mean[start + index] = next; // a bad value is shown, and not kept
      }
    }
    return { ...pixels, data: result, offset: 0, scale: 1 };
  }

  #begin(/** @type {Pixels | null} */ pixels) {
    const size = pixels ? pixels.width * pixels.height : 0;
    this.#taken = 0;
    this.#mean = new Float64Array(size).fill(NaN);
    this.#result = new Float32Array(size);
    this.#place = pixels && { ...pixels, data: this.#result }; // keeps no frame
  }
}
