/** A line chart: a curve for each series, and a legend with the newest values, or those under the pointer. */

import { Plot, common } from "../data/plot.js";
import { ticks } from "../data/series.js";
import { write } from "../data/table.js";
import { STEPS_S, timeOfDay } from "../data/times.js";
import { NOTHING, number } from "../page/format.js";
import { Colours } from "./colours.js";
import { columns, height, seriesCount, seriesNames, span } from "./columns.js";

const FEW_POINTS = 32; // each is marked
const WHOLE = [1, 2, 5].flatMap((one) => [1, 10, 100, 1000].map((ten) => one * ten)).sort((a, b) => a - b);
const INCREMENTS = { label: { incrs: WHOLE }, time: { incrs: STEPS_S }, number: {} };

export class LineView {
  #legend = document.createElement("ul");
  #place = document.createElement("div");
  #plot;
  /** @type {import("./columns.js").Columns} */
  #columns = columns([], 0, "number", 0);
  /** @type {Record<string, any>} */
  #about = {};
  /** @type {string[]} */
  #names = [];
  #look = "";

  /** @param {HTMLElement} host */
  constructor(host) {
    this.#legend.className = "legend";
    this.#place.className = "plot";
    host.append(this.#legend, this.#place);
    this.#plot = new Plot(this.#place, (style) => this.#options(style));
  }

  /** @param {import("./kinds.js").Shown} shown */
  show({ about, list, first }) {
    const told = about.series;
    const count = seriesCount(list, told);
    this.#columns = columns(list, first, about.axis, count);
    this.#about = about;
    this.#names = seriesNames(told, count);
    const { axis, x, y } = this.#columns;
    const isFew = x.length <= FEW_POINTS;
    const look = JSON.stringify([this.#names, axis, isFew, about.borderColor, about.backgroundColor, about.fill]);
    const isOther = look !== this.#look;
    this.#look = look;
    this.#plot.show([x, ...y], isOther);
    if (isOther) {
      this.#entitle();
    }
    this.#read();
  }

  restyle() {
    this.#plot.restyle();
    this.#entitle();
    this.#read();
  }

  remove() {
    this.#plot.remove();
  }

  get canvas() {
    return this.#plot.canvas;
  }

  #entitle() {
    const colours = new Colours(this.#place);
    const isNamed = this.#names.length > 1 || this.#names[0] !== "1";
    this.#legend.replaceChildren(
      ...this.#names.map((name, index) => {
        const entry = document.createElement("li");
        entry.append(swatch(this.#stroke(colours, index)), text("name", isNamed ? name : ""), text("value", ""));
        entry.title = name;
        return entry;
      }),
    );
  }

  #read() {
    const pointed = this.#plot.pointed;
    [...this.#legend.children].forEach((entry, index) => {
      write(entry.querySelector(".value"), this.#value(index, pointed));
    });
  }

  /** @param {number} series @param {number | null} pointed */
  #value(series, pointed) {
    const y = this.#columns.y[series] ?? [];
    const value = pointed === null || pointed >= y.length ? y.findLast((one) => one !== null) : y[pointed];
    return typeof value === "number" ? number(value) : NOTHING;
  }

  /** @param {Colours} colours @param {number} index */
  #stroke(colours, index) {
    const { borderColor, backgroundColor } = this.#about;
    return colours.told(borderColor, index) ?? colours.told(backgroundColor, index) ?? colours.usual(index);
  }

  /** @param {import("../data/plot.js").Style} style */
  #options(style) {
    const { em, axes: [x, y] } = style;
    const colours = new Colours(this.#place);
    const { fill, backgroundColor } = this.#about;
    const { axis } = this.#columns;
    const isFew = this.#columns.x.length <= FEW_POINTS;
    const first = () => this.#columns.x[0] ?? 0;
    const values = {
      time: (_, splits, __, ___, step) => splits.map((timeS) => timeOfDay(timeS, step)),
      number: (_, splits, __, ___, step) => ticks(splits, step),
      label: (_, splits) => splits.map((place) => this.#columns.labels?.[place - first()] ?? ""),
    }[axis];
    return {
      ...common(style),
      padding: [Math.round(em * 0.6), Math.round(em * (axis === "number" ? 1.4 : 2.6)), 0, 0], // half of the last label
      axes: [{ ...x, values, space: em * (axis === "number" ? 5 : 7), ...INCREMENTS[axis] }, y],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: Math.round(em * 0.6) } },
      scales: {
        x: { time: false, range: () => span(this.#columns.x) }, // uPlot makes a day of a single point
        y: { range: (_, min, max) => height(min, max) },
      },
      series: [
        {},
        ...this.#names.map((_, index) => {
          const stroke = this.#stroke(colours, index);
          return {
            stroke,
            width: Math.max(1, em / 8),
            points: { show: isFew, size: Math.round(em * 0.45), fill: stroke },
            ...(fill && { fill: colours.told(backgroundColor, index) ?? colours.faint(stroke) }),
          };
        }),
      ],
      hooks: { setCursor: [() => this.#read()] },
    };
  }
}

function swatch(colour) {
  const swatch = document.createElement("i");
  swatch.style.background = colour;
  return swatch;
}

function text(kind, content) {
  const span = document.createElement("span");
  span.className = kind;
  span.textContent = content;
  return span;
}
