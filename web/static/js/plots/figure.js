/** The frame of a plot: title, controls, the area for the plot and a read-out. */

import { write } from "../lib/dom.js";

export class Figure {
  #title;
  #readout;

  /** @param {string} name @param {import("./maximise.js").Maximiser} maximiser */
  constructor(name, maximiser) {
    this.element = document.createElement("figure");
    this.element.className = "curve";
    this.#title = document.createElement("span");
    this.#title.className = "name";
    this.maximiseButton = maximiser.createButton(this.element, name);
    this.controls = document.createElement("span");
    this.controls.className = "controls";
    this.controls.append(this.maximiseButton);
    const caption = document.createElement("figcaption");
    caption.append(this.#title, this.controls);
    this.#readout = document.createElement("span");
    this.#readout.className = "readout";
    this.plotArea = document.createElement("div");
    this.plotArea.className = "plot";
    this.plotArea.append(this.#readout);
    this.element.append(caption, this.plotArea);
    this.setTitle(name);
  }

  /** @param {string} title */
  setTitle(title) {
    if (write(this.#title, title)) {
      this.#title.title = title; // the style sheet truncates a long one
    }
  }

  /** @param {string} text */
  setReadout(text) {
    write(this.#readout, text);
  }
}
