/** Draws the colour bar: upright beside the picture, with ticks; lying below it on a phone. */

import { context2d, getById, write } from "../lib/dom.js";
import { barTicks } from "../picture/colour-bar.js";

const TICK_EM = 4.5; // about the distance between two ticks

export class ColourBarView {
  #canvas = getById("bar", HTMLCanvasElement);
  #settings;
  #isUpright = true; // measured when the size changes, not with each frame
  #ticks = 0;
  #colourKey = "";
  #ticksKey = "";

  /** @param {import("../picture/display-settings.js").DisplaySettings} settings */
  constructor(settings) {
    this.#settings = settings;
    new ResizeObserver(() => this.#measure()).observe(this.#canvas);
  }

  #measure() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const em = parseFloat(getComputedStyle(this.#canvas).fontSize) || 12;
    this.#isUpright = height > width;
    this.#ticks = Math.floor(height / (TICK_EM * em));
    this.draw();
  }

  /** Draw if something changed: the colours from the lowest value shown to the highest, as the scale spreads them. */
  draw() {
    const { map, inverted, scale, levels: { low, high } } = this.#settings;
    const colourKey = `${map} ${inverted} ${this.#isUpright}`;
    if (this.#colourKey !== colourKey) {
      this.#colourKey = this.#canvas.dataset.colours = colourKey;
      this.#drawColours();
    }
    const ticksKey = `${low} ${high} ${scale} ${this.#ticks}`;
    if (this.#isUpright && this.#ticksKey !== ticksKey) {
      this.#ticksKey = ticksKey;
      getById("bar-ticks").replaceChildren(...barTicks(low, high, scale, this.#ticks).map(createTick));
    }
  }

  /** @param {string} unit of the values; empty: unknown */
  showUnit(unit) {
    write(getById("bar-unit"), unit);
  }

  #drawColours() {
    const { colours } = this.#settings;
    const pixels = this.#isUpright ? new ImageData(1, 256) : new ImageData(256, 1);
    for (let at = 0; at < 256; at += 1) {
      const colour = 3 * (this.#isUpright ? 255 - at : at);
      pixels.data.set([...colours.subarray(colour, colour + 3), 255], 4 * at);
    }
    this.#canvas.width = pixels.width;
    this.#canvas.height = pixels.height;
    context2d(this.#canvas).putImageData(pixels, 0, 0);
  }
}

/** @param {{at: number, text: string}} tick */
function createTick({ at, text }) {
  const tick = document.createElement("span");
  tick.style.setProperty("--at", `${100 * (1 - at)}%`);
  tick.textContent = text;
  return tick;
}
