/** Draws the picture in its colours without WebGL: looks each pixel up in a table. */

import { context2d } from "../lib/dom.js";

export class CanvasPainter {
  #context;
  #source = context2d(document.createElement("canvas"), { willReadFrequently: true });

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#context = context2d(canvas, { alpha: false });
  }

  /**
   * @param {ImageBitmap | HTMLImageElement} bitmap
   * @param {Uint8Array} table of `transferTable`
   * @param {boolean} isColour whether the picture's channels differ
   */
  draw(bitmap, table, isColour) {
    if (isIdentity(table)) {
      this.#context.drawImage(bitmap, 0, 0);
      return;
    }
    const source = this.#source;
    const { width, height } = bitmap;
    if (source.canvas.width !== width || source.canvas.height !== height) {
      source.canvas.width = width;
      source.canvas.height = height;
    }
    source.drawImage(bitmap, 0, 0);
    const pixels = source.getImageData(0, 0, width, height);
    const colour = isColour ? colourChannels : colourGrey;
    colour(pixels.data, table);
    this.#context.putImageData(pixels, 0, 0);
  }
}

/**
 * Replace each grey level by the table's colour for it.
 * @param {Uint8ClampedArray} rgba changed in place
 * @param {Uint8Array} table 256 times red, green, blue and alpha
 */
export function colourGrey(rgba, table) {
  const colours = new Uint32Array(table.slice().buffer);
  const pixels = new Uint32Array(rgba.buffer);
  for (let at = 0; at < pixels.length; at += 1) {
    pixels[at] = colours[rgba[4 * at]];
  }
}

/**
 * Replace each channel's level by that channel of the table's colour for it.
 * @param {Uint8ClampedArray} rgba changed in place
 * @param {Uint8Array} table as above
 */
export function colourChannels(rgba, table) {
  for (let at = 0; at < rgba.length; at += 4) {
    rgba[at] = table[4 * rgba[at]];
    rgba[at + 1] = table[4 * rgba[at + 1] + 1];
    rgba[at + 2] = table[4 * rgba[at + 2] + 2];
  }
}

/** Whether every level stays the same grey. @param {Uint8Array} table */
export function isIdentity(table) {
  return table.every((part, index) => part === (index % 4 === 3 ? 255 : index >> 2));
}
