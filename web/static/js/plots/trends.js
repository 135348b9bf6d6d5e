/** The panel of the chosen scalars' trends: what part of the time they show, pause, zoom, export. */

import { fileName } from "../lib/file-name.js";
import { count } from "../lib/format.js";
import { MAX_TRENDS } from "./trend-selection.js";
import { csv } from "../lib/csv.js";
import { NO_ID } from "./scalar-history.js";
import { write } from "../lib/dom.js";
import { timed } from "./draw-timing.js";
import { Trend } from "./trend.js";

const EVERY_S = 0.1;
const SHARE = 0.2; // of this computer's time, at most
const LEAST_S = 0.01;

export class TrendsPanel {
  #parts;
  #of;
  /** @type {Map<string, Trend>} */
  #trends = new Map();
  #paused = false;
  /** @type {[number, number] | null} */
  #zoom = null;
  #endRow = 0;
  #at = -Infinity;
  #everyS = EVERY_S;
  /** @type {Map<string, string>} */
  #units = new Map();

  /**
   * @param {object} parts
   * @param {(id: string) => HTMLElement} parts.element
   * @param {string} parts.stream
   * @param {import("./scalar-history.js").ScalarHistory} parts.history
   * @param {import("./trend-selection.js").TrendSelection} parts.chosen
   * @param {import("./maximise.js").Maximiser} parts.enlarged
   * @param {import("../lib/preferences.js").Kept} parts.kept
   * @param {() => number} parts.nowS a steady clock
   * @param {() => void} parts.changed called when others are chosen
   */
  constructor(parts) {
    this.#parts = parts;
    this.#of = parts.element;
    parts.chosen.fromText(parts.kept.get("trends"));
    const span = this.#span;
    span.value = parts.kept.get("span") || span.value;
    if (!span.value) {
      span.selectedIndex = 0; // the address has one that there is not
    }
    span.addEventListener("change", () => {
      parts.kept.set("span", span.value);
      this.#zoomed(null);
    });
    /** @type {Record<string, () => void>} */
    const actions = {
      pause: () => this.#hold(!this.#paused, this.#zoom),
      back: () => this.#zoomed(null),
      export: () => this.#export(),
      close: () => this.#close(),
    };
    for (const [id, action] of Object.entries(actions)) {
      this.#of(`trends-${id}`).addEventListener("click", action);
    }
  }

  /** Opens the trend of a scalar, or closes it. @param {string} name */
  toggle(name) {
    const done = this.#parts.chosen.toggle(name);
    write(this.#of("trends-full"), done ? "" : `${MAX_TRENDS} trends are open, the most: close one first`);
    this.#rechosen();
  }

  /** Shows what is new unless it is too soon; to be called often. @param {Map<string, string>} units by name */
  show(units) {
    this.#units = units;
    const { nowS, chosen } = this.#parts;
    if (nowS() - this.#at < this.#everyS || !chosen.list.length) {
      return;
    }
    this.#at = nowS();
    timed(nowS, () => this.#draw(), (tookS) => (this.#everyS = Math.max(EVERY_S, tookS / SHARE)));
  }

  #draw() {
    this.#tell();
    if (!this.#stands) {
      this.#read();
    }
  }

  restyle() {
    for (const trend of this.#trends.values()) {
      trend.restyle();
    }
  }

  get #span() {
    return /** @type {HTMLSelectElement} */ (this.#of("trends-span"));
  }

  /** Whether the plots are to stay as they are. */
  get #stands() {
    return this.#paused || this.#zoom !== null;
  }

  /** @param {boolean} paused @param {[number, number] | null} zoom */
  #hold(paused, zoom) {
    this.#paused = paused;
    this.#zoom = zoom;
    this.#of("trends-pause").setAttribute("aria-pressed", String(paused));
    this.#of("trends-back").hidden = !zoom;
  }

  /** Shows the newest rows, or those of the moment since which the plots stand. */
  #read() {
    const { chosen, history } = this.#parts;
    this.#arrange();
    if (!this.#stands) {
      this.#endRow = history.end;
    }
    if (!chosen.list.length || this.#endRow <= history.first) {
      return;
    }
    const endS = history.times(this.#endRow - 1, this.#endRow)[0];
    const span = this.#span.value;
    const startS = span === "all" ? history.times(history.first, history.first + 1)[0] : endS - Number(span);
    const from = Math.max(history.first, history.rowAt(startS) - 1); // the line comes from outside
    const values = (/** @type {string} */ name) =>
      history.channel(name)?.isScalar ? history.values(name, from, this.#endRow) : null;
    const times = history.times(from, this.#endRow);
    for (const trend of this.#trends.values()) {
      trend.show({ times, range: [Math.min(startS, endS - LEAST_S), endS], values });
    }
    this.#look();
  }

  /** Says how much there is. */
  #tell() {
    const { history } = this.#parts;
    const missed = history.missed ? `, ${count(history.missed)} missing` : "";
    write(this.#of("trends-told"), `${count(history.kept)} pulses kept${missed}`);
  }

  /** Has a figure for each chosen scalar, and only for those. */
  #arrange() {
    const { chosen, history, enlarged } = this.#parts;
    for (const [name, trend] of this.#trends) {
      if (!chosen.has(name)) {
        trend.remove();
        this.#trends.delete(name);
      }
    }
    this.#of("trends-panel").hidden = chosen.list.length === 0;
    for (const { name, against } of chosen.list) {
      let trend = this.#trends.get(name);
      if (!trend) {
        const listener = {
          zoomed: (/** @type {[number, number] | null} */ range) => this.#zoomed(range),
          compared: (/** @type {string} */ other) => {
            chosen.compare(name, other);
            this.#rechosen();
          },
          closed: () => this.toggle(name),
        };
        trend = new Trend(name, listener, enlarged);
        this.#trends.set(name, trend);
        this.#of("trends").append(trend.element);
      }
      trend.is(history.scalars, against, this.#units.get(name) ?? "");
    }
  }

  #rechosen() {
    const { chosen, kept, changed } = this.#parts;
    kept.set("trends", chosen.toText());
    if (!chosen.list.length) {
      this.#hold(false, null);
    }
    changed();
    this.#read();
  }

  #close() {
    this.#parts.chosen.clear();
    this.#rechosen();
  }

  /** @param {[number, number] | null} range */
  #zoomed(range) {
    this.#hold(this.#paused, range);
    if (range) {
      this.#look();
    } else {
      this.#read();
    }
  }

  /** Shows the stretch of the time that was zoomed to, if any. */
  #look() {
    for (const trend of this.#zoom ? this.#trends.values() : []) {
      trend.look(this.#zoom);
    }
  }

  #export() {
    const { chosen, history, stream } = this.#parts;
    const names = new Set(chosen.list.flatMap(({ name, against }) => (against ? [name, against] : [name])));
    const columns = new Set([...names].flatMap((name) => [name, `${name} ±`])); // of a region's results
    const scalars = [...columns].filter((name) => history.channel(name)?.isScalar);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv(history, scalars)], { type: "text/csv" }));
    const [id] = history.pulses(history.end - 1, history.end);
    const newest = { pulse_id: id === NO_ID ? null : id, t_source: history.lastS };
    link.download = fileName(stream, newest, "csv");
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser reads it in its own time
  }
}
