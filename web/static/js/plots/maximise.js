/** Shows one figure or panel at a time over the picture, and puts it back. */

export class Maximiser {
  #hero;
  #bar = document.querySelector(".bar"); // stays visible
  /** @type {{element: HTMLElement, button: HTMLButtonElement} | null} */
  #current = null;

  /** @param {HTMLElement} hero the main area, where the picture is */
  constructor(hero) {
    this.#hero = hero;
    new ResizeObserver(() => this.#place()).observe(hero);
    document.addEventListener("keydown", ({ key, target }) => {
      const isInput = target instanceof Element && target.closest("input, select, dialog[open]");
      if (key === "Escape" && !isInput) {
        this.#restore();
      }
    });
  }

  /**
   * Create a button that maximises an element and puts it back.
   * @param {HTMLElement} element
   * @param {string} name for screen readers
   */
  createButton(element, name) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "icon";
    button.textContent = "⤢";
    button.setAttribute("aria-label", `Enlarge ${name}`);
    button.title = "Show over the picture, and put back (Escape)";
    this.attachButton(button, element);
    return button;
  }

  /** Let an existing button do the same. @param {HTMLButtonElement} button @param {HTMLElement} element */
  attachButton(button, element) {
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const isOther = this.#current?.button !== button;
      this.#restore();
      if (isOther) {
        this.#current = { element, button };
        setMaximised(this.#current, true);
        this.#place();
      }
    });
  }

  #restore() {
    if (this.#current) {
      setMaximised(this.#current, false);
      this.#current = null;
    }
  }

  /** Pass the rectangles of the main area and the bar to the style sheet, which decides what is covered. */
  #place() {
    if (this.#current) {
      const { left, top, width, height } = this.#hero.getBoundingClientRect();
      const bar = this.#bar?.getBoundingClientRect().bottom ?? 0;
      for (const [name, pixels] of Object.entries({ left, top, width, height, bar })) {
        this.#current.element.style.setProperty(`--${name}`, `${pixels}px`);
      }
    }
  }
}

/** @param {{element: HTMLElement, button: HTMLButtonElement}} target @param {boolean} isMaximised */
function setMaximised({ element, button }, isMaximised) {
  button.setAttribute("aria-pressed", String(isMaximised));
  element.classList.toggle("enlarged", isMaximised);
}
