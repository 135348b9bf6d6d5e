/**
 * Where the points of a line chart lie, as parts of its width and height from 0 to 1, and where its
 * ticks: so that what draws them meets no huge, tiny or nearly equal numbers. Pure.
 */

import { timeTicks } from "../lib/time-of-day.js";
import { extent, fitting, numberTicks, roomy } from "./ticks.js";

/** Room at the right end, for half of the last label. */
export const EDGE_EM = 2.6;
const EM_PER_CHARACTER = 0.6;
const MIN_SPAN_S = 0.005; // float64 knows a Unix time to 0.0000002 s
const MAX_LABEL = 24;
const EM_PER_ROW = 3;
const MAX_ROWS = 7;

/** @typedef {{places: number[], texts: string[]}} Ticks places from 0 to 1, rising */

export class Frame {
  #columns;
  /** @type {[number, number]} */
  #width;
  /** @type {[number, number]} */
  #height;

  /** @param {import("./line-columns.js").Columns} columns */
  constructor(columns) {
    this.#columns = columns;
    this.#width = widthOf(columns);
    this.#height = roomy(extent(columns.y.flat()));
  }

  /** The points: x, and y of each series. @returns {import("../plots/plot.js").Data} */
  get data() {
    const { x, y } = this.#columns;
    const up = y.map((column) => column.map((value) => (value === null ? null : part(value, this.#height))));
    return [x.map((value) => part(value, this.#width)), ...up];
  }

  /** Where 0 is, or the end that is nearest to it. */
  get zero() {
    return Math.min(1, Math.max(0, part(0, this.#height)));
  }

  /** @param {number} lengthEm of the axis @returns {Ticks} */
  xTicks(lengthEm) {
    const [low, high] = this.#width;
    const { axis, x, labels } = this.#columns;
    if (x.length === 0) {
      return { places: [], texts: [] };
    }
    const make = {
      time: (/** @type {number} */ most) => timeTicks(low, high, most),
      number: (/** @type {number} */ most) => numberTicks(low, high, most),
      label: (/** @type {number} */ most) => {
        const { values } = numberTicks(low, high, most, true);
        const shown = values.filter((place) => place >= x[0] && place <= x.at(-1));
        return { values: shown, texts: shown.map((place) => short(labels?.[place - x[0]] ?? "")) };
      },
    }[axis];
    const { places, texts } = placed(fitting(make, lengthEm), this.#width);
    const isWhole = (_, index) => (1 - places[index]) * lengthEm + EDGE_EM >= (EM_PER_CHARACTER / 2) * texts[index].length;
    return { places: places.filter(isWhole), texts: texts.filter(isWhole) };
  }

  /** @param {number} lengthEm of the axis @returns {Ticks} */
  yTicks(lengthEm) {
    const [low, high] = this.#height;
    const most = Math.min(MAX_ROWS, Math.max(2, Math.floor(lengthEm / EM_PER_ROW)));
    return placed(numberTicks(low, high, most), this.#height);
  }
}

/** From the first to the last x; a point that is alone is in the middle. @returns {[number, number]} */
function widthOf({ axis, x }) {
  const low = x[0] ?? 0;
  const high = x.at(-1) ?? 0;
  if (axis === "time") {
    const middle = low / 2 + high / 2;
    return high - low >= MIN_SPAN_S ? [low, high] : low === high ? [low - 0.5, high + 0.5] : [middle - MIN_SPAN_S / 2, middle + MIN_SPAN_S / 2];
  }
  const size = Math.max(Math.abs(low), Math.abs(high));
  const least = Math.max(8 * Number.EPSILON * size, 1e-300);
  if (low === high) {
    const each = Math.max(0.5, least);
    return [low - each, high + each];
  }
  return high - low >= least ? [low, high] : [low - least, high + least];
}

/** 0 at the lower end, 1 at the upper one. */
function part(value, [low, high]) {
  return (value - low) / (high - low);
}

function placed({ values, texts }, range) {
  return { places: values.map((value) => part(value, range)), texts };
}

function short(text) {
  return text.length > MAX_LABEL ? `${text.slice(0, MAX_LABEL - 1)}…` : text;
}
