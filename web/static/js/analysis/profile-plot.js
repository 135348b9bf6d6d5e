/** A plot of a profile, and of the curve that fits it. */

import { Figure } from "../plots/figure.js";
import { Plot, common, stroke } from "../plots/plot.js";
import { lineOf, steadyRange } from "../plots/series.js";

const FITTED = { width: 1.5, dash: [5, 4], points: { show: false } };

export class ProfilePlot {
  #figure;
  #plot;
  /** @type {[number, number] | null} */
  #range = null;

  /** @param {string} name @param {import("../plots/maximise.js").Maximiser} enlarged */
  constructor(name, enlarged) {
    this.#figure = new Figure(name, enlarged);
    this.#plot = new Plot(this.#figure.place, (style) => ({
      ...common(style),
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { x: { time: false }, y: { range: () => this.#range } },
      series: [{}, { ...stroke(style), points: { show: false } }, { ...FITTED, stroke: style.colour("--wait") }],
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
    const line = lineOf(values);
    this.#range = steadyRange(this.#range, line.min, line.max);
    this.#plot.show([positions, line.y, lineOf(fitted ?? new Float64Array(values.length).fill(NaN)).y]);
  }

  restyle() {
    this.#plot.restyle();
  }

  remove() {
    this.#plot.remove();
  }
}
