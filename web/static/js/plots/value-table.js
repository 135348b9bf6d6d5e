/** The table of all values, with search, statistics, and a button for the trend of each scalar. */

import { NO_VALUE, formatCount } from "../lib/format.js";
import { write } from "../lib/dom.js";
import { attachRoving } from "../lib/roving.js";

const MAX_ROWS = 2000;

/** @typedef {import("./table-rows.js").ValueRow} ValueRow */

export class ValueTable {
  #getById;
  #search;
  #toggleTrend;
  #hasTrend;
  /** @type {TableRow[]} */
  #tableRows = [];
  #names = "";
  /** @type {ValueRow[]} */
  #values = [];
  #updateStops;

  /**
   * @param {object} parts
   * @param {(id: string) => HTMLElement} parts.getById
   * @param {import("../lib/shortcuts.js").Shortcuts} parts.shortcuts
   * @param {import("./maximise.js").Maximiser} parts.maximiser
   * @param {(name: string) => void} parts.toggleTrend opens or closes a scalar's trend
   * @param {(name: string) => boolean} parts.hasTrend whether it is open
   */
  constructor({ getById, shortcuts, maximiser, toggleTrend, hasTrend }) {
    this.#getById = getById;
    this.#toggleTrend = toggleTrend;
    this.#hasTrend = hasTrend;
    this.#search = /** @type {HTMLInputElement} */ (getById("search"));
    this.#search.addEventListener("input", () => {
      this.#update();
      this.#updateStops();
    });
    this.#updateStops = attachRoving(getById("values"), "button", ["ArrowUp", "ArrowDown"]);
    this.#search.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") {
        this.#search.value = "";
        this.#update();
      }
    });
    shortcuts.add({ "/": () => this.#search.focus() }, "search the values");
    maximiser.attachButton(/** @type {HTMLButtonElement} */ (getById("values-all")), getById("values-panel"));
  }

  /**
   * @param {ValueRow[]} values in their order in the table
   * @param {number} pulseId
   * @param {number} withoutStatistics number of values beyond the limit of the history
   */
  show(values, pulseId, withoutStatistics) {
    this.#values = values.slice(0, MAX_ROWS);
    const hidden = values.length - this.#values.length;
    const notes = [
      hidden ? `and ${formatCount(hidden)} more, not shown` : "",
      withoutStatistics ? `${formatCount(withoutStatistics)} without statistics: there are too many names` : "",
    ];
    write(this.#getById("values-left"), notes.filter(Boolean).join("; "));
    write(this.#getById("values-pulse"), `pulse ${pulseId ?? NO_VALUE}`);
    this.#update();
  }

  /** Update the state of the trend buttons. */
  updateButtons() {
    this.#tableRows.forEach((row, index) => row.setTrendOpen(this.#hasTrend(this.#values[index].name)));
  }

  #update() {
    const names = JSON.stringify(this.#values.map(({ name, isScalar }) => [name, isScalar]));
    if (names !== this.#names) {
      this.#names = names;
      this.#tableRows = this.#values.map((value) => new TableRow(value, () => this.#toggleTrend(value.name)));
      this.#getById("values").replaceChildren(...this.#tableRows.map((row) => row.element));
      this.updateButtons();
      this.#updateStops();
    }
    const query = this.#search.value.trim().toLowerCase();
    let found = 0;
    this.#values.forEach((value, index) => {
      const row = this.#tableRows[index];
      row.element.hidden = !value.name.toLowerCase().includes(query);
      if (!row.element.hidden) {
        found += 1;
        row.show(value);
      }
    });
    const all = formatCount(this.#values.length);
    write(this.#getById("values-found"), query ? `${formatCount(found)} of ${all}` : all);
    this.#getById("values-panel").dataset.units = this.#values.some((value) => value.unit) ? "yes" : "no";
  }
}

/** A row of the table; only cells whose text changes are updated. */
class TableRow {
  element = document.createElement("tr");
  /** @type {HTMLButtonElement | null} */
  #button = null;
  /** @type {{element: HTMLElement, text: string}[]} value, unit, statistics */
  #cells;
  /** @type {() => string[]} */
  #exact = () => [];
  #isPointed = false;

  /** @param {ValueRow} value @param {() => void} onClick */
  constructor({ name, isScalar, statistics }, onClick) {
    const head = document.createElement("th");
    head.scope = "row";
    head.setAttribute("role", "rowheader");
    head.title = name;
    if (isScalar) {
      this.#button = document.createElement("button");
      this.#button.type = "button";
      this.#button.textContent = name;
      this.#button.addEventListener("click", onClick);
      head.append(this.#button);
    } else {
      head.textContent = name;
    }
    this.#cells = ["value", "unit", ...statistics.map(() => "more")].map(createCell);
    this.element.setAttribute("role", "row");
    this.element.append(head, ...this.#cells.map((cell) => cell.element));
    this.element.addEventListener("pointerenter", () => {
      this.#isPointed = true;
      this.#setTitles();
    });
    this.element.addEventListener("pointerleave", () => (this.#isPointed = false));
  }

  /** @param {ValueRow} value */
  show({ value, exact, unit, statistics, tone }) {
    [value, unit, ...statistics].forEach((text, index) => {
      const cell = this.#cells[index];
      if (cell.text !== text) {
        cell.text = cell.element.textContent = text;
      }
    });
    this.#exact = exact;
    if (this.#isPointed) {
      this.#setTitles();
    }
    if (this.element.className !== tone) {
      this.element.className = tone;
    }
  }

  /** Give the cells all digits as tooltips; done for the row under the pointer only, since it takes long for all. */
  #setTitles() {
    const [value, ...statistics] = this.#exact();
    [value, "", ...statistics].forEach((text, index) => (this.#cells[index].element.title = text));
  }

  /** @param {boolean} isOpen */
  setTrendOpen(isOpen) {
    this.#button?.setAttribute("aria-pressed", String(isOpen));
  }
}

/** @param {string} className */
function createCell(className) {
  const element = document.createElement("td");
  element.className = className;
  element.setAttribute("role", "cell");
  return { element, text: "" };
}
