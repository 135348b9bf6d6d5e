/** A list of numbers by name; each name opens its trend. */

import { write } from "../lib/dom.js";
import { NO_VALUE, formatNumber } from "../lib/format.js";

const DIGITS = 6;

export class Numbers {
  element = document.createElement("dl");
  #trend;
  #names = "";

  /** @param {(name: string) => void} trend opens a number's trend, or closes it */
  constructor(trend) {
    this.#trend = trend;
    this.element.className = "numbers";
  }

  /** @param {Record<string, number | null>} numbers in their order */
  show(numbers) {
    const names = JSON.stringify(Object.keys(numbers));
    if (names !== this.#names) {
      this.#names = names;
      this.element.replaceChildren(...Object.keys(numbers).map((name) => this.#made(name)));
    }
    Object.values(numbers).forEach((value, at) => write(this.element.children[at].lastElementChild, shown(value)));
  }

  #made(name) {
    const pair = document.createElement("div");
    const title = document.createElement("dt");
    title.append(quantity(name, () => this.#trend(name)));
    pair.append(title, document.createElement("dd"));
    return pair;
  }
}

/** The name of a quantity, as a button. @param {string} name @param {() => void} clicked */
export function quantity(name, clicked) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quantity";
  button.textContent = name;
  button.title = "Its trend";
  button.addEventListener("click", clicked);
  return button;
}

/** @param {unknown} value */
export function shown(value) {
  return typeof value === "number" ? formatNumber(Number(value.toPrecision(DIGITS))) : NO_VALUE;
}
