/** The panels of a frame's numbers: waveforms, values and trends, drawn at a limited rate. */

import { TrendSelection } from "./trend-selection.js";
import { WaveformPlots } from "./waveforms.js";
import { ScalarHistory } from "./scalar-history.js";
import { unitsOf, valueRows } from "./table-rows.js";
import { waveforms } from "./series.js";
import { measureDraw } from "./draw-timing.js";
import { TrendsPanel } from "./trends.js";
import { ValueTable } from "./value-table.js";

const VALUES_INTERVAL_S = 0.2;
const MIN_WAVEFORM_INTERVAL_S = 1 / 15;
const MAX_WAVEFORM_LOAD = 0.25; // share of the main thread's time

/** @typedef {import("../stream/envelope.js").Frame} Frame */

export class DataPanels {
  #history = new ScalarHistory();
  #waveforms;
  #trends;
  #values;
  #nowS;
  /** @type {Frame | null} */
  #waveformFrame = null;
  #waveformsDrawnS = -Infinity;
  #waveformIntervalS = MIN_WAVEFORM_INTERVAL_S;
  /** @type {Frame | null} */
  #valuesFrame = null;
  #valuesDrawnS = -Infinity;

  /** number of waveforms drawn, and of those beyond the limit */
  curveCount = 0;
  omittedCurves = 0;

  /**
   * @param {object} parts
   * @param {(id: string) => HTMLElement} parts.getById
   * @param {string} parts.stream
   * @param {import("../lib/preferences.js").Preferences} parts.preferences
   * @param {import("../lib/shortcuts.js").Shortcuts} parts.shortcuts
   * @param {import("./maximise.js").Maximiser} parts.maximiser
   * @param {() => number} parts.nowS a monotonic clock
   */
  constructor({ getById, stream, preferences, shortcuts, maximiser, nowS }) {
    const history = this.#history;
    const selection = new TrendSelection();
    this.#nowS = nowS;
    this.#waveforms = new WaveformPlots(getById("curves"), maximiser);
    this.#trends = new TrendsPanel({
      getById, stream, history, selection, maximiser, preferences, nowS,
      onSelectionChange: () => this.#values.updateButtons(),
    });
    this.#values = new ValueTable({
      getById, shortcuts, maximiser,
      toggleTrend: (name) => this.#trends.toggle(name),
      hasTrend: (name) => selection.has(name),
    });
  }

  /** Add a frame's pulses to the history, whether or not it is shown. @param {Record<string, any>} header */
  addPulses(header) {
    this.#history.add(header);
  }

  /** Add results measured on a frame. @param {Frame} frame @param {Record<string, number | null>} results by name */
  addResults({ header }, results) {
    this.#history.addResults(header.pulse_id, results);
  }

  /** Open or close the trend of a scalar. @param {string} name */
  toggleTrend(name) {
    this.#trends.toggle(name);
  }

  /**
   * Show a frame as far as the rate limits allow. To be called again with the same frame, which is then shown
   * when it is due.
   * @param {Frame} frame
   * @param {Record<string, any> | null} schema
   */
  show(frame, schema) {
    const nowS = this.#nowS();
    if (frame !== this.#waveformFrame && nowS - this.#waveformsDrawnS >= this.#waveformIntervalS) {
      this.#waveformFrame = frame;
      this.#waveformsDrawnS = nowS;
      measureDraw(this.#nowS, () => this.#showWaveforms(frame), (durationS) => {
        this.#waveformIntervalS = Math.max(MIN_WAVEFORM_INTERVAL_S, durationS / MAX_WAVEFORM_LOAD);
      });
    }
    if (frame !== this.#valuesFrame && nowS - this.#valuesDrawnS >= VALUES_INTERVAL_S) {
      this.#valuesFrame = frame;
      this.#valuesDrawnS = nowS;
      const { header } = frame;
      this.#values.show(valueRows(header, schema, this.#history), header.pulse_id, this.#history.omitted);
    }
    this.#trends.show(unitsOf(schema));
  }

  /** Redraw with the style sheet's present colours. */
  restyle() {
    this.#waveforms.restyle();
    this.#trends.restyle();
  }

  /** @param {Frame} frame */
  #showWaveforms(frame) {
    const { curves, omitted } = waveforms(frame);
    this.#waveforms.show(curves);
    this.curveCount = curves.length;
    this.omittedCurves = omitted;
  }
}
