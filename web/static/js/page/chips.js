/** The chips at the picture's corner: what the viewer set, each with a button that takes it back. */

import { select, write } from "../lib/dom.js";

export class Chips {
  #list;
  #reset;
  #key = "";

  /**
   * @param {HTMLElement} list
   * @param {(key: string) => void} reset takes back what a chip says; "all": everything
   */
  constructor(list, reset) {
    this.#list = list;
    this.#reset = reset;
  }

  /** @param {import("./view-settings.js").SettingChip[]} chips */
  show(chips) {
    const keys = chips.map(({ key }) => key).join();
    if (keys !== this.#key) {
      this.#key = keys;
      const all = chips.length > 1 ? [this.#create("all", "Reset all")] : [];
      this.#list.replaceChildren(...chips.map(({ key }) => this.#create(key, "Reset")), ...all);
    }
    chips.forEach(({ text }, index) => write(select(this.#list.children[index], "span"), text));
  }

  /** @param {string} key @param {string} name */
  #create(key, name) {
    const chip = document.createElement("p");
    chip.className = "chip";
    const text = document.createElement("span");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.addEventListener("click", () => this.#reset(key));
    chip.append(text, button);
    return chip;
  }
}
