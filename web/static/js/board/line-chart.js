/** The view of a line card: a curve for each series, and a legend with the newest values or those under the pointer. */

import { Plot, commonOptions } from "../plots/plot.js";
import { isolatedPoints } from "../plots/series.js";
import { select, write } from "../lib/dom.js";
import { NO_VALUE, formatNumber } from "../lib/format.js";
import { Colours } from "./colours.js";
import { columns, seriesCount, seriesNames } from "./line-columns.js";
import { EDGE_EM, PlotFrame } from "./plot-frame.js";

const MAX_MARKED_POINTS = 32; // of fewer points each is marked
const Y_AXIS_EM = 7;
/** uPlot looks for the first of equal numbers only outside the range. @type {[number, number]} */
const WHOLE_FRAME = [-1e-6, 1 + 1e-6];

export class LineChartView {
  #legend = document.createElement("ul");
  #place = document.createElement("div");
  #plot;
  /** @type {import("./line-columns.js").Columns} */
  #columns = columns([], 0, "number", 0);
  #frame = new PlotFrame(this.#columns);
  /** @type {Partial<import("./cards.js").About>} */
  #about = {};
  /** @type {string[]} */
  #names = [];
  /** what the plot's options depend on, as JSON */
  #style = "";

  /** @param {HTMLElement} host */
  constructor(host) {
    this.#legend.className = "legend";
    this.#place.className = "plot";
    host.append(this.#legend, this.#place);
    this.#plot = new Plot(this.#place, (style) => this.#options(style));
  }

  /** @param {import("./card-views.js").Content} content */
  show({ about, list, first }) {
    const count = seriesCount(list, about.series);
    this.#columns = columns(list, first, about.axis, count);
    this.#about = about;
    this.#names = seriesNames(about.series, count);
    this.#frame = new PlotFrame(this.#columns);
    const { axis } = this.#columns;
    const { borderColor, backgroundColor, fill } = about;
    const style = JSON.stringify([this.#names, axis, this.#areMarked, borderColor, backgroundColor, fill]);
    const isOther = style !== this.#style;
    this.#style = style;
    this.#plot.show(this.#frame.data, isOther, true);
    if (isOther) {
      this.#createLegend();
    }
    this.#renderValues();
  }

  restyle() {
    this.#plot.restyle();
    this.#createLegend();
    this.#renderValues();
  }

  remove() {
    this.#plot.remove();
  }

  get canvas() {
    return this.#plot.canvas;
  }

  get #areMarked() {
    return this.#columns.x.length <= MAX_MARKED_POINTS;
  }

  #createLegend() {
    const colours = new Colours(this.#place);
    const isNamed = this.#names.length > 1 || this.#names[0] !== "1";
    this.#legend.replaceChildren(
      ...this.#names.map((name, index) => {
        const entry = document.createElement("li");
        const swatch = document.createElement("i");
        swatch.style.background = this.#stroke(colours, index);
        entry.append(swatch, span("name", isNamed ? name : ""), span("value", ""));
        entry.title = name;
        return entry;
      }),
    );
  }

  #renderValues() {
    const pointed = this.#plot.cursorIndex;
    [...this.#legend.children].forEach((entry, index) => {
      write(select(entry, ".value"), this.#value(index, pointed));
    });
  }

  /** @param {number} series @param {number | null} pointed the index of the point under the pointer */
  #value(series, pointed) {
    const y = this.#columns.y[series] ?? [];
    const value = pointed === null || pointed >= y.length ? y.findLast((one) => one !== null) : y[pointed];
    return typeof value === "number" ? formatNumber(value) : NO_VALUE;
  }

  /** @param {Colours} colours @param {number} series */
  #stroke(colours, series) {
    const { borderColor, backgroundColor } = this.#about;
    const described = colours.described(borderColor, series) ?? colours.described(backgroundColor, series);
    return described ?? colours.ofSeries(series);
  }

  /** @param {import("../plots/plot.js").Style} style @returns {import("../plots/plot.js").PlotOptions} */
  #options(style) {
    const { em, axes: [x, y] } = style;
    const colours = new Colours(this.#place);
    const { fill, backgroundColor } = this.#about;
    return {
      ...commonOptions(style),
      padding: [Math.round(em * 0.6), Math.round(em * EDGE_EM), 0, 0],
      axes: [
        { ...x, ...axisTicks(() => this.#frame.xTicks(this.#place.clientWidth / em - Y_AXIS_EM)) },
        { ...y, ...axisTicks(() => this.#frame.yTicks(this.#place.clientHeight / em)) },
      ],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: Math.round(em * 0.6) } },
      scales: {
        x: { time: false, range: () => WHOLE_FRAME },
        y: { range: () => WHOLE_FRAME },
      },
      series: [
        {},
        ...this.#names.map((_, series) => {
          const stroke = this.#stroke(colours, series);
          return {
            stroke,
            width: Math.max(1, em / 8),
            points: {
              show: true,
              size: Math.round(em * 0.45),
              fill: stroke,
              ...(!this.#areMarked && { filter: () => isolatedPoints(this.#columns.y[series] ?? []) }),
            },
            ...(fill && { fill: colours.described(backgroundColor, series) ?? colours.translucent(stroke) }),
            fillTo: () => this.#frame.zero,
          };
        }),
      ],
      hooks: { setCursor: [() => this.#renderValues()] },
    };
  }
}

/**
 * Return an axis' options for given ticks: uPlot's own fail for numbers that are nearly equal, or huge.
 * @param {() => import("./plot-frame.js").Ticks} create
 */
function axisTicks(create) {
  /** @type {import("./plot-frame.js").Ticks} */
  let ticks = { places: [], texts: [] };
  return {
    splits: () => (ticks = create()).places,
    values: () => ticks.texts,
  };
}

/** @param {string} className @param {string} content */
function span(className, content) {
  const span = document.createElement("span");
  span.className = className;
  span.textContent = content;
  return span;
}
