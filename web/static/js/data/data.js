/** A frame's numbers: curves and table, no more often than can be read and this computer can draw. */

import { Curves } from "./curves.js";
import { valueRows } from "./rows.js";
import { waveforms } from "./series.js";
import { Table } from "./table.js";

const VALUES_EVERY_S = 0.2;
const CURVES_EVERY_S = 1 / 15;
const CURVES_SHARE = 0.25; // of this computer's time, at most

/** @typedef {import("../watch/envelope.js").Frame} Frame */

export class Data {
  #curves;
  #values;
  #nowS;
  /** @type {Frame | null} */
  #curvesOf = null;
  #curvesAt = -Infinity;
  #curvesEveryS = CURVES_EVERY_S;
  /** @type {Frame | null} */
  #valuesOf = null;
  #valuesAt = -Infinity;

  /** how many waveforms are drawn, and how many more there are */
  drawn = 0;
  left = 0;

  /**
   * @param {HTMLElement} curves
   * @param {HTMLTableSectionElement} values
   * @param {() => number} nowS a steady clock
   */
  constructor(curves, values, nowS) {
    this.#curves = new Curves(curves);
    this.#values = new Table(values);
    this.#nowS = nowS;
  }

  /**
   * Shows a frame unless it is too soon; call it again with the same frame until it is time.
   * @param {Frame} frame
   * @param {Record<string, any> | null} schema
   */
  show(frame, schema) {
    const nowS = this.#nowS();
    if (frame !== this.#curvesOf && nowS - this.#curvesAt >= this.#curvesEveryS) {
      this.#curvesOf = frame;
      this.#curvesAt = nowS;
      const { curves, left } = waveforms(frame);
      this.#curves.show(curves);
      this.drawn = curves.length;
      this.left = left;
      this.#curvesEveryS = Math.max(CURVES_EVERY_S, (this.#nowS() - nowS) / CURVES_SHARE);
    }
    if (frame !== this.#valuesOf && nowS - this.#valuesAt >= VALUES_EVERY_S) {
      this.#valuesOf = frame;
      this.#valuesAt = nowS;
      this.#values.show(valueRows(frame.header, schema));
    }
  }

  /** Takes over the style sheet's colours again. */
  restyle() {
    this.#curves.restyle();
  }
}
