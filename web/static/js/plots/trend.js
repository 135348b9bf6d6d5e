/** One scalar's trend: over time, or against another scalar. */

import { Figure } from "./figure.js";
import { Scatter } from "./scatter.js";
import { Timeline } from "./timeline.js";

/**
 * @typedef {object} Listener
 * @property {(range: [number, number] | null) => void} zoomed
 * @property {(against: string) => void} compared another scalar, or empty: time
 * @property {() => void} closed
 *
 * @typedef {object} Rows of the same pulses
 * @property {Float64Array} times Unix seconds
 * @property {[number, number]} range of times to be seen
 * @property {(name: string) => Float64Array | null} values of a scalar; null: it has none
 */

export class Trend {
  #name;
  #listener;
  #figure;
  #select;
  /** @type {Timeline | Scatter | null} */
  #plot = null;
  #against = "";
  /** @type {string[]} */
  #offered = [];

  /**
   * @param {string} name
   * @param {Listener} listener
   * @param {import("./maximise.js").Maximiser} enlarged
   */
  constructor(name, listener, enlarged) {
    this.#name = name;
    this.#listener = listener;
    this.#figure = new Figure(name, enlarged);
    this.#select = document.createElement("select");
    this.#select.setAttribute("aria-label", `${name} against`);
    this.#select.title = "Against time, or another scalar of the same pulses";
    this.#select.autocomplete = "off";
    this.#select.addEventListener("change", () => listener.compared(this.#select.value));
    const close = document.createElement("button");
    close.type = "button";
    close.className = "icon";
    close.textContent = "✕";
    close.title = "Close this trend";
    close.setAttribute("aria-label", `Close the trend of ${name}`);
    close.addEventListener("click", () => listener.closed());
    this.#figure.controls.prepend(this.#select);
    this.#figure.controls.append(close);
  }

  get element() {
    return this.#figure.element;
  }

  /**
   * @param {string[]} names to compare with; the same list as before is not looked at again
   * @param {string} against
   * @param {string} unit
   */
  is(names, against, unit) {
    const title = unit ? `${this.#name} [${unit}]` : this.#name;
    this.#figure.entitle(against ? `${title} against ${against}` : title);
    if (names !== this.#offered) {
      this.#offered = names;
      const others = names.filter((name) => name !== this.#name);
      const options = others.map((name) => new Option(name, name));
      this.#select.replaceChildren(new Option("over time", ""), ...options);
    }
    if (!this.#plot || against !== this.#against) {
      this.#against = against;
      this.#plot?.remove();
      this.#plot = against
        ? new Scatter(this.#figure.place, (text) => this.#figure.read(text))
        : new Timeline(this.#figure.place, {
            read: (text) => this.#figure.read(text),
            zoomed: this.#listener.zoomed,
          });
    }
    if (this.#select.value !== against) {
      this.#select.value = against; // shows nothing while the stream has no such scalar
    }
  }

  /** @param {Rows} rows */
  show({ times, range, values }) {
    const y = values(this.#name);
    const x = this.#against ? values(this.#against) : times;
    if (!x || !y) {
      this.#figure.read(`no ${y ? this.#against : this.#name} in this stream`);
    } else if (this.#plot instanceof Scatter) {
      this.#plot.show(x, y);
    } else {
      this.#plot.show(x, y, range);
    }
  }

  /** Shows another stretch of the time of what it has. @param {[number, number]} range */
  look(range) {
    if (this.#plot instanceof Timeline) {
      this.#plot.look(range);
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
