/** One figure or panel at a time takes the main place, over the picture, until it is put back. */

export class Maximiser {
  #hero;
  #bar = document.querySelector(".bar"); // which stays in sight
  /** @type {{element: HTMLElement, button: HTMLButtonElement} | null} */
  #now = null;

  /** @param {HTMLElement} hero the main place */
  constructor(hero) {
    this.#hero = hero;
    new ResizeObserver(() => this.#place()).observe(hero);
    document.addEventListener("keydown", ({ key, target }) => {
      const typed = target instanceof Element && target.closest("input, select, dialog[open]");
      if (key === "Escape" && !typed) {
        this.#putBack();
      }
    });
  }

  /**
   * What enlarges it and puts it back.
   * @param {HTMLElement} element
   * @param {string} name for who does not see it
   */
  button(element, name) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "icon";
    button.textContent = "⤢";
    button.setAttribute("aria-label", `Enlarge ${name}`);
    button.title = "Over the picture, and back (Escape)";
    this.listen(button, element);
    return button;
  }

  /** The same for a button that is there. @param {HTMLButtonElement} button @param {HTMLElement} element */
  listen(button, element) {
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const wanted = this.#now?.button !== button;
      this.#putBack();
      if (wanted) {
        this.#now = { element, button };
        this.#mark(true);
        this.#place();
      }
    });
  }

  #putBack() {
    if (this.#now) {
      this.#mark(false);
      this.#now = null;
    }
  }

  #mark(on) {
    this.#now.button.setAttribute("aria-pressed", String(on));
    this.#now.element.classList.toggle("enlarged", on);
  }

  /** Where the main place is now, and the bar; the style sheet decides what of the window is taken. */
  #place() {
    if (this.#now) {
      const { left, top, width, height } = this.#hero.getBoundingClientRect();
      const bar = this.#bar.getBoundingClientRect().bottom;
      for (const [name, pixels] of Object.entries({ left, top, width, height, bar })) {
        this.#now.element.style.setProperty(`--${name}`, `${pixels}px`);
      }
    }
  }
}
