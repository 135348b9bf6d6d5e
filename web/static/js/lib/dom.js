/** Helpers for page elements. Data from the network is inserted as text, never as markup. */

const MAX_ROWS = 1000;

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} value
 * @property {string} [unit]
 * @property {"" | "fault" | "quiet" | "long"} [tone] long: like quiet, but never truncated
 * @property {string} [title] a longer explanation
 */

/** A table of names and values that rewrites only the cells that changed. */
export class Table {
  #body;
  /** @type {{row: HTMLTableRowElement, value: HTMLElement, unit: HTMLElement}[]} */
  #rows = [];
  #names = "";

  /** @param {HTMLTableSectionElement} body */
  constructor(body) {
    this.#body = body;
  }

  /** @param {Row[]} rows in display order */
  show(rows) {
    const visible = rows.slice(0, MAX_ROWS);
    const names = JSON.stringify(visible.map((row) => row.name));
    if (names !== this.#names) {
      this.#names = names;
      this.#rows = visible.map(createRow);
      this.#body.replaceChildren(...this.#rows.map((cells) => cells.row));
    }
    visible.forEach((row, index) => {
      const cells = this.#rows[index];
      if (write(cells.value, row.value)) {
        cells.value.title = row.value; // long values are truncated
      }
      write(cells.unit, row.unit ?? "");
      cells.row.className = row.tone ?? "";
    });
  }
}

/** @param {Row} row */
function createRow({ name, title }) {
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
 * Set an element's text, unless it has that text already.
 * @param {Element} element
 * @param {string} text
 * @returns {boolean} whether the text changed
 */
export function write(element, text) {
  if (element.textContent === text) {
    return false;
  }
  element.textContent = text;
  return true;
}

/**
 * Set a data attribute, unless it has that value already: changes of the page are observed.
 * @param {HTMLElement} element
 * @param {string} name
 * @param {string} value
 */
export function mark(element, name, value) {
  if (element.dataset[name] !== value) {
    element.dataset[name] = value;
  }
}

/**
 * Return a canvas's context for drawing.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 * @returns {CanvasRenderingContext2D}
 * @throws {Error} when the canvas is in use for WebGL
 */
export function context2d(canvas, settings) {
  const context = canvas.getContext("2d", settings);
  if (!context) {
    throw new Error("this canvas has no 2D context");
  }
  return context;
}

/** Offer a file to the viewer for saving. @param {Blob} blob @param {string} name */
export function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // only after the browser has written the file
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
