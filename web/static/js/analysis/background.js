/** The background picture: the mean of some frames, which is subtracted from the following ones. */

import { isSameArea, chunks } from "../picture/pixels.js";

/** @typedef {import("../picture/pixels.js").Pixels} Pixels */

export class Background {
  #frames = 0;
  #count = 0;
  /** @type {Pixels | null} the rectangle of pixels that is collected */
  #place = null;
  /** sums while collecting, then means: camera units, NaN where no frame had a value */
  #mean = new Float64Array(0);
  /** finite values in each sum */
  #finiteCounts = new Uint32Array(0);
  #difference = new Float32Array(0);
  /** the mean of all means */
  #level = 0;
  #matches = true;

  /**
   * "mismatch": the background has other pixels than the last picture, which was not changed.
   * @returns {"none" | "collecting" | "ready" | "mismatch"}
   */
  get state() {
    if (this.#frames === 0) {
      return "none";
    }
    if (this.#count < this.#frames) {
      return "collecting";
    }
    return this.#matches ? "ready" : "mismatch";
  }

  /** The number of frames collected so far. */
  get collected() {
    return this.#count;
  }

  /** The number of frames to collect. */
  get frames() {
    return this.#frames;
  }

  /** Discard the background and start to collect another. @param {number} [frames] */
  collect(frames = 10) {
    this.clear();
    this.#frames = frames;
  }

  clear() {
    this.#frames = 0;
    this.#reset(null);
  }

  /** Add a frame while collecting. A frame of other pixels restarts the collection. @param {Pixels} pixels */
  add(pixels) {
    if (this.state !== "collecting") {
      return;
    }
    if (!this.#place || !isSameArea(this.#place, pixels)) {
      this.#reset(pixels);
    }
    const sums = this.#mean;
    const counts = this.#finiteCounts;
    for (const { start, values } of chunks(pixels)) {
      for (let index = 0; index < values.length; index += 1) {
        const value = values[index];
        if (value - value === 0) {
          sums[start + index] += value;
          counts[start + index] += 1;
        }
      }
    }
    this.#count += 1;
    if (this.#count === this.#frames) {
      this.#finish();
    }
  }

  /**
   * Subtract the background from a picture.
   * @param {Pixels} pixels
   * @returns {Pixels} valid until the next call, and not finite where picture or background are not; the picture
   *   itself if there is no background of its pixels
   */
  subtract(pixels) {
    if (!this.#place || this.state === "collecting") {
      return pixels;
    }
    this.#matches = isSameArea(this.#place, pixels);
    if (!this.#matches) {
      return pixels;
    }
    const mean = this.#mean;
    const difference = this.#difference;
    for (const { start, values } of chunks(pixels)) {
      for (let index = 0; index < values.length; index += 1) {
        difference[start + index] = values[index] - mean[start + index];
      }
    }
    const { logSteps: steps } = pixels;
    const logSteps = steps && { ...steps, base: steps.base + steps.slope * this.#level };
    return { ...pixels, data: difference, offset: 0, scale: 1, step: 0, logSteps };
  }

  /** @param {Pixels | null} pixels */
  #reset(pixels) {
    const size = pixels ? pixels.width * pixels.height : 0;
    this.#count = 0;
    this.#matches = true;
    this.#mean = new Float64Array(size);
    this.#finiteCounts = new Uint32Array(size);
    this.#difference = new Float32Array(size);
    this.#place = pixels && { ...pixels, data: this.#difference }; // without the frame's own data
  }

  #finish() {
    let [sum, count] = [0, 0];
    for (let index = 0; index < this.#mean.length; index += 1) {
      this.#mean[index] /= this.#finiteCounts[index]; // 0 / 0 is NaN
      if (this.#finiteCounts[index]) {
        sum += this.#mean[index];
        count += 1;
      }
    }
    this.#level = count ? sum / count : 0;
    this.#finiteCounts = new Uint32Array(0);
  }
}
