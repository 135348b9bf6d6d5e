/** The waveforms as curves. The one module that knows uPlot. */

import uPlot from "/lib/uplot/uPlot.esm.js";

import { NOTHING, number, tick } from "../page/format.js";
import { steadyRange } from "./series.js";

const FEW_POINTS = 64; // each is marked

/** @typedef {import("./series.js").Curve} Curve */

export class Curves {
  #host;
  #resized;
  /** @type {Map<string, Plot>} */
  #plots = new Map();

  /** @param {HTMLElement} host */
  constructor(host) {
    this.#host = host;
    this.#resized = new ResizeObserver((entries) => {
      for (const entry of entries) {
        this.#plots.get(entry.target.dataset.name)?.resize();
      }
    });
  }

  /** @param {Curve[]} curves all that are to be seen */
  show(curves) {
    const names = new Set(curves.map((curve) => curve.name));
    for (const [name, plot] of this.#plots) {
      if (!names.has(name)) {
        plot.remove();
        this.#plots.delete(name);
      }
    }
    for (const curve of curves) {
      let plot = this.#plots.get(curve.name);
      if (!plot) {
        plot = new Plot(curve.name);
        this.#plots.set(curve.name, plot);
        this.#host.append(plot.figure);
        this.#resized.observe(plot.place);
      }
      plot.show(curve);
    }
  }

  /** Takes over the colours and sizes of the style sheet again. */
  restyle() {
    for (const plot of this.#plots.values()) {
      plot.restyle();
    }
  }
}

class Plot {
  /** @type {uPlot | null} */
  #plot = null;
  /** @type {Curve | null} */
  #curve = null;
  /** @type {[number, number] | null} */
  #range = null;
  #x = new Float64Array(0);
  #readout;

  /** @param {string} name */
  constructor(name) {
    this.figure = document.createElement("figure");
    this.figure.className = "curve";
    const caption = document.createElement("figcaption");
    const title = document.createElement("span");
    title.className = "name";
    title.textContent = title.title = name;
    this.#readout = document.createElement("span");
    this.#readout.className = "readout";
    caption.append(title, this.#readout);
    this.place = document.createElement("div");
    this.place.className = "plot";
    this.place.dataset.name = name;
    this.figure.append(caption, this.place);
  }

  /** @param {Curve} curve */
  show(curve) {
    this.#curve = curve;
    this.#range = steadyRange(this.#range, curve.min, curve.max);
    if (this.#x.length !== curve.y.length) {
      this.#x = Float64Array.from(curve.y, (_, index) => index);
      this.restyle();
    }
    if (this.#plot) {
      this.#plot.setData([this.#x, curve.y]);
    } else {
      this.restyle();
    }
    this.#read();
  }

  resize() {
    const width = this.place.clientWidth;
    const height = this.place.clientHeight;
    if (this.#plot && width && height) {
      this.#plot.setSize({ width, height });
    } else {
      this.restyle();
    }
  }

  restyle() {
    this.#plot?.destroy();
    this.#plot = null;
    if (this.#curve && this.place.clientWidth && this.place.clientHeight) {
      this.#plot = new uPlot(this.#options(), [this.#x, this.#curve.y], this.place);
    }
  }

  remove() {
    this.#plot?.destroy();
    this.figure.remove();
  }

  /** The value under the cursor, or else the extremes. */
  #read() {
    const { y, min, max } = this.#curve;
    const index = this.#plot?.cursor.idx;
    const value = index === null || index === undefined ? undefined : y[index];
    this.#readout.textContent =
      value === undefined
        ? Number.isNaN(min) ? NOTHING : `${tick(min)} … ${tick(max)}`
        : `[${index}] ${value === null ? NOTHING : number(value)}`;
  }

  #options() {
    const style = getComputedStyle(this.place);
    const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    const em = Math.round(parseFloat(style.fontSize)); // uPlot scales whole pixels only
    const width = this.place.clientWidth;
    const height = this.place.clientHeight;
    const axis = {
      stroke: colour("--muted"),
      font: `${em}px ${style.fontFamily}`,
      grid: { stroke: colour("--grid"), width: 1 },
      ticks: { show: false },
      gap: Math.round(em * 0.4),
      values: (_, splits) => splits.map(tick),
    };
    return {
      width,
      height,
      padding: [em, Math.round(em * 0.8), 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: Math.round(em * 0.6) } },
      scales: {
        x: { time: false, range: () => [0, this.#x.length - 1] },
        y: { range: () => this.#range },
      },
      axes: [
        { ...axis, size: Math.round(em * 1.9), space: em * 5 },
        { ...axis, size: Math.round(em * 4.2), space: Math.max(em * 2.4, height / 8) },
      ],
      series: [
        {},
        { stroke: colour("--curve"), width: Math.max(1, em / 9), points: { show: this.#x.length <= FEW_POINTS } },
      ],
      hooks: { setCursor: [() => this.#curve && this.#read()] },
    };
  }
}
