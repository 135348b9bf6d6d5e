/** A plot of a profile, and of the curve that fits it. */

import { Figure } from "../plots/figure.js";
import { Plot, commonOptions, curveStroke } from "../plots/plot.js";
import { toSeries, steadyRange } from "../plots/series.js";

const FITTED = { width: 1.5, dash: [5, 4], points: { show: false } };

export class ProfilePlot {
  #figure;
  #plot;
  /** @type {[number, number] | null} */
  #range = null;

  /** @param {string} name @param {import("../plots/maximise.js").Maximiser} maximiser */
  constructor(name, maximiser) {
    this.#figure = new Figure(name, maximiser);
    this.#plot = new Plot(this.#figure.plotArea, (style) => ({
      ...commonOptions(style),
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { x: { time: false }, y: { range: () => this.#range } },
      series: [{}, { ...curveStroke(style), points: { show: false } }, { ...FITTED, stroke: style.colour("--wait") }],
    }));
  }

  get element() {
    return this.#figure.element;
  }

  /**
   * @param {ArrayLike<number>} positions rising
   * @param {ArrayLike<number>} values as many; what is not finite is a gap
   * @param {ArrayLike<number> | null} fitted as many; null: nothing fits
   */
  show(positions, values, fitted) {
    const line = toSeries(values);
    this.#range = steadyRange(this.#range, line.min, line.max);
    this.#plot.show([positions, line.y, toSeries(fitted ?? new Float64Array(values.length).fill(NaN)).y]);
  }

  restyle() {
    this.#plot.restyle();
  }

  remove() {
    this.#plot.remove();
  }
}
