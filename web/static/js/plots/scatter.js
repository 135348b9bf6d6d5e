/** One scalar against another as a cloud of points, the newest of them in front. */

import { NO_VALUE, formatCount, formatTick } from "../lib/format.js";
import { paired } from "./correlation.js";
import { Plot, common } from "./plot.js";
import { lineOf, steadyRange } from "./series.js";

const NEWEST = 50; // points that stand out
const NO_LINE = [[0, 1], [null, null]]; // the points are painted here, not by uPlot

export class Scatter {
  #plot;
  #read;
  /** @type {import("./correlation.js").Pairs} */
  #pairs = { x: [], y: [], r: null };
  /** @type {Record<"x" | "y", [number, number] | null>} */
  #ranges = { x: null, y: null };

  /** @param {HTMLElement} place @param {(text: string) => void} read what there is to say */
  constructor(place, read) {
    this.#read = read;
    this.#plot = new Plot(place, (style) => this.#options(style));
  }

  /** @param {Float64Array} x @param {Float64Array} y of the same pulses, oldest first */
  show(x, y) {
    this.#pairs = paired(x, y);
    for (const axis of /** @type {const} */ (["x", "y"])) {
      const { min, max } = lineOf(this.#pairs[axis]);
      this.#ranges[axis] = steadyRange(this.#ranges[axis], min, max);
    }
    this.#plot.show(NO_LINE);
    this.#tell();
  }

  restyle() {
    this.#plot.restyle();
  }

  remove() {
    this.#plot.remove();
  }

  /** The place under the cursor, or else how well both hang together. */
  #tell(plot) {
    const { left, top } = plot?.cursor ?? {};
    if (left >= 0) {
      this.#read(`${formatTick(plot.posToVal(left, "x"))}, ${formatTick(plot.posToVal(top, "y"))}`);
    } else {
      const { r, x } = this.#pairs;
      this.#read(`r = ${r === null ? NO_VALUE : formatTick(Number(r.toFixed(3)))}  of ${formatCount(x.length)} pulses`);
    }
  }

  /** @param {import("./plot.js").Style} style */
  #options(style) {
    return {
      ...common(style),
      cursor: { drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: false, range: () => this.#ranges.x },
        y: { range: () => this.#ranges.y },
      },
      series: [{}, {}],
      hooks: {
        setCursor: [(plot) => this.#tell(plot)],
        draw: [(plot) => this.#paint(plot, style)],
      },
    };
  }

  #paint(plot, { em, colour }) {
    const { ctx, bbox: { left, top, width, height } } = plot;
    const { x, y } = this.#pairs;
    const [xLow, xHigh] = this.#ranges.x;
    const [yLow, yHigh] = this.#ranges.y;
    const point = (em / 4) * devicePixelRatio;
    const dots = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ size) => {
      for (let index = from; index < to; index += 1) {
        const across = left + (width * (x[index] - xLow)) / (xHigh - xLow);
        const down = top + (height * (yHigh - y[index])) / (yHigh - yLow);
        ctx.fillRect(across - size / 2, down - size / 2, size, size);
      }
    };
    const old = Math.max(0, x.length - NEWEST);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    ctx.fillStyle = colour("--muted");
    dots(0, old, point);
    ctx.fillStyle = colour("--curve");
    dots(old, x.length, 1.5 * point);
    ctx.fillStyle = colour("--ink");
    dots(x.length - 1, x.length, 3 * point);
    ctx.restore();
  }
}
