/** One plot in its place, in the style sheet's colours and sizes. The one module that knows uPlot. */

import uPlot from "/lib/uplot/uPlot.esm.js";

import { ticks } from "./series.js";
import { takeTouches } from "./touch.js";

/**
 * @typedef {object} Style
 * @property {number} em of the place's font, px
 * @property {(name: string) => string} colour of a name in the style sheet
 * @property {Record<string, any>[]} axes uPlot's, x and y
 */

export class Plot {
  #place;
  #options;
  #resized;
  /** @type {uPlot | null} */
  #plot = null;
  /** @type {any[] | null} */
  #data = null;

  /**
   * @param {HTMLElement} place
   * @param {(style: Style) => Record<string, any>} options uPlot's, without size
   */
  constructor(place, options) {
    this.#place = place;
    this.#options = options;
    this.#resized = new ResizeObserver(() => this.#resize());
    this.#resized.observe(place);
  }

  /**
   * @param {any[]} data uPlot's: x, y
   * @param {boolean} anew whether the options are others than before
   * @param {boolean} otherAxes whether the axes differ though their scales do not
   */
  show(data, anew = false, otherAxes = false) {
    this.#data = data;
    if (this.#plot && !anew) {
      this.#plot.setData(data);
      if (otherAxes) {
        this.#plot.redraw(true, true);
      }
    } else {
      this.restyle();
    }
  }

  /** Makes it anew, as the style sheet or the options say now. */
  restyle() {
    this.#plot?.destroy();
    this.#plot = null;
    const { clientWidth: width, clientHeight: height } = this.#place;
    if (this.#data && width && height) {
      const options = { width, height, ...this.#options(this.#style(height)) };
      this.#plot = new uPlot(options, this.#data, this.#place);
      takeTouches(this.#plot.over);
    }
  }

  remove() {
    this.#resized.disconnect();
    this.#plot?.destroy();
  }

  /** The point under the cursor. @returns {number | null} */
  get pointed() {
    return this.#plot?.cursor.idx ?? null;
  }

  /** What is drawn. @returns {HTMLCanvasElement | null} */
  get canvas() {
    return this.#plot?.ctx.canvas ?? null;
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.#place;
    if (this.#plot && width && height) {
      this.#plot.setSize({ width, height });
    } else {
      this.restyle();
    }
  }

  /** @param {number} height @returns {Style} */
  #style(height) {
    const style = getComputedStyle(this.#place);
    const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    const em = Math.round(parseFloat(style.fontSize)); // uPlot scales whole pixels only
    const axis = {
      stroke: colour("--muted"),
      font: `${em}px ${style.fontFamily}`,
      grid: { stroke: colour("--grid"), width: 1 },
      ticks: { show: false },
      gap: Math.round(em * 0.4),
      values: (_, splits, axis, space, step) => ticks(splits, step),
    };
    const size = (_, texts) => Math.round(em * Math.max(4.2, widest(texts)));
    const axes = [
      { ...axis, size: Math.round(em * 1.9), space: em * 5 },
      { ...axis, size, space: Math.max(em * 1.9, height / 8) },
    ];
    return { em, colour, axes };
  }
}

/** About how many em these numbers and their gap take. @param {string[] | null} texts */
function widest(texts) {
  return 0.6 * Math.max(0, ...(texts ?? []).map((text) => text.length)) + 0.8;
}

/**
 * What all plots have in common.
 * @param {Style} style
 * @returns {Record<string, any>}
 */
export function common({ em, axes }) {
  const padding = [Math.round(em * 1.8), 2 * em, 0, 0]; // for the read-out, and half of the last number below
  return { padding, legend: { show: false }, axes };
}

/** Of a curve. @param {Style} style */
export function stroke({ em, colour }) {
  return { stroke: colour("--curve"), width: Math.max(1, em / 9) };
}
