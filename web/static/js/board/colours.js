/** The colours of a card: those of its description, or else the style sheet's. */

import { context2d } from "../lib/dom.js";

const SERIES_COLOURS = 8; // --series-1 …, in board.css
const TRANSLUCENT_ALPHA = 0.22;

export class Colours {
  #style;

  /** @param {HTMLElement} element whose computed style has the colours */
  constructor(element) {
    this.#style = getComputedStyle(element);
  }

  /** @param {string} name of a variable of the style sheet */
  variable(name) {
    return this.#style.getPropertyValue(name).trim();
  }

  get font() {
    return { size: Math.round(parseFloat(this.#style.fontSize)), family: this.#style.fontFamily };
  }

  /**
   * Return the colour that a description has for a series or part; null where it has no valid one.
   * @param {unknown} colours one for all, or a list
   * @param {number} index
   */
  described(colours, index) {
    const colour = Array.isArray(colours) ? colours[index % colours.length] : colours;
    return typeof colour === "string" && CSS.supports("color", colour) ? colour : null;
  }

  /** Return the style sheet's colour of a series or part. @param {number} index */
  ofSeries(index) {
    return this.variable(`--series-${(index % SERIES_COLOURS) + 1}`);
  }

  /** Return a colour to fill areas with, which lets other things show through. @param {string} colour */
  translucent(colour) {
    const context = context2d(document.createElement("canvas"));
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
    return `rgb(${red} ${green} ${blue} / ${(TRANSLUCENT_ALPHA * alpha) / 255})`;
  }
}
