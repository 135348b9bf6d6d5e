/** A scatter plot of one scalar against another, which highlights the newest points. */

import { NO_VALUE, formatCount, formatRounded, formatShort } from "../lib/format.js";
import { pairSamples } from "./correlation.js";
import { Plot, commonOptions } from "./plot.js";
import { UNIT_RANGE, steadyRange, toSeries } from "./series.js";

const HIGHLIGHTED_POINTS = 50;
/** @type {import("./plot.js").Data} the points are drawn here, not by uPlot */
const EMPTY_LINE = [[0, 1], [null, null]];

/** @typedef {import("./plot.js").Chart} Chart */

export class Scatter {
  #plot;
  #onReadout;
  /** @type {import("./correlation.js").Samples} */
  #samples = { x: [], y: [], r: null };
  /** @type {Record<"x" | "y", import("./series.js").Range | null>} */
  #ranges = { x: null, y: null };

  /** @param {HTMLElement} host @param {(text: string) => void} onReadout takes the text of the read-out */
  constructor(host, onReadout) {
    this.#onReadout = onReadout;
    this.#plot = new Plot(host, (style) => this.#options(style));
  }

  /** @param {Float64Array} x @param {Float64Array} y of the same pulses, oldest first */
  show(x, y) {
    this.#samples = pairSamples(x, y);
    for (const axis of /** @type {const} */ (["x", "y"])) {
      const { min, max } = toSeries(this.#samples[axis]);
      this.#ranges[axis] = steadyRange(this.#ranges[axis], min, max);
    }
    this.#plot.show(EMPTY_LINE);
    this.#updateReadout();
  }

  restyle() {
    this.#plot.restyle();
  }

  remove() {
    this.#plot.remove();
  }

  /** Show the position under the cursor, or else the correlation. @param {Chart} [chart] */
  #updateReadout(chart) {
    const { left = -1, top = -1 } = chart?.cursor ?? {};
    if (chart && left >= 0) {
      const { clientWidth, clientHeight } = chart.over;
      const at = (/** @type {"x" | "y"} */ axis, /** @type {number} */ px, /** @type {number} */ side) => {
        const [low, high] = this.#ranges[axis] ?? UNIT_RANGE;
        return formatRounded(chart.posToVal(px, axis), (high - low) / Math.max(1, side)); // to a pixel
      };
      this.#onReadout(`${at("x", left, clientWidth)}, ${at("y", top, clientHeight)}`);
    } else {
      const { r, x } = this.#samples;
      const text = r === null ? NO_VALUE : formatShort(Number(r.toFixed(3)));
      this.#onReadout(`r = ${text}  of ${formatCount(x.length)} pulses`);
    }
  }

  /** @param {import("./plot.js").Style} style @returns {import("./plot.js").PlotOptions} */
  #options(style) {
    return {
      ...commonOptions(style),
      cursor: { drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: false, range: () => this.#ranges.x ?? UNIT_RANGE },
        y: { range: () => this.#ranges.y ?? UNIT_RANGE },
      },
      series: [{}, {}],
      hooks: {
        setCursor: [(chart) => this.#updateReadout(chart)],
        draw: [(chart) => this.#drawPoints(chart, style)],
      },
    };
  }

  /** @param {Chart} chart @param {import("./plot.js").Style} style */
  #drawPoints(chart, { em, colour }) {
    const { ctx, bbox: { left, top, width, height } } = chart;
    const { x, y } = this.#samples;
    const [xLow, xHigh] = this.#ranges.x ?? UNIT_RANGE;
    const [yLow, yHigh] = this.#ranges.y ?? UNIT_RANGE;
    const pointPx = (em / 4) * devicePixelRatio;
    const drawSquares = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ size) => {
      for (let index = from; index < to; index += 1) {
        const across = left + (width * (x[index] - xLow)) / (xHigh - xLow);
        const down = top + (height * (yHigh - y[index])) / (yHigh - yLow);
        ctx.fillRect(across - size / 2, down - size / 2, size, size);
      }
    };
    const firstHighlighted = Math.max(0, x.length - HIGHLIGHTED_POINTS);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    ctx.fillStyle = colour("--muted");
    drawSquares(0, firstHighlighted, pointPx);
    ctx.fillStyle = colour("--curve");
    drawSquares(firstHighlighted, x.length, 1.5 * pointPx);
    ctx.fillStyle = colour("--ink");
    drawSquares(x.length - 1, x.length, 3 * pointPx);
    ctx.restore();
  }
}
