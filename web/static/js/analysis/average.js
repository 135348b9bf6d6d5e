/** The running average of a picture, which reduces noise. */

import { isSameArea, chunks } from "../picture/pixels.js";

/** @typedef {import("../picture/pixels.js").Pixels} Pixels */

export class RunningAverage {
  #frames = 1;
  #count = 0;
  /** @type {Pixels | null} the rectangle of pixels that is averaged */
  #place = null;
  #mean = new Float64Array(0);
  #result = new Float32Array(0);

  /** The number of frames to average; 1: off. */
  get frames() {
    return this.#frames;
  }

  /** Set the number of frames. With 1 the average is reset, else it continues. @param {number} frames at least 1 */
  set(frames) {
    this.#frames = Math.max(1, Math.floor(frames) || 1);
    if (this.#frames === 1) {
      this.#reset(null); // no frames are added while it is off
    }
  }

  /**
   * Add a frame. The result is the mean of the first frames, then an exponential moving average, which needs no
   * frames to be kept. A frame of other pixels resets the average.
   * @param {Pixels} pixels
   * @returns {Pixels} the frame itself if off; else valid until the next call, and not finite where this frame is not
   */
  add(pixels) {
    if (this.#frames === 1) {
      return pixels;
    }
    if (!this.#place || !isSameArea(this.#place, pixels)) {
      this.#reset(pixels);
    }
    this.#count = Math.min(this.#count + 1, this.#frames);
    const weight = 1 / this.#count;
    const result = this.#result;
    const mean = this.#mean;
    for (const { start, values } of chunks(pixels)) {
      for (let index = 0; index < values.length; index += 1) {
        const value = values[index];
        const last = mean[start + index];
        const next = last - last === 0 ? last + weight * (value - last) : value;
        result[start + index] = next;
        if (value - value === 0) mean[start + index] = next; // a bad value does not enter the average
      }
    }
    const logSteps = pixels.logSteps && { ...pixels.logSteps, frames: this.#count };
    return { ...pixels, data: result, offset: 0, scale: 1, step: 0, logSteps };
  }

  /** @param {Pixels | null} pixels */
  #reset(pixels) {
    const size = pixels ? pixels.width * pixels.height : 0;
    this.#count = 0;
    this.#mean = new Float64Array(size).fill(NaN);
    this.#result = new Float32Array(size);
    this.#place = pixels && { ...pixels, data: this.#result }; // without the frame's own data
  }
}
