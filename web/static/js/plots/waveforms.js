/** The plots of a frame's waveforms. */

import { NO_VALUE, formatNumber } from "../lib/format.js";
import { Figure } from "./figure.js";
import { Plot, commonOptions, curveStroke } from "./plot.js";
import { UNIT_RANGE, steadyRange } from "./series.js";

const MAX_MARKED_POINTS = 64; // of longer waveforms the points are not marked

/** @typedef {import("./series.js").Curve} Curve */

export class WaveformPlots {
  #host;
  #maximiser;
  /** @type {Map<string, WaveformPlot>} */
  #plots = new Map();

  /** @param {HTMLElement} host @param {import("./maximise.js").Maximiser} maximiser */
  constructor(host, maximiser) {
    this.#host = host;
    this.#maximiser = maximiser;
  }

  /** @param {Curve[]} curves all that are to be shown */
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
        plot = new WaveformPlot(curve, this.#maximiser);
        this.#plots.set(curve.name, plot);
        this.#host.append(plot.figure.element);
      }
      plot.show(curve);
    }
  }

  restyle() {
    for (const plot of this.#plots.values()) {
      plot.restyle();
    }
  }
}

class WaveformPlot {
  #plot;
  #curve;
  /** @type {import("./series.js").Range | null} */
  #range = null;
  #x = new Float64Array(0);

  /** @param {Curve} curve @param {import("./maximise.js").Maximiser} maximiser */
  constructor(curve, maximiser) {
    this.#curve = curve;
    this.figure = new Figure(curve.name, maximiser);
    this.figure.plotArea.addEventListener("click", () => this.figure.maximiseButton.click());
    this.#plot = new Plot(this.figure.plotArea, (style) => this.#options(style));
  }

  /** @param {Curve} curve */
  show(curve) {
    this.#curve = curve;
    this.#range = steadyRange(this.#range, curve.min, curve.max);
    const hasOtherLength = this.#x.length !== curve.y.length;
    if (hasOtherLength) {
      this.#x = Float64Array.from(curve.y, (_, index) => index);
    }
    this.#plot.show([this.#x, curve.y]);
    if (hasOtherLength) {
      this.restyle(); // the points of a short one are marked
    }
    this.#updateReadout();
  }

  restyle() {
    this.#plot.restyle();
  }

  remove() {
    this.#plot.remove();
    this.figure.element.remove();
  }

  /** Show the value under the cursor, or else the extremes. */
  #updateReadout() {
    const { y, exact, min, max } = this.#curve;
    const index = this.#plot.cursorIndex;
    const value = index === null ? undefined : (exact ?? y)[index];
    this.figure.setReadout(
      value === undefined
        ? Number.isNaN(min) ? NO_VALUE : `${formatNumber(min)} … ${formatNumber(max)}`
        : `[${index}] ${value === null ? NO_VALUE : formatNumber(value)}`,
    );
  }

  /** @param {import("./plot.js").Style} style @returns {import("./plot.js").PlotOptions} */
  #options(style) {
    return {
      ...commonOptions(style),
      cursor: { y: false, drag: { x: false, y: false }, points: { size: Math.round(style.em * 0.6) } },
      scales: {
        x: { time: false, range: () => [0, this.#x.length - 1] },
        y: { range: () => this.#range ?? UNIT_RANGE },
      },
      series: [{}, { ...curveStroke(style), points: { show: this.#x.length <= MAX_MARKED_POINTS } }],
      hooks: { setCursor: [() => this.#updateReadout()] },
    };
  }
}
