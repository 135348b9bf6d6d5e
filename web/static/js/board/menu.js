/** The menu of further actions on a card: one for all cards, shown in the card whose button opened it. */

/**
 * @typedef {object} Entry
 * @property {string} text
 * @property {(id: string) => void} run
 * @property {boolean} [keepsOpen]
 * @property {(id: string) => boolean} [isDisabled]
 */

export class Menu {
  #element = document.createElement("div");
  #grid;
  /** @type {HTMLElement | null} the button that opened it */
  #opener = null;
  #entries;

  /**
   * @param {HTMLElement} list of the cards
   * @param {import("./card-grid.js").CardGrid} grid
   * @param {Entry[]} entries
   */
  constructor(list, grid, entries) {
    this.#grid = grid;
    this.#entries = entries;
    this.#element.className = "menu";
    this.#element.setAttribute("role", "group");
    this.#element.append(...entries.map((entry) => this.#createButton(entry)));
    list.addEventListener("click", ({ target }) => {
      const opener = target instanceof Element && target.closest(".opener");
      if (opener instanceof HTMLElement) {
        const isOpen = this.#opener === opener;
        this.close();
        isOpen || this.#open(opener);
      }
    });
    document.addEventListener("pointerdown", ({ target }) => {
      if (this.#opener && target instanceof Node && !this.#element.contains(target) && !this.#opener.contains(target)) {
        this.close();
      }
    });
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.close());
  }

  close() {
    const hadFocus = this.#element.contains(document.activeElement);
    this.#opener?.setAttribute("aria-expanded", "false");
    this.#element.remove();
    if (hadFocus && this.#opener?.isConnected) {
      this.#opener.focus();
    }
    this.#opener = null;
  }

  /** @param {Entry} entry */
  #createButton({ text, run, keepsOpen }) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => {
      const box = this.#grid.boxOf(button);
      if (box && button.getAttribute("aria-disabled") !== "true") {
        run(box.id);
      }
      if (!keepsOpen) {
        this.close();
      }
      button.isConnected && button.focus();
    });
    return button;
  }

  /** @param {HTMLElement} opener */
  #open(opener) {
    const box = this.#grid.boxOf(opener);
    const buttons = /** @type {HTMLCollectionOf<HTMLElement>} */ (this.#element.children);
    if (!box) {
      return;
    }
    this.#opener = opener;
    opener.setAttribute("aria-expanded", "true");
    this.#element.setAttribute("aria-label", box.name);
    this.#entries.forEach(({ isDisabled }, index) => {
      buttons[index].setAttribute("aria-disabled", String(isDisabled?.(box.id) ?? false));
    });
    opener.closest(".head")?.after(this.#element);
    buttons[0].focus();
  }
}
