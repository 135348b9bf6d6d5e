/**
 * What is done to the picture's values before they are displayed and measured, and its controls: bad pixels are masked,
 * frames averaged, a background subtracted.
 */

import { write } from "../lib/dom.js";
import { RunningAverage } from "./average.js";
import { Background } from "./background.js";

/**
 * @typedef {import("./bad-pixel-mask.js").BadPixelMask} BadPixelMask
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 *
 * @typedef {object} Parts
 * @property {(id: string) => HTMLElement} getById
 * @property {import("../picture/picture.js").Picture} picture
 * @property {import("../lib/preferences.js").Preferences} preferences
 * @property {() => boolean} isFrozen whether past pictures are shown, which are not averaged
 */

export class Processing {
  #parts;
  #onMask;
  #average = new RunningAverage();
  #background = new Background();
  /** @type {BadPixelMask | null} */
  #mask = null;

  /**
   * @param {Parts} parts
   * @param {() => void} onMask called after the mask has changed
   */
  constructor(parts, onMask) {
    this.#parts = parts;
    this.#onMask = onMask;
    this.#setAverage(parts.preferences.get("mean"));
    this.#averageSelect.addEventListener("change", () => {
      this.#setAverage(this.#averageSelect.value);
      this.#saveAverage();
    });
    parts.getById("background").addEventListener("click", () => this.#toggleBackground());
    this.updateControls();
  }

  /** What is done now. */
  get summary() {
    return { frames: this.#averageFrames, background: this.#background.state, masked: this.#mask?.count ?? 0 };
  }

  /** Show the values as they arrive. The mask stays. */
  reset() {
    this.#background.clear();
    this.#setAverage("");
    this.#saveAverage();
    this.updateControls();
  }

  /** The mask in use, whether or not it fits the picture that is shown. */
  get mask() {
    return this.#mask;
  }

  /** Leave bad pixels out of all that is measured and displayed; null: none. */
  set mask(/** @type {BadPixelMask | null} */ mask) {
    this.#mask = mask;
    this.#update();
    if (this.#parts.isFrozen() || (this.#averageFrames <= 1 && this.#background.state !== "collecting")) {
      this.#parts.picture.reprocess(); // without adding the frame to a mean twice
    }
    this.#onMask();
  }

  /** Show how far a background is collected, and what is set. */
  updateControls() {
    const { getById } = this.#parts;
    const { state, collected, frames } = this.#background;
    getById("background").setAttribute("aria-pressed", String(state !== "none"));
    const text = {
      none: "Background",
      collecting: `Background ${collected}/${frames}`,
      ready: "− Background",
      mismatch: "Background: other size",
    }[state];
    write(getById("background-text"), text);
    this.#averageSelect.parentElement?.classList.toggle("set", this.#averageFrames > 1);
  }

  #toggleBackground() {
    if (this.#background.state === "none") {
      this.#background.collect();
    } else {
      this.#background.clear();
    }
    this.#update();
    this.updateControls();
  }

  /** @param {string} frames one of the choices; others are ignored */
  #setAverage(frames) {
    const isOffered = Array.from(this.#averageSelect.options, ({ value }) => value).includes(frames);
    this.#averageSelect.value = isOffered ? frames : "1";
    this.#average.set(this.#averageFrames);
    this.#update();
  }

  #saveAverage() {
    this.#parts.preferences.set("mean", this.#averageFrames > 1 ? this.#averageSelect.value : "");
  }

  get #averageSelect() {
    return /** @type {HTMLSelectElement} */ (this.#parts.getById("average"));
  }

  get #averageFrames() {
    return Number(this.#averageSelect.value);
  }

  /** Process the picture's values only while there is a mask, an average or a background. */
  #update() {
    const isIdle = !this.#mask && this.#averageFrames <= 1 && this.#background.state === "none";
    this.#parts.picture.process = isIdle ? null : (values, camera) => this.#process(values, camera);
  }

  /** @param {Pixels} values @param {import("../stream/rendition.js").Size} camera */
  #process(values, camera) {
    const pixels = this.#mask?.fits(camera) ? this.#mask.apply(values) : values;
    if (this.#parts.isFrozen()) {
      return this.#background.subtract(pixels);
    }
    if (this.#background.state === "collecting") {
      this.#background.add(pixels);
    }
    return this.#background.subtract(this.#average.add(pixels));
  }
}
