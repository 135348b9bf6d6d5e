/** The filters with counts above a list, and its search field; both are kept in the address. */

import { getById, select, write } from "../lib/dom.js";
import { filterFromQuery, withFilter } from "../lib/list-filter.js";

export class FilterBar {
  #buttons = [...document.querySelectorAll(".filter")].filter((button) => button instanceof HTMLButtonElement);
  #search = getById("search", HTMLInputElement);
  #filter;

  /** @param {() => void} onChange of what is to be shown */
  constructor(onChange) {
    this.#filter = filterFromQuery(location.search, this.#buttons.map(nameOf));
    this.#search.value = this.#filter.search;
    const change = (/** @type {Partial<import("../lib/list-filter.js").Filter>} */ more) => {
      this.#filter = { ...this.#filter, ...more };
      history.replaceState(null, "", `${location.pathname}${withFilter(location.search, this.#filter)}`);
      onChange();
    };
    for (const button of this.#buttons) {
      button.addEventListener("click", () => change({ name: nameOf(button) }));
    }
    this.#search.addEventListener("input", () => change({ search: this.#search.value }));
  }

  get filter() {
    return this.#filter;
  }

  /** @param {Record<string, number>} counts by the name of the filter */
  showCounts(counts) {
    for (const button of this.#buttons) {
      const count = counts[nameOf(button)];
      button.setAttribute("aria-pressed", String(nameOf(button) === this.#filter.name));
      button.classList.toggle("none", count === 0);
      write(select(button, "b"), String(count));
    }
  }
}

/** @param {HTMLElement} button */
function nameOf({ dataset }) {
  return String(dataset.filter);
}
