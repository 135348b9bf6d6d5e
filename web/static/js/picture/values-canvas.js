/** Draws camera values in their colours, where these are displayed rather than the picture's 256 levels. */

import { context2d } from "../lib/dom.js";
import { SATURATED_COLOUR } from "./display-settings.js";
import { markPixels, paintValues } from "./values.js";

const BAD_COLOUR = [0, 200, 255];
/**
 * The largest integer of each type: a pixel with it is saturated.
 * @type {Record<string, number>}
 */
export const MAX_VALUES = {
  int8: 2 ** 7 - 1,
  uint8: 2 ** 8 - 1,
  int16: 2 ** 15 - 1,
  uint16: 2 ** 16 - 1,
  int32: 2 ** 31 - 1,
  uint32: 2 ** 32 - 1,
};

export class ValuesCanvas {
  canvas;
  #context;
  /** @type {ImageData | null} */
  #target = null;

  /** @param {HTMLCanvasElement} canvas in the stage */
  constructor(canvas) {
    this.canvas = canvas;
    this.#context = context2d(canvas);
  }

  /**
   * @param {import("./pixels.js").Pixels} pixels
   * @param {import("./pixels.js").Pixels} raw the same before processing, from which saturation is determined
   * @param {import("./display-settings.js").DisplaySettings} settings
   * @param {string} dtype the camera's
   */
  draw(pixels, raw, settings, dtype) {
    const { width, height } = pixels;
    if (this.#target?.width !== width || this.#target.height !== height) {
      this.#target = new ImageData(width, height);
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const saturated = MAX_VALUES[dtype] ?? Infinity;
    const marks = settings.marks ? { saturated, saturatedColour: SATURATED_COLOUR, badColour: BAD_COLOUR } : null;
    const { levels: range, scale, colours } = settings;
    const target = new Uint32Array(this.#target.data.buffer);
    paintValues(pixels, { range, scale, colours, marks: pixels === raw ? marks : null }, target);
    if (marks && pixels !== raw) {
      markPixels(raw, marks, target);
    }
    this.#context.putImageData(this.#target, 0, 0);
  }
}
