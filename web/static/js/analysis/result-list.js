/** A list of numbers by name; a click on a name opens its trend. */

import { write } from "../lib/dom.js";
import { NO_VALUE, formatExact, formatNumber } from "../lib/format.js";

export class ResultList {
  element = document.createElement("dl");
  #toggleTrend;
  #names = "";
  /** @type {HTMLElement[]} */
  #cells = [];

  /** @param {(name: string) => void} toggleTrend opens or closes the trend of a number */
  constructor(toggleTrend) {
    this.#toggleTrend = toggleTrend;
    this.element.className = "numbers";
  }

  /** @param {Record<string, unknown>} numbers in their order in the list; anything but a number is shown as missing */
  show(numbers) {
    const names = JSON.stringify(Object.keys(numbers));
    if (names !== this.#names) {
      this.#names = names;
      this.#createCells(Object.keys(numbers));
    }
    Object.values(numbers).forEach((value, index) => {
      write(this.#cells[index], typeof value === "number" ? formatNumber(value) : NO_VALUE);
      this.#cells[index].title = typeof value === "number" ? formatExact(value) : "";
    });
  }

  /** @param {string[]} names */
  #createCells(names) {
    this.#cells = names.map(() => document.createElement("dd"));
    const pairs = names.map((name, index) => {
      const pair = document.createElement("div");
      const title = document.createElement("dt");
      title.append(createTrendButton(name, () => this.#toggleTrend(name)));
      pair.append(title, this.#cells[index]);
      return pair;
    });
    this.element.replaceChildren(...pairs);
  }
}

/** Create a button with the name of a quantity. @param {string} name @param {() => void} onClick */
export function createTrendButton(name, onClick) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quantity";
  button.textContent = name;
  button.title = "Open or close its trend";
  button.addEventListener("click", onClick);
  return button;
}
