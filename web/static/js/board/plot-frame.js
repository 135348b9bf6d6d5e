/**
 * The points of a line chart and its ticks as fractions of its width and height from 0 to 1, so that the
 * plotting library meets no huge, tiny or nearly equal numbers. Pure.
 */

import { timeTicks } from "../lib/time-of-day.js";
import { extent, fitTicks, numberTicks, withMargin } from "./ticks.js";

/** Room at the right end, for half of the last label. */
export const EDGE_EM = 2.6;
const EM_PER_CHARACTER = 0.6;
const MIN_SPAN_S = 0.005; // float64 resolves a Unix time to 0.0000002 s
const MAX_LABEL_CHARACTERS = 24;
const EM_PER_ROW = 3;
const MAX_ROWS = 7;

/**
 * @typedef {{places: number[], texts: string[]}} Ticks places from 0 to 1, rising
 * @typedef {[low: number, high: number]} Range
 */

export class PlotFrame {
  #columns;
  /** @type {Range} */
  #width;
  /** @type {Range} */
  #height;

  /** @param {import("./line-columns.js").Columns} columns */
  constructor(columns) {
    this.#columns = columns;
    this.#width = xRange(columns);
    this.#height = withMargin(extent(columns.y.flat()));
  }

  /** The points: x, then y of each series. @returns {import("../plots/plot.js").Data} */
  get data() {
    const { x, y } = this.#columns;
    const up = y.map((column) => column.map((value) => (value === null ? null : fraction(value, this.#height))));
    return [x.map((value) => fraction(value, this.#width)), ...up];
  }

  /** Where 0 is, or the nearest end of the frame. */
  get zero() {
    return Math.min(1, Math.max(0, fraction(0, this.#height)));
  }

  /** @param {number} lengthEm of the axis @returns {Ticks} */
  xTicks(lengthEm) {
    const [low, high] = this.#width;
    const { axis, x, labels } = this.#columns;
    if (x.length === 0) {
      return { places: [], texts: [] };
    }
    const create = {
      time: (/** @type {number} */ max) => timeTicks(low, high, max),
      number: (/** @type {number} */ max) => numberTicks(low, high, max),
      label: (/** @type {number} */ max) => {
        const { values } = numberTicks(low, high, max, true);
        const present = values.filter((number) => number >= x[0] && number <= x[x.length - 1]);
        return { values: present, texts: present.map((number) => shorten(labels?.[number - x[0]] ?? "")) };
      },
    }[axis];
    const { places, texts } = toFractions(fitTicks(create, lengthEm), this.#width);
    const isWhole = (/** @type {unknown} */ _, /** @type {number} */ index) =>
      (1 - places[index]) * lengthEm + EDGE_EM >= (EM_PER_CHARACTER / 2) * texts[index].length;
    return { places: places.filter(isWhole), texts: texts.filter(isWhole) };
  }

  /** @param {number} lengthEm of the axis @returns {Ticks} */
  yTicks(lengthEm) {
    const [low, high] = this.#height;
    const max = Math.min(MAX_ROWS, Math.max(2, Math.floor(lengthEm / EM_PER_ROW)));
    return toFractions(numberTicks(low, high, max), this.#height);
  }
}

/**
 * Return the range from the first to the last x; a single point is in the middle.
 * @param {import("./line-columns.js").Columns} columns
 * @returns {Range}
 */
function xRange({ axis, x }) {
  const low = x[0] ?? 0;
  const high = x.at(-1) ?? 0;
  if (axis === "time") {
    if (high - low >= MIN_SPAN_S) {
      return [low, high];
    }
    const middle = low / 2 + high / 2;
    const half = low === high ? 0.5 : MIN_SPAN_S / 2;
    return [middle - half, middle + half];
  }
  const size = Math.max(Math.abs(low), Math.abs(high));
  const minSpan = Math.max(8 * Number.EPSILON * size, 1e-300);
  if (low === high) {
    const half = Math.max(0.5, minSpan);
    return [low - half, high + half];
  }
  return high - low >= minSpan ? [low, high] : [low - minSpan, high + minSpan];
}

/** 0 at the lower end, 1 at the upper one. @param {number} value @param {Range} range */
function fraction(value, [low, high]) {
  return (value - low) / (high - low);
}

/** @param {import("./ticks.js").Ticks} ticks @param {Range} range @returns {Ticks} */
function toFractions({ values, texts }, range) {
  return { places: values.map((value) => fraction(value, range)), texts };
}

/** @param {string} text */
function shorten(text) {
  return text.length > MAX_LABEL_CHARACTERS ? `${text.slice(0, MAX_LABEL_CHARACTERS - 1)}…` : text;
}
