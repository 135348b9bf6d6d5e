/** A plot of a scalar over time: a drag zooms along the time axis, a double click zooms back. */

import { NO_VALUE, formatNumber } from "../lib/format.js";
import { Plot, commonOptions, curveStroke } from "./plot.js";
import { isolatedPoints, steadyRange, toSeries, UNIT_RANGE } from "./series.js";
import { STEPS_S, formatTimeOfDay } from "../lib/time-of-day.js";

const MIN_DRAG_PX = 4;
const MILLISECOND_S = 0.001;

/**
 * @typedef {import("./series.js").Range} Range
 *
 * @typedef {(index: number) => number | bigint} ExactAt the value at an index, integers beyond 2⁵³ exactly
 *
 * @typedef {object} Listener
 * @property {(text: string) => void} onReadout takes the value under the cursor, or else the newest one
 * @property {(range: Range | null) => void} onZoom takes times in Unix seconds; null: zoom back
 */

export class Timeline {
  #plot;
  #listener;
  /** @type {Float64Array} */
  #times = new Float64Array(0);
  /** @type {Float64Array} */
  #values = new Float64Array(0);
  /** @type {ExactAt} */
  #exactAt = (index) => this.#values[index];
  /** @type {import("./series.js").Series} */
  #series = toSeries([]);
  /** @type {number[]} */
  #isolated = [];
  /** @type {Range} */
  #timeRange = [0, 1];
  /** @type {Range | null} */
  #valueRange = null;

  /** @param {HTMLElement} host @param {Listener} listener */
  constructor(host, listener) {
    this.#listener = listener;
    this.#plot = new Plot(host, (style) => this.#options(style));
  }

  /**
   * @param {Float64Array} times Unix seconds, never falling
   * @param {Float64Array} values as long as times
   * @param {Range} range the visible times
   * @param {ExactAt} exactAt for the read-out
   */
  show(times, values, range, exactAt) {
    this.#times = times;
    this.#values = values;
    this.#exactAt = exactAt;
    this.#series = toSeries(values);
    this.#isolated = isolatedPoints(this.#series.y);
    this.setTimeRange(range);
  }

  /** Show another time range of the same data. @param {Range} range */
  setTimeRange(range) {
    const before = this.#timeRange;
    const hasOtherSpan = Math.abs((range[1] - range[0]) / (before[1] - before[0]) - 1) > 0.01;
    this.#timeRange = range;
    const from = this.#times.findIndex((timeS) => timeS >= range[0]);
    const to = this.#times.findLastIndex((timeS) => timeS <= range[1]);
    const { min, max } = toSeries(this.#values.subarray(Math.max(0, from), to + 1));
    this.#valueRange = steadyRange(hasOtherSpan ? null : this.#valueRange, min, max);
    this.#plot.show([this.#times, this.#series.y]);
    this.#updateReadout();
  }

  restyle() {
    this.#plot.restyle();
  }

  remove() {
    this.#plot.remove();
  }

  #updateReadout() {
    const index = this.#plot.cursorIndex;
    if (index === null || index >= this.#values.length) {
      this.#listener.onReadout(this.#format(this.#values.findLastIndex(Number.isFinite)));
    } else {
      const time = formatTimeOfDay(this.#times[index], MILLISECOND_S);
      this.#listener.onReadout(`${time}  ${this.#format(index)}`);
    }
  }

  /** @param {number} index -1: no value */
  #format(index) {
    return Number.isFinite(this.#values[index]) ? formatNumber(this.#exactAt(index)) : NO_VALUE;
  }

  /** @param {import("./plot.js").Style} style @returns {import("./plot.js").PlotOptions} */
  #options(style) {
    const { em, axes: [x, y] } = style;
    const line = curveStroke(style);
    return {
      ...commonOptions(style),
      axes: [
        {
          ...x,
          space: em * 7,
          values: (_chart, splits, _axis, _space, step) => splits.map((timeS) => formatTimeOfDay(timeS, step)),
          incrs: STEPS_S,
        },
        y,
      ],
      cursor: {
        y: false,
        points: { size: Math.round(em * 0.6) },
        drag: { x: true, y: false, dist: MIN_DRAG_PX, setScale: false },
        sync: { key: "trends", filters: { pub: (event) => event === "mousemove" } },
        bind: { dblclick: () => () => this.#zoomBack() },
      },
      scales: { x: { range: () => this.#timeRange }, y: { range: () => this.#valueRange ?? UNIT_RANGE } },
      series: [
        {},
        {
          ...line,
          gaps: (_chart, _series, _from, _to, gaps) => gaps.filter(([left, right]) => right - left > 1), // px
          points: {
            size: em / 2,
            fill: line.stroke,
            filter: (_chart, _series, areFew) => (areFew ? null : this.#isolated), // null: all points are marked
          },
        },
      ],
      hooks: {
        setCursor: [() => this.#updateReadout()],
        setSelect: [(chart) => this.#zoomToSelection(chart)],
      },
    };
  }

  /** @returns {null} as uPlot requires of a handler */
  #zoomBack() {
    this.#listener.onZoom(null);
    return null;
  }

  /** @param {import("./plot.js").Chart} chart */
  #zoomToSelection(chart) {
    const { left, width } = chart.select;
    if (width) {
      chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      this.#listener.onZoom([chart.posToVal(left, "x"), chart.posToVal(left + width, "x")]);
    }
  }
}
