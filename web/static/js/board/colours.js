/** The colours of a card: what its message says, or else the style sheet's. */

const DEFAULTS = 8; // --series-1 …, in board.css
const FAINT = 0.22;

/** @typedef {string | string[] | undefined} Told one, or one for each series or part */

export class Colours {
  #style;

  /** @param {HTMLElement} element whose style sheet counts */
  constructor(element) {
    this.#style = getComputedStyle(element);
  }

  /** @param {string} name in the style sheet */
  of(name) {
    return this.#style.getPropertyValue(name).trim();
  }

  get font() {
    return { size: Math.round(parseFloat(this.#style.fontSize)), family: this.#style.fontFamily };
  }

  /** Of a series or part; what is no colour is as if not told. @param {Told} told @param {number} index */
  told(told, index) {
    const one = Array.isArray(told) ? told[index % told.length] : told;
    return typeof one === "string" && CSS.supports("color", one) ? one : null;
  }

  /** The style sheet's, of a series or part. @param {number} index */
  usual(index) {
    return this.of(`--series-${(index % DEFAULTS) + 1}`);
  }

  /** The same, to fill what lies behind other things. @param {string} colour */
  faint(colour) {
    const dot = document.createElement("canvas").getContext("2d");
    dot.fillStyle = colour;
    dot.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = dot.getImageData(0, 0, 1, 1).data;
    return `rgb(${red} ${green} ${blue} / ${(FAINT * alpha) / 255})`;
  }
}
