/** Scrolls slowly through the page and begins again, until somebody takes the wheel. */

const PX_PER_S = 45;
const REST_S = 3;
const LONGEST_STEP_S = 0.1;

export class Tour {
  #button;
  #isOn = false;
  #last = 0;
  #at = 0;
  #restS = 0;

  /** @param {HTMLElement} button switches it on and off */
  constructor(button) {
    this.#button = button;
    button.addEventListener("click", () => this.#set(!this.#isOn));
    document.addEventListener("wheel", () => this.#set(false), { passive: true });
    for (const taken of ["keydown", "pointerdown"]) {
      document.addEventListener(taken, ({ target }) => target === button || this.#set(false));
    }
  }

  #set(isOn) {
    if (isOn === this.#isOn) {
      return;
    }
    this.#isOn = isOn;
    this.#button.setAttribute("aria-pressed", String(isOn));
    if (isOn) {
      this.#at = window.scrollY;
      this.#restS = 0;
      this.#last = performance.now();
      requestAnimationFrame(() => this.#step());
    }
  }

  #step() {
    if (!this.#isOn) {
      return;
    }
    const now = performance.now();
    const passedS = Math.min(LONGEST_STEP_S, (now - this.#last) / 1000);
    this.#last = now;
    const end = document.documentElement.scrollHeight - window.innerHeight;
    if (this.#at < end) {
      this.#at = Math.min(end, this.#at + PX_PER_S * passedS);
      window.scrollTo({ top: this.#at, behavior: "instant" });
    } else {
      this.#restS += passedS;
      if (this.#restS > REST_S) {
        this.#restS = 0;
        this.#at = 0;
      }
    }
    requestAnimationFrame(() => this.#step());
  }
}
