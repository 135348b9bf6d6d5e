/** What else can be done with a card: one menu, in the card in whose head it was opened. */

/** @typedef {{text: string, does: (id: string) => void, stays?: boolean, isOff?: (id: string) => boolean}} Entry */

export class Menu {
  #element = document.createElement("div");
  #deck;
  /** @type {HTMLElement | null} what opened it */
  #opener = null;
  #entries;

  /** @param {HTMLElement} list of the cards @param {import("./card-grid.js").CardGrid} deck @param {Entry[]} entries */
  constructor(list, deck, entries) {
    this.#deck = deck;
    this.#entries = entries;
    this.#element.className = "menu";
    this.#element.setAttribute("role", "group");
    this.#element.append(
      ...entries.map(({ text, does, stays }) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = text;
        button.addEventListener("click", () => {
          const { id } = deck.boxOf(button);
          if (button.getAttribute("aria-disabled") !== "true") {
            does(id);
          }
          if (!stays) {
            this.close();
          }
          button.isConnected && button.focus();
        });
        return button;
      }),
    );
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

  #open(opener) {
    const box = this.#deck.boxOf(opener);
    this.#opener = opener;
    opener.setAttribute("aria-expanded", "true");
    this.#element.setAttribute("aria-label", box.name);
    this.#entries.forEach(({ isOff }, index) => {
      this.#element.children[index].setAttribute("aria-disabled", String(isOff?.(box.id) ?? false));
    });
    opener.closest(".head").after(this.#element);
    /** @type {HTMLElement} */ (this.#element.firstElementChild).focus();
  }
}
