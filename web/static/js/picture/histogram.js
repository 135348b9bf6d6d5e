/** The picture's histogram with the ends of the displayed range, which can be dragged or moved by arrow keys. */

import { context2d, write } from "../lib/dom.js";
import { formatRounded } from "../lib/format.js";
import { makeDraggable } from "../lib/drag.js";

const STEP = 0.005; // of the histogram's width, for an arrow key
const LARGE = 10;
const VISIBLE_STEPS = 1000; // of the histogram's width: the numbers at its ends differ by as many of theirs
const STEPS_BY_KEY = new Map([
  ["ArrowLeft", -1],
  ["ArrowDown", -1],
  ["ArrowRight", 1],
  ["ArrowUp", 1],
  ["PageDown", -LARGE],
  ["PageUp", LARGE],
]);

/**
 * @typedef {object} Counts
 * @property {Uint32Array} counts of 256 levels
 * @property {number} min @property {number} max camera values of the first and the last level
 *
 * @typedef {"low" | "high"} End of the range
 */

export class Histogram {
  #panel;
  #canvas;
  #levels;
  #handles;
  #bounds;
  #onDrag;
  /** @type {Counts | null} */
  #counts = null;
  #drawnKey = "";

  /**
   * @param {(id: string) => HTMLElement} getById
   * @param {import("./levels.js").Levels} levels
   * @param {() => void} onDrag called when the range was changed here
   */
  constructor(getById, levels, onDrag) {
    this.#panel = getById("histogram-panel");
    this.#canvas = /** @type {HTMLCanvasElement} */ (getById("histogram"));
    this.#levels = levels;
    this.#onDrag = onDrag;
    this.#handles = { low: getById("histogram-low"), high: getById("histogram-high") };
    this.#bounds = { min: getById("histogram-min"), max: getById("histogram-max") };
    for (const end of /** @type {End[]} */ (["low", "high"])) {
      const handle = this.#handles[end];
      makeDraggable(
        handle,
        () => levels[end],
        ({ x }, start) => this.#move(end, start + (x / this.#canvas.clientWidth) * this.#span),
      );
      handle.addEventListener("keydown", (event) => {
        const steps = STEPS_BY_KEY.get(event.key) ?? 0;
        if (steps) {
          event.preventDefault();
          this.#move(end, levels[end] + steps * (event.shiftKey ? LARGE : 1) * STEP * this.#span);
        }
      });
    }
    new ResizeObserver(() => this.show(this.#counts)).observe(this.#canvas);
  }

  /** @param {Counts | null} counts null: unknown; the range is read from the levels */
  show(counts) {
    this.#counts = counts;
    this.#panel.hidden = !counts;
    if (!counts || !this.#canvas.clientWidth) {
      return;
    }
    const step = this.#span / VISIBLE_STEPS;
    write(this.#bounds.min, formatRounded(counts.min, step));
    write(this.#bounds.max, formatRounded(counts.max, step));
    const { low, high } = this.#levels;
    const position = (/** @type {number} */ value) =>
      Math.min(1, Math.max(0, (value - counts.min) / (counts.max - counts.min)));
    for (const [end, value] of /** @type {[End, number][]} */ (Object.entries({ low, high }))) {
      const handle = this.#handles[end];
      handle.style.left = `${100 * position(value)}%`;
      const valuetext = formatRounded(value, step);
      const aria = { valuenow: value, valuemin: counts.min, valuemax: counts.max, valuetext };
      for (const [name, content] of Object.entries(aria)) {
        handle.setAttribute(`aria-${name}`, String(content));
      }
    }
    this.#draw(counts.counts, position(low), position(high));
  }

  /** Redraw with the style sheet's colours. */
  restyle() {
    this.#drawnKey = "";
    this.show(this.#counts);
  }

  get #span() {
    return this.#counts ? this.#counts.max - this.#counts.min : 0;
  }

  /** @param {End} end @param {number} value */
  #move(end, value) {
    if (!this.#counts) {
      return;
    }
    const { min, max } = this.#counts;
    const { low, high } = this.#levels;
    const minWidth = this.#span / 512;
    const inside = Math.min(max, Math.max(min, value));
    if (end === "low") {
      this.#levels.setFixed(Math.min(inside, high - minWidth), high);
    } else {
      this.#levels.setFixed(low, Math.max(inside, low + minWidth));
    }
    this.#onDrag();
  }

  /**
   * Draw bars of logarithmic height, so that a beam of a thousand pixels is visible beside a million dark ones.
   * @param {Uint32Array} counts
   * @param {number} low position of the range's end, 0 to 1
   * @param {number} high
   */
  #draw(counts, low, high) {
    const canvas = this.#canvas;
    const density = window.devicePixelRatio || 1;
    const width = Math.round(canvas.clientWidth * density);
    const height = Math.round(canvas.clientHeight * density);
    const key = `${width} ${height} ${low} ${high} ${counts.join()}`;
    if (key === this.#drawnKey) {
      return;
    }
    this.#drawnKey = key;
    canvas.width = width;
    canvas.height = height;
    const context = context2d(canvas);
    const style = getComputedStyle(canvas);
    const highest = Math.log1p(counts.reduce((a, b) => Math.max(a, b), 1));
    for (let level = 0; level < counts.length; level += 1) {
      const from = Math.floor((level / counts.length) * width);
      const to = Math.max(from + 1, Math.floor(((level + 1) / counts.length) * width));
      const inside = level / 255 >= low && level / 255 <= high;
      context.fillStyle = style.getPropertyValue(inside ? "--curve" : "--muted");
      const bar = Math.ceil((Math.log1p(counts[level]) / highest) * height);
      context.fillRect(from, height - bar, to - from, bar);
    }
  }
}
