/** Scrolls slowly through the page, again and again, until the viewer scrolls, clicks or presses a key. */

const SPEED_PX_PER_S = 45;
const REST_S = 3; // at the end
const MAX_STEP_S = 0.1;

export class Tour {
  #button;
  #isOn = false;
  #lastMs = 0;
  #scrollPx = 0;
  #restS = 0;

  /** @param {HTMLElement} button switches it on and off */
  constructor(button) {
    this.#button = button;
    button.addEventListener("click", () => this.#setOn(!this.#isOn));
    document.addEventListener("wheel", () => this.#setOn(false), { passive: true });
    for (const input of ["keydown", "pointerdown"]) {
      document.addEventListener(input, ({ target }) => target === button || this.#setOn(false));
    }
  }

  /** @param {boolean} isOn */
  #setOn(isOn) {
    if (isOn === this.#isOn) {
      return;
    }
    this.#isOn = isOn;
    this.#button.setAttribute("aria-pressed", String(isOn));
    if (isOn) {
      this.#scrollPx = window.scrollY;
      this.#restS = 0;
      this.#lastMs = performance.now();
      requestAnimationFrame(() => this.#step());
    }
  }

  #step() {
    if (!this.#isOn) {
      return;
    }
    const nowMs = performance.now();
    const passedS = Math.min(MAX_STEP_S, (nowMs - this.#lastMs) / 1000);
    this.#lastMs = nowMs;
    const endPx = document.documentElement.scrollHeight - window.innerHeight;
    if (this.#scrollPx < endPx) {
      this.#scrollPx = Math.min(endPx, this.#scrollPx + SPEED_PX_PER_S * passedS);
      window.scrollTo({ top: this.#scrollPx, behavior: "instant" });
    } else {
      this.#restS += passedS;
      if (this.#restS > REST_S) {
        this.#restS = 0;
        this.#scrollPx = 0;
      }
    }
    requestAnimationFrame(() => this.#step());
  }
}
