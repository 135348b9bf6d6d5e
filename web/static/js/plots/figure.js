/** A plot's frame: its name, what can be done with it, its place, and what can be read of it now. */

import { write } from "../lib/dom.js";

export class Figure {
  #title;
  #readout;

  /** @param {string} name @param {import("./maximise.js").Maximiser} enlarged */
  constructor(name, enlarged) {
    this.element = document.createElement("figure");
    this.element.className = "curve";
    this.#title = document.createElement("span");
    this.#title.className = "name";
    this.enlarge = enlarged.button(this.element, name);
    this.controls = document.createElement("span");
    this.controls.className = "controls";
    this.controls.append(this.enlarge);
    const caption = document.createElement("figcaption");
    caption.append(this.#title, this.controls);
    this.#readout = document.createElement("span");
    this.#readout.className = "readout";
    this.place = document.createElement("div");
    this.place.className = "plot";
    this.place.append(this.#readout);
    this.element.append(caption, this.place);
    this.entitle(name);
  }

  /** @param {string} title */
  entitle(title) {
    if (write(this.#title, title)) {
      this.#title.title = title; // a long one is cut off
    }
  }

  /** @param {string} text */
  read(text) {
    write(this.#readout, text);
  }
}
