/** The panel of the line cut: width, length, angle, FWHM, and the profile. */

import { write } from "../lib/dom.js";
import { alongLine, formatLength } from "../lib/calibration.js";
import { NO_VALUE, formatRounded, formatWithError } from "../lib/format.js";
import { MAX_WIDTH_PX, lineCut } from "./line-cut.js";
import { COVERAGE } from "./statistics.js";

const NO_VALUES = "A picture in colour has no values to measure.";
const OUTSIDE = "The line lies outside the picture, or outside the visible part, which Precise is limited to.";
const NO_PEAK = "FWHM: no peak with two flanks stands out of the profile.";
const ANGLE_STEP = 0.1;

/**
 * @typedef {import("./line-cut.js").Line} Line
 * @typedef {import("../lib/calibration.js").Axes} Axes
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 *
 * @typedef {object} Plot
 * @property {HTMLElement} element
 * @property {(positions: Float64Array, values: Float64Array, fit: null) => void} show
 * @property {(title: string) => void} setTitle
 * @property {() => void} restyle
 */

export class LinePanel {
  #panel;
  #plot;
  #width = document.createElement("input");
  #cells = {
    length: document.createElement("dd"),
    angle: document.createElement("dd"),
    FWHM: document.createElement("dd"),
  };
  #numbers = document.createElement("dl");
  #reason = document.createElement("p");

  /**
   * @param {HTMLElement} panel with its name
   * @param {Plot} plot
   * @param {{onWidth: (width: number) => void, onRemove: () => void}} actions
   */
  constructor(panel, plot, { onWidth, onRemove }) {
    this.#panel = panel;
    this.#plot = plot;
    Object.assign(this.#width, { type: "number", min: "1", max: String(MAX_WIDTH_PX), step: "1", autocomplete: "off" });
    this.#width.addEventListener("change", () => {
      if (this.#width.reportValidity() && this.#width.value) {
        onWidth(this.#width.valueAsNumber);
      }
    });
    const label = document.createElement("label");
    label.title = "The profile is the mean over so many pixels across the line";
    label.append("Width ", this.#width, " px");
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "Remove";
    remove.addEventListener("click", onRemove);
    panel.querySelector(".head")?.append(label, remove);
    this.#numbers.className = "numbers";
    for (const [name, cell] of Object.entries(this.#cells)) {
      const [pair, term] = [document.createElement("div"), document.createElement("dt")];
      term.textContent = name;
      pair.append(term, cell);
      this.#numbers.append(pair);
    }
    this.#reason.className = "why";
    panel.append(this.#numbers, this.#reason, plot.element);
  }

  /**
   * @param {Line | null} line
   * @param {Pixels | null} pixels null: a picture in colour
   * @param {Axes} axes
   * @param {string} unit of the values
   */
  show(line, pixels, axes, unit) {
    this.#panel.hidden = !line;
    if (!line) {
      return;
    }
    if (document.activeElement !== this.#width) {
      this.#width.value = String(line.width);
    }
    const cut = pixels && lineCut(pixels, line);
    const [dx, dy] = [line.to.x - line.from.x, line.to.y - line.from.y];
    const { perPixel, unit: lengthUnit, angle } = alongLine(axes, dx, dy);
    write(this.#cells.length, formatLength(axes, dx, dy));
    write(this.#cells.angle, `${formatRounded(angle, ANGLE_STEP)}°`);
    const fwhm = cut && cut.fwhm;
    const error = fwhm ? COVERAGE * fwhm.error + fwhm.bias : 0;
    const width = fwhm && formatWithError(fwhm.value * perPixel, error * perPixel);
    write(this.#cells.FWHM, width ? `${width} ${lengthUnit}`.trim() : NO_VALUE);
    const notes = cut ? [fwhm ? "" : NO_PEAK, cutNote(cut)] : [pixels ? OUTSIDE : NO_VALUES];
    write(this.#reason, notes.filter(Boolean).join(" "));
    this.#plot.element.hidden = !cut;
    if (cut) {
      const along = lengthUnit ? `from A to B, ${lengthUnit}` : "from A to B";
      this.#plot.setTitle(`Profile${unit && `, ${unit}`}, ${along}`);
      this.#plot.show(cut.distances.map((distance) => distance * perPixel), cut.values, null);
    }
  }

  restyle() {
    this.#plot.restyle();
  }
}

/** @param {import("./line-cut.js").LineCut} cut */
function cutNote({ isCut, bad, outside }) {
  const beyond = isCut ? "the part outside the picture" : outside && "samples outside the picture";
  const parts = [beyond, bad && "bad pixels"].filter(Boolean);
  return parts.length ? `Left out: ${parts.join(", ")}.` : "";
}
