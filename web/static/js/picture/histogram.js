/** The picture's histogram with the ends of the shown range, to be dragged or moved by arrow keys. */

import { write } from "../lib/dom.js";
import { formatNumber } from "../lib/format.js";
import { makeDraggable } from "../lib/drag.js";

const STEP = 0.005; // of the histogram's width, an arrow key
const LARGE = 10;
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -LARGE, PageUp: LARGE };

/**
 * @typedef {object} Counts
 * @property {Uint32Array} counts of 256 levels
 * @property {number} min @property {number} max camera values of the first and the last level
 */

export class Histogram {
  #panel;
  #canvas;
  #levels;
  #ends;
  #bounds;
  #dragged;
  /** @type {Counts | null} */
  #shown = null;
  #drawn = "";

  /**
   * @param {(id: string) => HTMLElement} element
   * @param {import("./levels.js").Levels} levels
   * @param {() => void} dragged called when the range was changed here
   */
  constructor(element, levels, dragged) {
    this.#panel = element("histogram-panel");
    this.#canvas = /** @type {HTMLCanvasElement} */ (element("histogram"));
    this.#levels = levels;
    this.#dragged = dragged;
    this.#ends = { low: element("histogram-low"), high: element("histogram-high") };
    this.#bounds = { min: element("histogram-min"), max: element("histogram-max") };
    for (const end of /** @type {("low" | "high")[]} */ (["low", "high"])) {
      const handle = this.#ends[end];
      makeDraggable(
        handle,
        () => levels[end],
        ({ x }, start) => this.#move(end, start + (x / this.#canvas.clientWidth) * this.#span),
      );
      handle.addEventListener("keydown", (event) => {
        const steps = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : 0;
        if (steps) {
          event.preventDefault();
          this.#move(end, levels[end] + steps * (event.shiftKey ? LARGE : 1) * STEP * this.#span);
        }
      });
    }
    new ResizeObserver(() => this.show(this.#shown)).observe(this.#canvas);
  }

  /** @param {Counts | null} counts as many as are known; the range is read from the levels */
  show(counts) {
    this.#shown = counts;
    this.#panel.hidden = !counts;
    if (!counts || !this.#canvas.clientWidth) {
      return;
    }
    write(this.#bounds.min, short(counts.min));
    write(this.#bounds.max, short(counts.max));
    const { low, high } = this.#levels;
    for (const [end, value] of Object.entries({ low, high })) {
      const handle = this.#ends[end];
      handle.style.left = `${100 * this.#place(value)}%`;
      const told = { valuenow: value, valuemin: counts.min, valuemax: counts.max, valuetext: formatNumber(value) };
      for (const [name, fact] of Object.entries(told)) {
        handle.setAttribute(`aria-${name}`, String(fact));
      }
    }
    this.#draw(counts.counts, this.#place(low), this.#place(high));
  }

  /** Draws anew with the style sheet's colours. */
  restyle() {
    this.#drawn = "";
    this.show(this.#shown);
  }

  get #span() {
    return this.#shown ? this.#shown.max - this.#shown.min : 0;
  }

  /** Where a value lies, 0 to 1. */
  #place(value) {
    return Math.min(1, Math.max(0, (value - this.#shown.min) / this.#span));
  }

  #move(end, value) {
    if (!this.#shown) {
      return;
    }
    const { min, max } = this.#shown;
    const { low, high } = this.#levels;
    const least = this.#span / 512;
    const inside = Math.min(max, Math.max(min, value));
    if (end === "low") {
      this.#levels.setFixed(Math.min(inside, high - least), high);
    } else {
      this.#levels.setFixed(low, Math.max(inside, low + least));
    }
    this.#dragged();
  }

  /** Bars of logarithmic height: a beam of a thousand pixels is seen beside a million dark ones. */
  #draw(counts, low, high) {
    const canvas = this.#canvas;
    const density = window.devicePixelRatio || 1;
    const width = Math.round(canvas.clientWidth * density);
    const height = Math.round(canvas.clientHeight * density);
    const text = `${width} ${height} ${low} ${high} ${counts.join()}`;
    if (text === this.#drawn) {
      return;
    }
    this.#drawn = text;
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d");
    const style = getComputedStyle(canvas);
    const most = Math.log1p(counts.reduce((a, b) => Math.max(a, b), 1));
    for (let level = 0; level < counts.length; level += 1) {
      const from = Math.floor((level / counts.length) * width);
      const to = Math.max(from + 1, Math.floor(((level + 1) / counts.length) * width));
      const inside = level / 255 >= low && level / 255 <= high;
      context.fillStyle = style.getPropertyValue(inside ? "--curve" : "--muted");
      const bar = Math.ceil((Math.log1p(counts[level]) / most) * height);
      context.fillRect(from, height - bar, to - from, bar);
    }
  }
}

/** As many digits as five, which tell 65535 from its neighbours. */
function short(/** @type {number} */ value) {
  return formatNumber(Number(value.toPrecision(5)));
}
