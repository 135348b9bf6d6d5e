/** The waveforms as curves. */

import { NOTHING, number, tick } from "../lib/format.js";
import { Figure } from "./figure.js";
import { Plot, common, stroke } from "./plot.js";
import { steadyRange } from "./series.js";

const FEW_POINTS = 64; // each is marked

/** @typedef {import("./series.js").Curve} Curve */

export class WaveformPlots {
  #host;
  #enlarged;
  /** @type {Map<string, Waveform>} */
  #waveforms = new Map();

  /** @param {HTMLElement} host @param {import("./maximise.js").Maximiser} enlarged */
  constructor(host, enlarged) {
    this.#host = host;
    this.#enlarged = enlarged;
  }

  /** @param {Curve[]} curves all that are to be seen */
  show(curves) {
    const names = new Set(curves.map((curve) => curve.name));
    for (const [name, waveform] of this.#waveforms) {
      if (!names.has(name)) {
        waveform.remove();
        this.#waveforms.delete(name);
      }
    }
    for (const curve of curves) {
      let waveform = this.#waveforms.get(curve.name);
      if (!waveform) {
        waveform = new Waveform(curve.name, this.#enlarged);
        this.#waveforms.set(curve.name, waveform);
        this.#host.append(waveform.figure.element);
      }
      waveform.show(curve);
    }
  }

  /** Takes over the colours and sizes of the style sheet again. */
  restyle() {
    for (const waveform of this.#waveforms.values()) {
      waveform.restyle();
    }
  }
}

class Waveform {
  #plot;
  /** @type {Curve | null} */
  #curve = null;
  /** @type {[number, number] | null} */
  #range = null;
  #x = new Float64Array(0);

  /** @param {string} name @param {import("./maximise.js").Maximiser} enlarged */
  constructor(name, enlarged) {
    this.figure = new Figure(name, enlarged);
    this.figure.place.addEventListener("click", () => this.figure.enlarge.click());
    this.#plot = new Plot(this.figure.place, (style) => this.#options(style));
  }

  /** @param {Curve} curve */
  show(curve) {
    this.#curve = curve;
    this.#range = steadyRange(this.#range, curve.min, curve.max);
    const other = this.#x.length !== curve.y.length;
    if (other) {
      this.#x = Float64Array.from(curve.y, (_, index) => index);
    }
    this.#plot.show([this.#x, curve.y]);
    if (other) {
      this.restyle(); // few points are marked
    }
    this.#read();
  }

  restyle() {
    this.#plot.restyle();
  }

  remove() {
    this.#plot.remove();
    this.figure.element.remove();
  }

  /** The value under the cursor, or else the extremes. */
  #read() {
    const { y, min, max } = this.#curve;
    const index = this.#plot.pointed;
    const value = index === null ? undefined : y[index];
    this.figure.read(
      value === undefined
        ? Number.isNaN(min) ? NOTHING : `${tick(min)} … ${tick(max)}`
        : `[${index}] ${value === null ? NOTHING : number(value)}`,
    );
  }

  /** @param {import("./plot.js").Style} style */
  #options(style) {
    return {
      ...common(style),
      cursor: { y: false, drag: { x: false, y: false }, points: { size: Math.round(style.em * 0.6) } },
      scales: {
        x: { time: false, range: () => [0, this.#x.length - 1] },
        y: { range: () => this.#range },
      },
      series: [{}, { ...stroke(style), points: { show: this.#x.length <= FEW_POINTS } }],
      hooks: { setCursor: [() => this.#curve && this.#read()] },
    };
  }
}
