/** The panel of the selected scalars' trends, with time span, pause, zoom and export. */

import { fileName } from "../stream/file-name.js";
import { formatCount } from "../lib/format.js";
import { MAX_TRENDS } from "./trend-selection.js";
import { toCsv } from "../lib/csv.js";
import { NO_ID } from "./scalar-history.js";
import { download, write } from "../lib/dom.js";
import { measureDraw } from "./draw-timing.js";
import { TrendFigure } from "./trend.js";

const MIN_INTERVAL_S = 0.1;
const MAX_LOAD = 0.2; // share of the main thread's time
const MIN_SPAN_S = 0.01;

/** @typedef {import("./series.js").Range} Range */

export class TrendsPanel {
  #parts;
  #getById;
  /** @type {Map<string, TrendFigure>} */
  #figures = new Map();
  #isPaused = false;
  /** @type {Range | null} */
  #zoom = null;
  #endRow = 0;
  #drawnS = -Infinity;
  #intervalS = MIN_INTERVAL_S;
  /** @type {Map<string, string>} */
  #units = new Map();

  /**
   * @param {object} parts
   * @param {(id: string) => HTMLElement} parts.getById
   * @param {string} parts.stream
   * @param {import("./scalar-history.js").ScalarHistory} parts.history
   * @param {import("./trend-selection.js").TrendSelection} parts.selection
   * @param {import("./maximise.js").Maximiser} parts.maximiser
   * @param {import("../lib/preferences.js").Preferences} parts.preferences
   * @param {() => number} parts.nowS a monotonic clock
   * @param {() => void} parts.onSelectionChange
   */
  constructor(parts) {
    this.#parts = parts;
    this.#getById = parts.getById;
    parts.selection.fromText(parts.preferences.get("trends"));
    const span = this.#span;
    span.value = parts.preferences.get("span") || span.value;
    if (!span.value) {
      span.selectedIndex = 0; // the address has an unknown span
    }
    span.addEventListener("change", () => {
      parts.preferences.set("span", span.value);
      this.#setZoom(null);
    });
    /** @type {Record<string, () => void>} */
    const actions = {
      pause: () => this.#freeze(!this.#isPaused, this.#zoom),
      back: () => this.#setZoom(null),
      export: () => this.#export(),
      close: () => this.#closeAll(),
    };
    for (const [id, action] of Object.entries(actions)) {
      this.#getById(`trends-${id}`).addEventListener("click", action);
    }
  }

  /** Open or close the trend of a scalar. @param {string} name */
  toggle(name) {
    const isDone = this.#parts.selection.toggle(name);
    write(this.#getById("trends-full"), isDone ? "" : `At most ${MAX_TRENDS} trends can be open: close one first`);
    this.#changeSelection();
  }

  /** Show the newest data if it is due; to be called often. @param {Map<string, string>} units by name */
  show(units) {
    this.#units = units;
    const { nowS, selection } = this.#parts;
    if (nowS() - this.#drawnS < this.#intervalS || !selection.trends.length) {
      return;
    }
    this.#drawnS = nowS();
    measureDraw(nowS, () => this.#draw(), (durationS) => {
      this.#intervalS = Math.max(MIN_INTERVAL_S, durationS / MAX_LOAD);
    });
  }

