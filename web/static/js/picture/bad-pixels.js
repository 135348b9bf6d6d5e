/** Where a JPEG has bad pixels, NaN and infinity: its levels there mean nothing. */

import { BadEnvelope, readArray } from "../stream/envelope.js";

/**
 * @typedef {object} Rectangle of samples
 * @property {number} left @property {number} top
 * @property {number} width @property {number} height
 */

export class BadPixels {
  /** side of a cell, in samples; a cell is bad if any sample in it is */
  cell;
  #columns;
  #runs;

  /**
   * @param {ArrayLike<number>} runs the first cell of each run and the first one after it, counted row by row
   * @param {number} cell
   * @param {number} width of the picture
   */
  constructor(runs, cell, width) {
    this.cell = cell;
    this.#columns = Math.ceil(width / cell);
    this.#runs = runs;
  }

  /** Whether a sample is bad, or in a bad cell. @param {number} x @param {number} y */
  has(x, y) {
    const index = Math.floor(y / this.cell) * this.#columns + Math.floor(x / this.cell);
    const runs = this.#runs;
    let from = 0; // the number of runs that begin at or before the cell
    let to = runs.length / 2;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (runs[2 * middle] <= index) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from > 0 && index < runs[2 * from - 1];
  }

  /**
   * Iterate over the bad samples in a rectangle.
   * @param {Rectangle} rectangle
   * @returns {Generator<[from: number, to: number]>} runs in an array of the rectangle, rows first
   */
  *within({ left, top, width, height }) {
    const { cell } = this;
    const columns = this.#columns;
    for (let run = 0; run < this.#runs.length; run += 2) {
      const end = this.#runs[run + 1];
      for (let start = this.#runs[run], rowEnd; start < end; start = rowEnd) {
        const row = Math.floor(start / columns);
        if (row * cell >= top + height) {
          return;
        }
        rowEnd = Math.min(end, (row + 1) * columns);
        const from = Math.max(0, (start - row * columns) * cell - left);
        const to = Math.min(width, (rowEnd - row * columns) * cell - left);
        const last = Math.min(height, (row + 1) * cell - top);
        for (let y = Math.max(0, row * cell - top); y < last && from < to; y += 1) {
          yield [y * width + from, y * width + to];
        }
      }
    }
  }
}

/**
 * Return the bad pixels of an image's JPEG.
 * @param {import("../stream/envelope.js").ImageHeader} image
 * @param {Uint8Array<ArrayBuffer>} body of the envelope
 * @returns {BadPixels | null} null: it has none; all are bad if it has some and does not say where
 * @throws {BadEnvelope}
 */
export function readBadPixels(image, body) {
  const { n_bad: count = 0, bad, width, height } = image;
  if (!(count > 0)) {
    return null;
  }
  if (!bad) {
    return new BadPixels([0, 1], Math.max(width, height), width);
  }
  const runs = bad.dtype === "uint32" && Number.isSafeInteger(bad.cell) && bad.cell > 0 ? readArray(bad, body) : [];
  const rises = runs.length % 2 === 0 && runs.every((/** @type {number | bigint} */ cell, /** @type {number} */ at) =>
    at === 0 || cell > runs[at - 1]);
  if (!runs.length || !rises) {
    throw new BadEnvelope("the list of bad pixels is not one of rising runs of cells");
  }
  return new BadPixels(/** @type {Uint32Array} */ (runs), bad.cell, width);
}
