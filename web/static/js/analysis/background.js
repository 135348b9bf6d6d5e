/** The background: the mean of some frames, taken off the frames that follow. */

import { isSameArea, chunks } from "../picture/pixels.js";

/** @typedef {import("../picture/pixels.js").Pixels} Pixels */

export class Background {
  #wanted = 0;
  #taken = 0;
  /** @type {Pixels | null} which pixels are collected */
  #place = null;
  /** sums while collecting, then means: camera units, NaN where no frame had a value */
  #mean = new Float64Array(0);
  /** finite values in each sum */
  #counts = new Uint32Array(0);
  #rest = new Float32Array(0);
  #fits = true;

  /**
   * What is the matter: "mismatch" is a background of other pixels than the last picture's, which was
   * left as it is.
   * @returns {"none" | "collecting" | "ready" | "mismatch"}
   */
  get state() {
    if (this.#wanted === 0) {
      return "none";
    }
    if (this.#taken < this.#wanted) {
      return "collecting";
    }
    return this.#fits ? "ready" : "mismatch";
  }

  /** How many frames are collected so far. */
  get collected() {
    return this.#taken;
  }

  /** How many frames there are to collect. */
  get wanted() {
    return this.#wanted;
  }

  /** Forgets the last background and begins another. @param {number} [frames] */
  collect(frames = 10) {
    this.clear();
    this.#wanted = frames;
  }

  clear() {
    this.#wanted = 0;
    this.#begin(null);
  }

  /** Takes a frame while collecting. One of other pixels than the last begins anew. @param {Pixels} pixels */
  add(pixels) {
    if (this.state !== "collecting") {
      return;
    }
    if (!this.#place || !isSameArea(this.#place, pixels)) {
      this.#begin(pixels);
    }
    const sums = this.#mean;
    const counts = this.#counts;
    for (const { start, values } of chunks(pixels)) {
      for (let index = 0; index < values.length; index += 1) {
        const value = values[index];
        if (value - value === 0) {
          sums[start + index] += value;
          counts[start + index] += 1;
        }
      }
    }
    this.#taken += 1;
    if (this.#taken === this.#wanted) {
      this.#finish();
    }
  }

  /**
   * A picture without the background; the picture itself while there is none for its pixels.
   * @param {Pixels} pixels
   * @returns {Pixels} whose numbers stand until the next call; not finite where picture or background are not
   */
  subtract(pixels) {
    if (!this.#place || this.state === "collecting") {
      return pixels;
    }
    this.#fits = isSameArea(this.#place, pixels);
    if (!this.#fits) {
      return pixels;
    }
    const mean = this.#mean;
    const rest = this.#rest;
    for (const { start, values } of chunks(pixels)) {
      for (let index = 0; index < values.length; index += 1) {
        rest[start + index] = values[index] - mean[start + index];
      }
    }
    return { ...pixels, data: rest, offset: 0, scale: 1 };
  }

  #begin(/** @type {Pixels | null} */ pixels) {
    const size = pixels ? pixels.width * pixels.height : 0;
    this.#taken = 0;
    this.#fits = true;
    this.#mean = new Float64Array(size);
    this.#counts = new Uint32Array(size);
    this.#rest = new Float32Array(size);
    this.#place = pixels && { ...pixels, data: this.#rest }; // keeps no frame
  }

  #finish() {
    for (let index = 0; index < this.#mean.length; index += 1) {
      this.#mean[index] /= this.#counts[index]; // 0 / 0 is NaN
    }
    this.#counts = new Uint32Array(0);
  }
}
