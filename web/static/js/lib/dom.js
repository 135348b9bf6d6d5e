/**
 * A table of names and values whose cells are rewritten only where they change. What comes from the
 * network goes in as text, never as markup.
 */

const MOST_ROWS = 1000;

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} value
 * @property {string} [unit]
 * @property {"" | "fault" | "quiet" | "long"} [tone] long: quiet, and not cut off
 * @property {string} [title] a longer explanation
 */

export class Table {
  #body;
  /** @type {{row: HTMLTableRowElement, value: HTMLElement, unit: HTMLElement}[]} */
  #rows = [];
  #names = "";

  /** @param {HTMLTableSectionElement} body */
  constructor(body) {
    this.#body = body;
  }

  /** @param {Row[]} rows in the order in which they are to stand */
  show(rows) {
    const shown = rows.slice(0, MOST_ROWS);
    const names = JSON.stringify(shown.map((row) => row.name));
    if (names !== this.#names) {
      this.#names = names;
      this.#rows = shown.map(made);
      this.#body.replaceChildren(...this.#rows.map((cells) => cells.row));
    }
    shown.forEach((row, index) => {
      const cells = this.#rows[index];
      if (write(cells.value, row.value)) {
        cells.value.title = row.value; // a long one is cut off
      }
      write(cells.unit, row.unit ?? "");
      cells.row.className = row.tone ?? "";
    });
  }
}

/** @param {Row} row */
function made({ name, title }) {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = name;
  head.title = title ?? name;
  const cell = document.createElement("td");
  const value = document.createElement("span");
  value.className = "value";
  const unit = document.createElement("span");
  unit.className = "unit";
  cell.append(value, unit);
  row.append(head, cell);
  return { row, value, unit };
}

/**
 * Touches the page only where something changed.
 * @param {Element} element
 * @param {string} text
 * @returns {boolean} whether it did
 */
export function write(element, text) {
  if (element.textContent === text) {
    return false;
  }
  element.textContent = text;
  return true;
}

/**
 * Return the page's element with an id. Throws where the page has none, or one of another class.
 * @template {Element} [Type=HTMLElement]
 * @param {string} id
 * @param {new () => Type} [type] its class; checked where it is given
 * @returns {Type}
 */
export function getById(id, type) {
  return checked(document.getElementById(id), `#${id}`, type);
}

/**
 * Return the first element within another one that a selector matches. Throws as `getById` does.
 * @template {Element} [Type=HTMLElement]
 * @param {ParentNode} parent
 * @param {string} selector
 * @param {new () => Type} [type]
 * @returns {Type}
 */
export function select(parent, selector, type) {
  return checked(parent.querySelector(selector), selector, type);
}

/**
 * @template {Element} [Type=HTMLElement]
 * @param {Element | null} element
 * @param {string} name
 * @param {new () => Type} [type]
 */
function checked(element, name, type) {
  if (!(element instanceof (type ?? Element))) {
    throw new Error(`this page has no ${type?.name ?? "element"} ${name}`);
  }
  return /** @type {Type} */ (element);
}

/** Return the context that draws on a canvas. Throws where the browser has no memory left for it. */
export function context2d(/** @type {HTMLCanvasElement} */ canvas) {
  const context = canvas.getContext("2d");
  if (!context) {
    throw new Error("the browser has no drawing context left");
  }
  return context;
}
