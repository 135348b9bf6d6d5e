/** The trend of one scalar: over time, or against another scalar. */

import { Figure } from "./figure.js";
import { Scatter } from "./scatter.js";
import { Timeline } from "./timeline.js";

/**
 * @typedef {import("./series.js").Range} Range
 *
 * @typedef {object} Listener
 * @property {(range: Range | null) => void} onZoom
 * @property {(against: string) => void} onCompare takes another scalar, or empty: time
 * @property {() => void} onClose
 *
 * @typedef {object} Rows of the same pulses
 * @property {Float64Array} times Unix seconds
 * @property {Range} range the visible times
 * @property {(name: string) => Float64Array | null} values of a scalar; null: it has none
 * @property {(name: string, index: number) => number | bigint | null} exactAt a scalar's value in one of the rows,
 *   integers beyond 2⁵³ exactly; null: it is no longer kept
 */

export class TrendFigure {
  #name;
  #listener;
  #figure;
  #select;
  /** @type {Timeline | Scatter | null} */
  #plot = null;
  #against = "";
  /** @type {string[]} */
  #names = [];

  /**
   * @param {string} name
   * @param {Listener} listener
   * @param {import("./maximise.js").Maximiser} maximiser
   */
  constructor(name, listener, maximiser) {
    this.#name = name;
    this.#listener = listener;
    this.#figure = new Figure(name, maximiser);
    this.#select = document.createElement("select");
    this.#select.setAttribute("aria-label", `${name} against`);
    this.#select.title = "Against time, or another scalar of the same pulses";
    this.#select.autocomplete = "off";
    this.#select.addEventListener("change", () => listener.onCompare(this.#select.value));
    const close = document.createElement("button");
    close.type = "button";
    close.className = "icon";
    close.textContent = "✕";
    close.title = "Close this trend";
    close.setAttribute("aria-label", `Close the trend of ${name}`);
    close.addEventListener("click", () => listener.onClose());
    this.#figure.controls.prepend(this.#select);
    this.#figure.controls.append(close);
  }

  get element() {
    return this.#figure.element;
  }

  /**
   * @param {string[]} names to compare with; the options are updated only if the list is another object
   * @param {string} against
   * @param {string} unit
   */
  configure(names, against, unit) {
    const title = unit ? `${this.#name} [${unit}]` : this.#name;
    this.#figure.setTitle(against ? `${title} against ${against}` : title);
    if (names !== this.#names) {
      this.#names = names;
      const others = names.filter((name) => name !== this.#name);
      const options = others.map((name) => new Option(name, name));
      this.#select.replaceChildren(new Option("over time", ""), ...options);
    }
    if (!this.#plot || against !== this.#against) {
      this.#against = against;
      this.#plot?.remove();
      const onReadout = (/** @type {string} */ text) => this.#figure.setReadout(text);
      this.#plot = against
        ? new Scatter(this.#figure.plotArea, onReadout)
        : new Timeline(this.#figure.plotArea, { onReadout, onZoom: this.#listener.onZoom });
    }
    if (this.#select.value !== against) {
      this.#select.value = against; // empty while the stream has no such scalar
    }
  }

  /** @param {Rows} rows */
  show({ times, range, values, exactAt }) {
    const y = values(this.#name);
    const x = this.#against ? values(this.#against) : times;
    if (!x || !y) {
      this.#figure.setReadout(`no ${y ? this.#against : this.#name} in this stream`);
    } else if (this.#plot instanceof Scatter) {
      this.#plot.show(x, y);
    } else {
      this.#plot?.show(x, y, range, (index) => exactAt(this.#name, index) ?? y[index]);
    }
  }

  /** Show another time range of the same data. @param {Range} range */
  setTimeRange(range) {
    if (this.#plot instanceof Timeline) {
      this.#plot.setTimeRange(range);
    }
  }

  restyle() {
    this.#plot?.restyle();
  }

  remove() {
    this.#plot?.remove();
    this.element.remove();
  }
}
