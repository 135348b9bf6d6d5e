/** The controls in the board's bar: search, hidden cards, pause, clear, auto-scroll, shortcuts. */

import { write } from "../lib/dom.js";
import { Shortcuts } from "../lib/shortcuts.js";
import { attachKiosk } from "../page/kiosk.js";
import { Tour } from "./tour.js";

export class Controls {
  #elements;
  #arrangement;
  /** the hidden cards that the list offers, as JSON */
  #offered = "";

  /**
   * @param {typeof import("../lib/dom.js").getById} getById
   * @param {import("./arrangement.js").Arrangement} arrangement
   * @param {() => void} clearAll
   */
  constructor(getById, arrangement, clearAll) {
    this.#arrangement = arrangement;
    this.#elements = {
      pause: getById("pause-all"),
      hidden: getById("hidden", HTMLSelectElement),
      empty: getById("empty"),
      emptyWords: getById("empty-words"),
      showAll: getById("show-all"),
    };
    const { grid } = arrangement;
    const { hidden, pause, showAll } = this.#elements;
    const input = getById("search", HTMLInputElement);
    const search = (/** @type {string} */ text) => {
      grid.search(text);
      this.render();
    };
    input.addEventListener("input", () => search(input.value));
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault(); // it would press the button that is focused next
        grid.visible[0]?.focus();
      } else if (event.key === "Escape") {
        input.value = "";
        search("");
      }
    });
    hidden.addEventListener("change", () => {
      if (hidden.selectedIndex === hidden.length - 1) {
        arrangement.showAll();
      } else if (hidden.value) {
        arrangement.show(hidden.value);
      }
    });
    showAll.addEventListener("click", () => arrangement.showAll());
    pause.addEventListener("click", () => arrangement.pauseAll(!arrangement.isPaused));
    getById("clear-all").addEventListener("click", clearAll);
    new Tour(getById("tour"));
    const kiosk = getById("kiosk");
    attachKiosk(kiosk, new URLSearchParams(location.search).get("kiosk") === "1");
    const shortcuts = new Shortcuts(getById("keys", HTMLDialogElement));
    shortcuts.add({ "/": () => input.focus() }, "find a card");
    shortcuts.add({ p: () => pause.click() }, "pause or continue all cards");
    shortcuts.add({ k: () => kiosk.click() }, "full screen on or off");
  }

  /** Shows which cards are hidden or paused. */
  render() {
    const { layout, grid, isPaused } = this.#arrangement;
    const { hidden: list, pause } = this.#elements;
    pause.setAttribute("aria-pressed", String(isPaused));
    write(pause, isPaused ? "Continue" : "Pause all");
    const hidden = grid.ids.flatMap((id) => (layout.hidden.has(id) ? grid.boxes.get(id) ?? [] : []));
    const offered = JSON.stringify(hidden.map(({ id, name }) => [id, name]));
    if (offered !== this.#offered) {
      this.#offered = offered;
      const title = new Option(`${hidden.length} hidden`, "");
      list.replaceChildren(title, ...hidden.map(({ id, name }) => new Option(name, id)), new Option("Show all", ""));
      list.selectedIndex = 0;
      list.hidden = hidden.length === 0;
    }
    this.#renderEmpty(hidden.length);
  }

  /** Shows why no card is visible. @param {number} hidden how many are hidden */
  #renderEmpty(hidden) {
    const { grid } = this.#arrangement;
    const { empty, emptyWords, showAll } = this.#elements;
    const { size } = grid.boxes;
    const isEmpty = size > 0 && grid.visible.length === 0;
    empty.hidden = !isEmpty;
    showAll.hidden = hidden === 0;
    const all = size === 1 ? "The only card is hidden." : `All ${size} cards are hidden.`;
    const some = hidden ? ` ${hidden === 1 ? "One more is" : `${hidden} more are`} hidden.` : "";
    write(emptyWords, hidden === size ? all : `No card has “${grid.searchText}” in its name or id.${some}`);
  }
}
