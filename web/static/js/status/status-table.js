/** The table of streams: the server's rows, sorted, filtered and renewed; what is unchanged keeps its focus. */

import { getById, select } from "../lib/dom.js";
import { countEach, isShown } from "../lib/list-filter.js";
import { FilterBar } from "../page/filter-bar.js";
import { RecentLosses, lossText } from "./recent-losses.js";
import { FILTERS, pressHead, sortFromQuery, sortRows, textsOf, withSort } from "./rows.js";

const PARTS = ["row", "why", "more"];

/** @typedef {import("./rows.js").Row & {body: HTMLTableSectionElement}} BodyRow */

export class StatusTable {
  #table = getById("streams", HTMLTableElement);
  #heads = [...this.#table.querySelectorAll("thead th")].filter((head) => head instanceof HTMLTableCellElement);
  #bar = new FilterBar(() => this.#render());
  #losses = new RecentLosses();
  #sort;
  #onCounts;

  /** @param {(counts: Record<string, number>) => void} onCounts called after each change */
  constructor(onCounts) {
    this.#onCounts = onCounts;
    const columns = this.#heads.map(({ dataset }) => String(dataset.column));
    this.#sort = sortFromQuery(location.search, columns);
    this.#heads.forEach((head, index) => this.#attachHead(head, columns[index]));
    this.#table.addEventListener("click", ({ target }) => {
      const opener = target instanceof Element && target.closest(".opener");
      if (opener) {
        toggleDetails(opener);
      }
    });
    this.#observeLosses(this.#table, performance.now() / 1000);
    this.#render();
  }

  /** Take the rows of the page that the server has now. @param {Document} page @param {number} nowS */
  update(page, nowS) {
    const fresh = select(page, "#streams");
    this.#observeLosses(fresh, nowS);
    const present = new Map(bodiesOf(this.#table).map((body) => [body.dataset.stream, body]));
    for (const body of bodiesOf(fresh)) {
      const before = present.get(body.dataset.stream);
      present.delete(body.dataset.stream);
      this.#showLosses(body);
      if (before) {
        merge(before, body);
      } else {
        this.#table.append(document.adoptNode(body));
      }
    }
    present.forEach((body) => body.remove());
    this.#render();
  }

  /** @param {ParentNode} table @param {number} nowS */
  #observeLosses(table, nowS) {
    const counters = bodiesOf(table).map(({ dataset }) => [dataset.stream, JSON.parse(dataset.losses ?? "{}")]);
    this.#losses.update(new Map(/** @type {[string, Record<string, number>][]} */ (counters)), nowS);
  }

  /** Say what a live stream lost in the last minute. @param {HTMLTableSectionElement} body */
  #showLosses(body) {
    const counts = this.#losses.of(String(body.dataset.stream));
    if (body.dataset.live !== "yes" || Object.keys(counts).length === 0) {
      return;
    }
    body.dataset.losing = "yes";
    body.dataset.level = "look";
    const badge = select(body, ".is .state", HTMLElement);
    badge.dataset.is = "look";
    badge.textContent = "Losing";
    const { cause, cure } = lossText(counts);
    const strong = document.createElement("b");
    strong.textContent = cause;
    const text = document.createElement("p");
    text.append(strong, ` ${cure}`);
    const cell = document.createElement("td");
    cell.colSpan = this.#heads.length - 1;
    cell.append(text);
    const row = document.createElement("tr");
    row.className = "why";
    row.append(document.createElement("td"), cell);
    body.querySelector(".why")?.remove();
    select(body, ".row").after(row);
  }

  /** @param {HTMLTableCellElement} head @param {string} column */
  #attachHead(head, column) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      this.#sort = pressHead(this.#sort, column);
      history.replaceState(null, "", `${location.pathname}${withSort(location.search, this.#sort)}`);
      this.#render();
    });
  }

  #render() {
    const { column, isDescending } = this.#sort;
    for (const head of this.#heads) {
      if (head.dataset.column === column) {
        head.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
      } else {
        head.removeAttribute("aria-sort");
      }
    }
    const rows = bodiesOf(this.#table).map(rowOf);
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const sorted = /** @type {BodyRow[]} */ (sortRows(rows, this.#sort));
    sorted.forEach((row, place) => {
      row.body.hidden = !isShown(row, textsOf(row), FILTERS, this.#bar.filter);
      if (this.#table.tBodies[place] !== row.body) {
        this.#table.insertBefore(row.body, this.#table.tBodies[place]);
      }
    });
    if (focused !== document.activeElement && focused?.isConnected) {
      focused.focus({ preventScroll: true });
    }
    getById("none").hidden = rows.length === 0 || rows.some(({ body }) => !body.hidden);
    const counts = countEach(rows, FILTERS);
    this.#bar.showCounts(counts);
    this.#onCounts(counts);
  }
}

/** @param {ParentNode} table @returns {HTMLTableSectionElement[]} */
function bodiesOf(table) {
  return [...table.querySelectorAll("tbody")];
}

/** @param {HTMLTableSectionElement} body @returns {BodyRow} */
function rowOf(body) {
  const { stream = "", level, live, losing } = body.dataset;
  const cells = [...body.querySelectorAll(".row .n")].filter((cell) => cell instanceof HTMLElement);
  const numbers = cells.map(({ classList, dataset: { value } }) => [classList[1], value ? Number(value) : null]);
  return {
    body,
    stream,
    source: body.querySelector(".source")?.textContent ?? "",
    level: /** @type {import("./rows.js").Level} */ (level),
    isLive: live === "yes",
    isLosing: losing === "yes",
    numbers: Object.fromEntries(numbers),
  };
}

/** @param {Element} opener */
function toggleDetails(opener) {
  const body = /** @type {HTMLElement} */ (opener.closest("tbody"));
  const isOpen = body.dataset.open !== "yes";
  body.dataset.open = isOpen ? "yes" : "no";
  opener.setAttribute("aria-expanded", String(isOpen));
}

/** Give the rows of a stream the content of newer ones. @param {HTMLElement} body @param {HTMLElement} fresh */
function merge(body, fresh) {
  const { open = "no" } = body.dataset;
  select(fresh, ".opener").setAttribute("aria-expanded", String(open === "yes"));
  delete body.dataset.losing;
  Object.assign(body.dataset, fresh.dataset);
  for (const part of PARTS) {
    const [row, newer] = [body, fresh].map((rows) => rows.querySelector(`.${part}`));
    if (row && newer && row.children.length === newer.children.length) {
      [...newer.children].forEach((cell, index) => mergeCell(row.children[index], cell));
    } else {
      row?.remove();
      if (newer) {
        body.append(document.adoptNode(newer));
      }
    }
  }
  body.append(...body.querySelectorAll(".more")); // the last
}

/** @param {Element} cell @param {Element} newer */
function mergeCell(cell, newer) {
  for (const name of ["class", "data-value"]) {
    const value = newer.getAttribute(name);
    if (value === null) {
      cell.removeAttribute(name);
    } else {
      cell.setAttribute(name, value);
    }
  }
  if (cell.innerHTML !== newer.innerHTML) {
    cell.replaceChildren(...[...newer.childNodes].map((node) => document.adoptNode(node)));
  }
}
