/** The picture's histogram with the ends of the displayed range, which can be dragged or moved by arrow keys. */

import { context2d, write } from "../lib/dom.js";
import { formatRounded } from "../lib/format.js";
import { makeDraggable } from "../lib/drag.js";
import { levelPosition, levelStep, levelValue } from "./transfer.js";

const STEP = 0.005; // of the histogram's width, for an arrow key
const MIN_WIDTH = 1 / 512; // between the ends
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
 * @property {string} [scale] of the levels, and so of the histogram's axis; "linear" if absent
 * @property {number} [log_gain]
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
        () => this.#position(levels[end]),
        ({ x }, start) => this.#move(end, start + x / this.#canvas.clientWidth),
      );
      handle.addEventListener("keydown", (event) => {
        const steps = STEPS_BY_KEY.get(event.key) ?? 0;
        if (steps) {
          event.preventDefault();
          this.#move(end, this.#position(levels[end]) + steps * (event.shiftKey ? LARGE : 1) * STEP);
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
    const format = (/** @type {number} */ value) =>
      formatRounded(value, (255 * levelStep(counts, value)) / VISIBLE_STEPS);
    write(this.#bounds.min, format(counts.min));
    write(this.#bounds.max, format(counts.max));
    const { low, high } = this.#levels;
    this.#canvas.title = counts.scale === "log" ? "From left to right on a logarithmic scale" : "";
    for (const [end, value] of /** @type {[End, number][]} */ (Object.entries({ low, high }))) {
      const handle = this.#handles[end];
      handle.style.left = `${100 * this.#position(value)}%`;
      const aria = { valuenow: value, valuemin: counts.min, valuemax: counts.max, valuetext: format(value) };
      for (const [name, content] of Object.entries(aria)) {
        handle.setAttribute(`aria-${name}`, String(content));
      }
    }
    this.#draw(counts.counts, this.#position(low), this.#position(high));
  }

  /** Redraw with the style sheet's colours. */
  restyle() {
    this.#drawnKey = "";
    this.show(this.#counts);
  }

  /** The place of a camera value, from 0 at the left to 1. @param {number} value */
  #position(value) {
    return this.#counts ? levelPosition(value, this.#counts) : 0;
  }

  /** @param {End} end @param {number} position */
  #move(end, position) {
    const counts = this.#counts;
    if (!counts) {
      return;
    }
    const { low, high } = this.#levels;
    const minWidth = MIN_WIDTH * (counts.max - counts.min);
    const valueAt = (/** @type {number} */ place) => levelValue(255 * Math.min(1, Math.max(0, place)), counts);
    if (end === "low") {
      const value = valueAt(Math.min(position, this.#position(high) - MIN_WIDTH));
      this.#levels.setFixed(value < high ? value : high - minWidth, high);
    } else {
      const value = valueAt(Math.max(position, this.#position(low) + MIN_WIDTH));
      this.#levels.setFixed(low, value > low ? value : low + minWidth);
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
