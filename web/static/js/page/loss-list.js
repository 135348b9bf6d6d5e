/** Shows how much was lost, and where: the number in the header, and the list that it opens. */

import { formatCount } from "../lib/format.js";
import { write } from "../lib/dom.js";

export class LossList {
  #getById;
  /** @type {HTMLElement[]} */
  #counts = [];

  /** @param {(id: string) => HTMLElement} getById */
  constructor(getById) {
    this.#getById = getById;
  }

  /** @param {ReturnType<import("../stream/losses.js").Losses["update"]>} found */
  show({ total, losses }) {
    write(this.#getById("lost"), formatCount(total));
    write(this.#getById("losses-title"), total ? `${formatCount(total)} lost` : "Nothing was lost.");
    if (this.#counts.length !== losses.length) {
      const rows = losses.map(createRow);
      this.#counts = rows.map(({ count }) => count);
      this.#getById("losses-rows").replaceChildren(...rows.map(({ row }) => row));
    }
    losses.forEach(({ count }, index) => {
      write(this.#counts[index], formatCount(count));
      this.#counts[index].classList.toggle("fault", count > 0);
    });
  }
}

/** @param {import("../stream/losses.js").Loss} loss */
function createRow({ name, explanation }) {
  const row = document.createElement("div");
  const term = document.createElement("dt");
  const count = document.createElement("dd");
  const why = document.createElement("dd");
  term.textContent = name;
  why.textContent = explanation;
  why.className = "why";
  row.append(term, count, why);
  return { row, count };
}