  #draw() {
    this.#showPulseCount();
    if (!this.#isFrozen) {
      this.#refresh();
    }
  }

  restyle() {
    for (const figure of this.#figures.values()) {
      figure.restyle();
    }
  }

  get #span() {
    return /** @type {HTMLSelectElement} */ (this.#getById("trends-span"));
  }

  /** Whether the plots do not follow new data. */
  get #isFrozen() {
    return this.#isPaused || this.#zoom !== null;
  }

  /** @param {boolean} isPaused @param {Range | null} zoom */
  #freeze(isPaused, zoom) {
    this.#isPaused = isPaused;
    this.#zoom = zoom;
    this.#getById("trends-pause").setAttribute("aria-pressed", String(isPaused));
    this.#getById("trends-back").hidden = !zoom;
  }

  /** Show the newest rows, or while frozen those up to the moment of freezing. */
  #refresh() {
    const { selection, history } = this.#parts;
    this.#updateFigures();
    if (!this.#isFrozen) {
      this.#endRow = history.end;
    }
    if (!selection.trends.length || this.#endRow <= history.first) {
      return;
    }
    const endS = history.times(this.#endRow - 1, this.#endRow)[0];
    const span = this.#span.value;
    const startS = span === "all" ? history.times(history.first, history.first + 1)[0] : endS - Number(span);
    const from = Math.max(history.first, history.rowAt(startS) - 1); // with the point before the visible range
    const values = (/** @type {string} */ name) =>
      history.channel(name)?.isScalar ? history.values(name, from, this.#endRow) : null;
    const exactAt = (/** @type {string} */ name, /** @type {number} */ index) =>
      history.exactValues(name, from + index, from + index + 1)[0] ?? null;
    const times = history.times(from, this.#endRow);
    for (const figure of this.#figures.values()) {
      figure.show({ times, range: [Math.min(startS, endS - MIN_SPAN_S), endS], values, exactAt });
    }
    this.#applyZoom();
  }

  #showPulseCount() {
    const { history } = this.#parts;
    const missed = history.missed ? `, ${formatCount(history.missed)} missing` : "";
    write(this.#getById("trends-count"), `${formatCount(history.pulseCount)} pulses stored${missed}`);
  }

  /** Create, remove and configure figures to match the selection. */
  #updateFigures() {
    const { selection, history, maximiser } = this.#parts;
    for (const [name, figure] of this.#figures) {
      if (!selection.has(name)) {
        figure.remove();
        this.#figures.delete(name);
      }
    }
    this.#getById("trends-panel").hidden = selection.trends.length === 0;
    for (const { name, against } of selection.trends) {
      let figure = this.#figures.get(name);
      if (!figure) {
        figure = new TrendFigure(name, this.#listener(name), maximiser);
        this.#figures.set(name, figure);
        this.#getById("trends").append(figure.element);
      }
      figure.configure(history.scalars, against, this.#units.get(name) ?? "");
    }
  }

  /** @param {string} name @returns {import("./trend.js").Listener} */
  #listener(name) {
    return {
      onZoom: (range) => this.#setZoom(range),
      onCompare: (against) => {
        this.#parts.selection.compare(name, against);
        this.#changeSelection();
      },
      onClose: () => this.toggle(name),
    };
  }

  #changeSelection() {
    const { selection, preferences, onSelectionChange } = this.#parts;
    preferences.set("trends", selection.toText());
    if (!selection.trends.length) {
      this.#freeze(false, null);
    }
    onSelectionChange();
    this.#refresh();
  }

  #closeAll() {
    this.#parts.selection.clear();
    this.#changeSelection();
  }

  /** @param {Range | null} range */
  #setZoom(range) {
    this.#freeze(this.#isPaused, range);
    if (range) {
      this.#applyZoom();
    } else {
      this.#refresh();
    }
  }

  #applyZoom() {
    if (this.#zoom) {
      for (const figure of this.#figures.values()) {
        figure.setTimeRange(this.#zoom);
      }
    }
  }

  #export() {
    const { selection, history, stream } = this.#parts;
    const names = new Set(selection.trends.flatMap(({ name, against }) => (against ? [name, against] : [name])));
    const columns = new Set([...names].flatMap((name) => [name, `${name} ±`])); // with uncertainties
    const scalars = [...columns].filter((name) => history.channel(name)?.isScalar);
    const [id] = history.pulses(history.end - 1, history.end);
    const newest = { pulse_id: id === NO_ID ? null : id, t_source: history.newestS };
    download(new Blob([toCsv(history, scalars)], { type: "text/csv" }), fileName(stream, newest, "csv"));
  }
}
