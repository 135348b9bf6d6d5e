/** A line chart: a curve for each series, and a legend with the newest values, or those under the pointer. */

import { Plot, commonOptions } from "../plots/plot.js";
import { isolatedPoints } from "../plots/series.js";
import { write } from "../lib/dom.js";
import { NOTHING, number } from "../lib/format.js";
import { Colours } from "./colours.js";
import { columns, seriesCount, seriesNames } from "./line-columns.js";
import { EDGE_EM, Frame } from "./plot-frame.js";

const FEW_POINTS = 32; // each is marked
const Y_AXIS_EM = 7;
/** uPlot looks for the first of equal numbers only beyond it. @type {[number, number]} */
const WHOLE_FRAME = [-1e-6, 1 + 1e-6];

export class LineView {
  #legend = document.createElement("ul");
  #place = document.createElement("div");
  #plot;
  /** @type {import("./line-columns.js").Columns} */
  #columns = columns([], 0, "number", 0);
  #frame = new Frame(this.#columns);
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

  /** @param {import("./card-views.js").Shown} shown */
  show({ about, list, first }) {
    const told = about.series;
    const count = seriesCount(list, told);
    this.#columns = columns(list, first, about.axis, count);
    this.#about = about;
    this.#names = seriesNames(told, count);
    this.#frame = new Frame(this.#columns);
    const { axis, x } = this.#columns;
    const isFew = x.length <= FEW_POINTS;
    const look = JSON.stringify([this.#names, axis, isFew, about.borderColor, about.backgroundColor, about.fill]);
    const isOther = look !== this.#look;
    this.#look = look;
    this.#plot.show(this.#frame.data, isOther, true);
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
    const pointed = this.#plot.cursorIndex;
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

  /** @param {import("../plots/plot.js").Style} style @returns {import("../plots/plot.js").PlotOptions} */
  #options(style) {
    const { em, axes: [x, y] } = style;
    const colours = new Colours(this.#place);
    const { fill, backgroundColor } = this.#about;
    const isFew = this.#columns.x.length <= FEW_POINTS;
    return {
      ...commonOptions(style),
      padding: [Math.round(em * 0.6), Math.round(em * EDGE_EM), 0, 0],
      axes: [
        { ...x, ...along(() => this.#frame.xTicks(this.#place.clientWidth / em - Y_AXIS_EM)) },
        { ...y, ...along(() => this.#frame.yTicks(this.#place.clientHeight / em)) },
      ],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: Math.round(em * 0.6) } },
      scales: {
        x: { time: false, range: () => WHOLE_FRAME },
        y: { range: () => WHOLE_FRAME },
      },
      series: [
        {},
        ...this.#names.map((_, index) => {
          const stroke = this.#stroke(colours, index);
          return {
            stroke,
            width: Math.max(1, em / 8),
            points: {
              show: true,
              size: Math.round(em * 0.45),
              fill: stroke,
              ...(!isFew && { filter: () => isolatedPoints(this.#columns.y[index] ?? []) }),
            },
            ...(fill && { fill: colours.told(backgroundColor, index) ?? colours.faint(stroke) }),
            fillTo: () => this.#frame.zero,
          };
        }),
      ],
      hooks: { setCursor: [() => this.#read()] },
    };
  }
}

/** An axis whose ticks are made here: uPlot's own are no good for numbers that are nearly equal, or huge. */
function along(make) {
  /** @type {import("./plot-frame.js").Ticks} */
  let made = { places: [], texts: [] };
  return {
    splits: () => (made = make()).places,
    values: () => made.texts,
  };
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
