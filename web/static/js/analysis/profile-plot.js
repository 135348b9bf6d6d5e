/** The plot of a profile and of the curve fitted to it. */

import { Figure } from "../plots/figure.js";
import { Plot, commonOptions, curveStroke } from "../plots/plot.js";
import { UNIT_RANGE, steadyRange, toSeries } from "../plots/series.js";

const FIT_STYLE = { width: 1.5, dash: [5, 4], points: { show: false } };

export class ProfilePlot {
  #figure;
  #plot;
  /** @type {import("../plots/series.js").Range | null} */
  #range = null;

  /** @param {string} name @param {import("../plots/maximise.js").Maximiser} maximiser */
  constructor(name, maximiser) {
    this.#figure = new Figure(name, maximiser);
    this.#plot = new Plot(this.#figure.plotArea, (style) => ({
      ...commonOptions(style),
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { x: { time: false }, y: { range: () => this.#range ?? UNIT_RANGE } },
      series: [
        {},
        { ...curveStroke(style), points: { show: false } },
        { ...FIT_STYLE, stroke: style.colour("--wait") },
      ],
    }));
  }

  /** @param {string} title */
  setTitle(title) {
    this.#figure.setTitle(title);
  }

  get element() {
    return this.#figure.element;
  }

  /**
   * @param {Float64Array} positions rising
   * @param {Float64Array} values as long; not finite: a gap
   * @param {Float64Array | null} fit as long; null: there is none
   */
  show(positions, values, fit) {
    const series = toSeries(values);
    this.#range = steadyRange(this.#range, series.min, series.max);
    this.#plot.show([positions, series.y, toSeries(fit ?? new Float64Array(values.length).fill(NaN)).y]);
  }

  /**
   * Show a profile whose positions may fall, as those of an axis with a negative step do.
   * @param {Float64Array} positions
   * @param {Float64Array} values
   * @param {Float64Array | null} fit
   */
  showRising(positions, values, fit) {
    if (positions[0] <= positions[positions.length - 1]) {
      this.show(positions, values, fit);
    } else {
      this.show(positions.toReversed(), values.toReversed(), fit && fit.toReversed());
    }
  }

  restyle() {
    this.#plot.restyle();
  }

  remove() {
    this.#plot.remove();
  }
}
