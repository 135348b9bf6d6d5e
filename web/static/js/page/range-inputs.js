/** The two fields with the limits of the displayed range. */

import { context2d, getById } from "../lib/dom.js";
import { exactText } from "../lib/number-text.js";
import { limitTexts, readLimits } from "../picture/range-limits.js";

const MIN_CHARACTERS = 6;
const ENDS = /** @type {const} */ (["low", "high"]);

export class RangeInputs {
  #levels;
  #onChange;
  #inputs = { low: getById("low", HTMLInputElement), high: getById("high", HTMLInputElement) };
  #shown = { low: "", high: "" };
  /** what the texts were made of */
  #written = "";
  #maxCharacters = 0;

  /** @param {import("../picture/levels.js").Levels} levels @param {() => void} onChange the viewer fixed the range */
  constructor(levels, onChange) {
    this.#levels = levels;
    this.#onChange = onChange;
    for (const end of ENDS) {
      this.#inputs[end].addEventListener("change", () => this.#read(end));
    }
    new ResizeObserver(() => {
      this.#maxCharacters = charactersThatFit(this.#inputs.low);
      this.render();
    }).observe(this.#inputs.low);
  }

  /** Write the range into the fields, except the one that the viewer is writing in. */
  render() {
    const { low, high, isAuto } = this.#levels;
    const state = `${low} ${high} ${isAuto} ${this.#maxCharacters}`;
    const hasFocus = ENDS.some((end) => document.activeElement === this.#inputs[end]);
    if (state === this.#written && !hasFocus && ENDS.every((end) => this.#inputs[end].validity.valid)) {
      return;
    }
    this.#written = hasFocus ? "" : state;
    const texts = limitTexts({ low, high }, isAuto, Math.max(MIN_CHARACTERS, this.#maxCharacters));
    for (const end of ENDS) {
      const input = this.#inputs[end];
      if (document.activeElement !== input) {
        this.#shown[end] = texts[end];
        if (input.value !== texts[end]) {
          input.value = texts[end]; // setting it again would move the cursor
        }
        input.setCustomValidity("");
        input.title = `${end === "low" ? "Lowest" : "Highest"} value shown: ${exactText(this.#levels[end])}`;
      }
    }
  }

  /** @param {"low" | "high"} end that the viewer changed */
  #read(end) {
    const texts = { low: this.#inputs.low.value, high: this.#inputs.high.value };
    const { low, high, error } = readLimits(texts, this.#shown, this.#levels);
    for (const each of ENDS) {
      this.#inputs[each].setCustomValidity(error);
    }
    if (error) {
      this.#inputs[end].title = error;
      this.#inputs[end].reportValidity();
    } else {
      this.#levels.setFixed(low, high);
      this.#onChange();
    }
  }
}

/** Return how many digits a field has room for. @param {HTMLInputElement} input */
function charactersThatFit(input) {
  const { fontWeight, fontSize, fontFamily, paddingLeft, paddingRight } = getComputedStyle(input);
  const context = context2d(document.createElement("canvas"));
  context.font = `${fontWeight} ${fontSize} ${fontFamily}`; // `font` is empty where figures are tabular
  const room = input.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  return Math.floor(room / context.measureText("0").width);
}
