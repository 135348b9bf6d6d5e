/** The table of all values: search, statistics, and a button for each scalar's trend. */

import { NOTHING, count } from "../lib/format.js";
import { write } from "../lib/dom.js";

const MOST_ROWS = 2000;

/** @typedef {import("./table-rows.js").ValueRow} ValueRow */

export class ValueTable {
  #of;
  #search;
  #toggle;
  #has;
  /** @type {Line[]} */
  #lines = [];
  #names = "";
  /** @type {ValueRow[]} */
  #rows = [];

  /**
   * @param {object} parts
   * @param {(id: string) => HTMLElement} parts.element
   * @param {import("../page/shortcuts.js").Keys} parts.keys
   * @param {import("./maximise.js").Maximiser} parts.enlarged
   * @param {(name: string) => void} parts.toggle a scalar's trend is wanted, or no longer
   * @param {(name: string) => boolean} parts.has whether it is open
   */
  constructor({ element, keys, enlarged, toggle, has }) {
    this.#of = element;
    this.#toggle = toggle;
    this.#has = has;
    this.#search = /** @type {HTMLInputElement} */ (element("search"));
    this.#search.addEventListener("input", () => this.#write());
    this.#search.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") {
        this.#search.value = "";
        this.#write();
      }
    });
    keys.add({ "/": () => this.#search.focus() }, "search the values");
    enlarged.listen(/** @type {HTMLButtonElement} */ (element("values-all")), element("values-panel"));
  }

  /**
   * @param {ValueRow[]} rows in the order in which they are to stand
   * @param {number} pulseId
   * @param {number} unknown how many have no statistics, as there are too many
   */
  show(rows, pulseId, unknown) {
    this.#rows = rows.slice(0, MOST_ROWS);
    const left = rows.length - this.#rows.length;
    const words = [
      left ? `and ${count(left)} more, not shown` : "",
      unknown ? `${count(unknown)} without statistics: there are too many names` : "",
    ];
    write(this.#of("values-left"), words.filter(Boolean).join("; "));
    write(this.#of("values-pulse"), `pulse ${pulseId ?? NOTHING}`);
    this.#write();
  }

  /** Other trends are open. */
  mark() {
    this.#lines.forEach((line, index) => line.mark(this.#has(this.#rows[index].name)));
  }

  #write() {
    const names = JSON.stringify(this.#rows.map(({ name, isScalar }) => [name, isScalar]));
    if (names !== this.#names) {
      this.#names = names;
      this.#lines = this.#rows.map((row) => new Line(row, () => this.#toggle(row.name)));
      this.#of("values").replaceChildren(...this.#lines.map((line) => line.element));
      this.mark();
    }
    const wanted = this.#search.value.trim().toLowerCase();
    let found = 0;
    this.#rows.forEach((row, index) => {
      const line = this.#lines[index];
      line.element.hidden = !row.name.toLowerCase().includes(wanted);
      if (!line.element.hidden) {
        found += 1;
        line.show(row);
      }
    });
    const all = count(this.#rows.length);
    write(this.#of("values-found"), wanted ? `${count(found)} of ${all}` : all);
    this.#of("values-panel").dataset.units = this.#rows.some((row) => row.unit) ? "yes" : "no";
  }
}

/** One row of the table, of which only those cells are touched that change. */
class Line {
  element = document.createElement("tr");
  /** @type {HTMLButtonElement | null} */
  #button = null;
  #value;
  /** @type {{cell: HTMLElement, text: string}[]} */
  #cells;

  /** @param {ValueRow} row @param {() => void} toggled */
  constructor({ name, isScalar, told }, toggled) {
    const head = document.createElement("th");
    head.scope = "row";
    head.setAttribute("role", "rowheader");
    head.title = name;
    if (isScalar) {
      this.#button = document.createElement("button");
      this.#button.type = "button";
      this.#button.textContent = name;
      this.#button.addEventListener("click", toggled);
      head.append(this.#button);
    } else {
      head.textContent = name;
    }
    this.#cells = ["value", "unit", ...told.map(() => "more")].map(cell);
    this.#value = this.#cells[0].cell;
    this.element.setAttribute("role", "row");
    this.element.append(head, ...this.#cells.map((made) => made.cell));
  }

  /** @param {ValueRow} row */
  show({ value, unit, told, tone }) {
    [value, unit, ...told].forEach((text, index) => {
      const made = this.#cells[index];
      if (made.text !== text) {
        made.text = made.cell.textContent = text;
        if (made.cell === this.#value) {
          made.cell.title = text; // a long one is cut off
        }
      }
    });
    if (this.element.className !== tone) {
      this.element.className = tone;
    }
  }

  /** @param {boolean} on whether its trend is open */
  mark(on) {
    this.#button?.setAttribute("aria-pressed", String(on));
  }
}

/** @param {string} kind */
function cell(kind) {
  const made = document.createElement("td");
  made.className = kind;
  made.setAttribute("role", "cell");
  return { cell: made, text: "" };
}
