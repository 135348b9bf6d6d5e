/** A frame's numbers: curves, values and trends, no more often than can be read and this computer can draw. */

import { TrendSelection } from "./trend-selection.js";
import { WaveformPlots } from "./waveforms.js";
import { ScalarHistory } from "./scalar-history.js";
import { unitsOf, valueRows } from "./table-rows.js";
import { waveforms } from "./series.js";
import { timed } from "./draw-timing.js";
import { TrendsPanel } from "./trends.js";
import { ValueTable } from "./value-table.js";

const VALUES_EVERY_S = 0.2;
const CURVES_EVERY_S = 1 / 15;
const CURVES_SHARE = 0.25; // of this computer's time, at most

/** @typedef {import("../stream/envelope.js").Frame} Frame */

export class DataPanels {
  #history = new ScalarHistory();
  #curves;
  #trends;
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
   * @param {object} parts
   * @param {(id: string) => HTMLElement} parts.element
   * @param {string} parts.stream
   * @param {import("../lib/preferences.js").Kept} parts.kept
   * @param {import("../page/shortcuts.js").Keys} parts.keys
   * @param {import("./maximise.js").Maximiser} parts.enlarged
   * @param {() => number} parts.nowS a steady clock
   */
  constructor({ element, stream, kept, keys, enlarged, nowS }) {
    const history = this.#history;
    const chosen = new TrendSelection();
    this.#nowS = nowS;
    this.#curves = new WaveformPlots(element("curves"), enlarged);
    this.#trends = new TrendsPanel({
      element, stream, history, chosen, enlarged, kept, nowS, changed: () => this.#values.mark(),
    });
    this.#values = new ValueTable({
      element, keys, enlarged, toggle: (name) => this.#trends.toggle(name), has: (name) => chosen.has(name),
    });
  }

  /** Takes the scalars of a frame's pulses, shown or not. @param {Record<string, any>} header */
  came(header) {
    this.#history.add(header);
  }

  /** Takes what was found in a frame's picture. @param {Frame} frame @param {Record<string, number | null>} found */
  found({ header }, found) {
    this.#history.note(header.pulse_id, found);
  }

  /** Opens the trend of a scalar, or closes it. @param {string} name */
  toggle(name) {
    this.#trends.toggle(name);
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
      timed(this.#nowS, () => this.#showCurves(frame), (tookS) => {
        this.#curvesEveryS = Math.max(CURVES_EVERY_S, tookS / CURVES_SHARE);
      });
    }
    if (frame !== this.#valuesOf && nowS - this.#valuesAt >= VALUES_EVERY_S) {
      this.#valuesOf = frame;
      this.#valuesAt = nowS;
      const { header } = frame;
      this.#values.show(valueRows(header, schema, this.#history), header.pulse_id, this.#history.leftOut);
    }
    this.#trends.show(unitsOf(schema));
  }

  /** Takes over the style sheet's colours again. */
  restyle() {
    this.#curves.restyle();
    this.#trends.restyle();
  }

  /** @param {Frame} frame */
  #showCurves(frame) {
    const { curves, left } = waveforms(frame);
    this.#curves.show(curves);
    this.drawn = curves.length;
    this.left = left;
  }
}
