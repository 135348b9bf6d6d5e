/** What stands in the bar: find, hidden cards, pause, clear, the tour, the keys. */

import { write } from "../lib/dom.js";
import { Shortcuts } from "../page/shortcuts.js";
import { attachKiosk } from "../page/kiosk.js";
import { Tour } from "./tour.js";

export class Controls {
  #of;
  #arrangement;
  #offered = "";

  /**
   * @param {(id: string) => HTMLElement} element
   * @param {import("./arrangement.js").Arrangement} arrangement
   * @param {() => void} clearAll
   */
  constructor(element, arrangement, clearAll) {
    this.#of = element;
    this.#arrangement = arrangement;
    const { deck } = arrangement;
    const search = /** @type {HTMLInputElement} */ (element("search"));
    const seek = (/** @type {string} */ text) => {
      deck.seek(text);
      this.show();
    };
    search.addEventListener("input", () => seek(search.value));
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault(); // it would press what has the focus then
        deck.seen[0]?.focus();
      } else if (event.key === "Escape") {
        search.value = "";
        seek("");
      }
    });
    const hidden = /** @type {HTMLSelectElement} */ (element("hidden"));
    hidden.addEventListener("change", () => {
      if (hidden.selectedIndex === hidden.length - 1) {
        arrangement.showAll();
      } else if (hidden.value) {
        arrangement.show(hidden.value);
      }
    });
    element("show-all").addEventListener("click", () => arrangement.showAll());
    element("pause-all").addEventListener("click", () => arrangement.pauseAll(!arrangement.isPaused));
    element("clear-all").addEventListener("click", clearAll);
    new Tour(element("tour"));
    attachKiosk(element("kiosk"), new URLSearchParams(location.search).get("kiosk") === "1");
    const keys = new Shortcuts(/** @type {HTMLDialogElement} */ (element("keys")));
    keys.add({ "/": () => search.focus() }, "find a card");
    keys.add({ p: () => element("pause-all").click() }, "pause all cards, and go on");
    keys.add({ k: () => element("kiosk").click() }, "full screen, and back");
  }

  /** Says anew which cards are hidden or paused. */
  show() {
    const { layout, deck, isPaused } = this.#arrangement;
    const pause = this.#of("pause-all");
    pause.setAttribute("aria-pressed", String(isPaused));
    write(pause, isPaused ? "Go on" : "Pause all");
    const hidden = deck.ids.filter((id) => layout.hidden.has(id));
    const offered = JSON.stringify(hidden.map((id) => [id, deck.all.get(id).name]));
    if (offered !== this.#offered) {
      this.#offered = offered;
      const select = /** @type {HTMLSelectElement} */ (this.#of("hidden"));
      const invitation = new Option(`${hidden.length} hidden`, "");
      const each = hidden.map((id) => new Option(deck.all.get(id).name, id));
      select.replaceChildren(invitation, ...each, new Option("Show all", ""));
      select.selectedIndex = 0;
      select.hidden = hidden.length === 0;
    }
    this.#tellEmpty(hidden.length);
  }

  /** Says why there is nothing to see. @param {number} hidden */
  #tellEmpty(hidden) {
    const { deck } = this.#arrangement;
    const { size } = deck.all;
    const isEmpty = size > 0 && deck.seen.length === 0;
    const isAll = hidden === size;
    this.#of("empty").hidden = !isEmpty;
    this.#of("show-all").hidden = hidden === 0;
    const all = size === 1 ? "The only card is hidden." : `All ${size} cards are hidden.`;
    const some = hidden ? ` ${hidden === 1 ? "One more is" : `${hidden} more are`} hidden.` : "";
    write(this.#of("empty-words"), isAll ? all : `No card has “${deck.sought}” in its name or id.${some}`);
  }
}
