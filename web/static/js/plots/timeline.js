/** A scalar over time as a plot; a drag over it zooms along the time, a double click goes back. */

import { NO_VALUE, formatNumber } from "../lib/format.js";
import { Plot, common, stroke } from "./plot.js";
import { lineOf, lonePoints, steadyRange } from "./series.js";
import { STEPS_S, formatTimeOfDay } from "../lib/time-of-day.js";

const LEAST_DRAG_PX = 4;
const MILLISECOND = 0.001;

/**
 * @typedef {object} Listener
 * @property {(text: string) => void} read what stands under the cursor, or else the newest value
 * @property {(range: [number, number] | null) => void} zoomed to times in Unix seconds; null: back
 */

export class Timeline {
  #plot;
  #listener;
  #times = new Float64Array(0);
  #values = new Float64Array(0);
  /** @type {import("./series.js").Line} */
  #line = lineOf([]);
  /** @type {number[]} */
  #lone = [];
  /** @type {[number, number]} */
  #range = [0, 1];
  /** @type {[number, number] | null} */
  #height = null;

  /** @param {HTMLElement} place @param {Listener} listener */
  constructor(place, listener) {
    this.#listener = listener;
    this.#plot = new Plot(place, (style) => this.#options(style));
  }

  /**
   * @param {Float64Array} times Unix seconds, never falling
   * @param {Float64Array} values as many
   * @param {[number, number]} range of times to be seen
   */
  show(times, values, range) {
    this.#times = times;
    this.#values = values;
    this.#line = lineOf(values);
    this.#lone = lonePoints(this.#line.y);
    this.look(range);
  }

  /** Shows another stretch of what it has. @param {[number, number]} range */
  look(range) {
    const before = this.#range;
    const isOther = Math.abs((range[1] - range[0]) / (before[1] - before[0]) - 1) > 0.01;
    this.#range = range;
    const from = this.#times.findIndex((timeS) => timeS >= range[0]);
    const to = this.#times.findLastIndex((timeS) => timeS <= range[1]);
    const { min, max } = lineOf(this.#values.subarray(Math.max(0, from), to + 1));
    this.#height = steadyRange(isOther ? null : this.#height, min, max);
    this.#plot.show([this.#times, this.#line.y]);
    this.#read();
  }

  restyle() {
    this.#plot.restyle();
  }

  remove() {
    this.#plot.remove();
  }

  #read() {
    const index = this.#plot.pointed;
    if (index === null || index >= this.#values.length) {
      const newest = this.#values.findLast(Number.isFinite);
      this.#listener.read(newest === undefined ? NO_VALUE : formatNumber(newest));
    } else {
      this.#listener.read(`${formatTimeOfDay(this.#times[index], MILLISECOND)}  ${formatNumber(this.#values[index])}`);
    }
  }

  /** @param {import("./plot.js").Style} style */
  #options(style) {
    const { em, axes: [x, y] } = style;
    const line = stroke(style);
    const wide = (plot, series, from, to, gaps) => gaps.filter(([left, right]) => right - left > 1); // px
    const lone = (plot, series, areFew) => (areFew ? null : this.#lone); // null: each is marked
    const times = (_, splits, axis, space, step) => splits.map((timeS) => formatTimeOfDay(timeS, step));
    return {
      ...common(style),
      axes: [{ ...x, space: em * 7, values: times, incrs: STEPS_S }, y],
      cursor: {
        y: false,
        points: { size: Math.round(em * 0.6) },
        drag: { x: true, y: false, dist: LEAST_DRAG_PX, setScale: false },
        sync: { key: "trends", filters: { pub: (what) => what === "mousemove" } },
        bind: { dblclick: () => () => this.#listener.zoomed(null) },
      },
      scales: { x: { range: () => this.#range }, y: { range: () => this.#height } },
      series: [{}, { ...line, gaps: wide, points: { size: em / 2, fill: line.stroke, filter: lone } }],
      hooks: {
        setCursor: [() => this.#read()],
        setSelect: [(plot) => this.#select(plot)],
      },
    };
  }

  #select(plot) {
    const { left, width } = plot.select;
    if (width) {
      plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      this.#listener.zoomed([plot.posToVal(left, "x"), plot.posToVal(left + width, "x")]);
    }
  }
}
