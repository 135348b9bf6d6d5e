/** The tools that few viewers use, in one bundle that is loaded on the first use of one of them. */

import { CalibrationForm } from "./calibration-form.js";
import { EdgePlots } from "./edge-plots.js";
import { formatLine, parseLine } from "./line-cut.js";
import { LineOverlay } from "./line-overlay.js";
import { LinePanel } from "./line-panel.js";
import { MaskForm } from "./mask-form.js";
import { RangePart } from "./range-part.js";

const SAVE_DELAY_MS = 400;

/**
 * @typedef {object} Own parts that only these tools use
 * @property {import("./calibration-form.js").Calibration} calibration
 * @property {() => import("../lib/calibration.js").Axes} streamAxes
 * @property {() => string} unit of the values
 * @property {import("../picture/levels.js").Levels} levels
 * @property {(name: string) => import("./line-panel.js").Plot} createPlot
 * @property {() => void} onAxes called when the viewer's own axes changed
 * @property {() => void} onRange called when the range may have changed
 *
 * @typedef {Own & {
 *   getById: (id: string) => HTMLElement,
 *   picture: import("../picture/picture.js").Picture,
 *   overlay: import("../picture/overlay.js").Overlay,
 *   preferences: import("../lib/preferences.js").Preferences,
 *   analysis: import("./analysis.js").Analysis,
 * }} Parts
 */

export class Tools {
  #parts;
  #line;
  #panel;
  #edges;
  #calibration;
  #mask;
  #range;
  #saveTimer = 0;
  #placed = "";

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    const { getById, picture, preferences, analysis, levels } = parts;
    const { regions } = analysis;
    this.#panel = new LinePanel(getById("line-panel"), parts.createPlot("Profile along the line"), {
      onWidth: (width) => this.#line.line && (this.#line.line = { ...this.#line.line, width }),
      onRemove: () => (this.#line.line = null),
    });
    this.#line = new LineOverlay(getById("overlay"), getById("stage"), picture.placement, () => this.#onLineChange());
    regions.onDrawing = () => this.#line.stopDrawing();
    this.#edges = new EdgePlots(getById("hero"), getById("stage"), picture);
    this.#calibration = new CalibrationForm({ ...parts, onChange: parts.onAxes });
    this.#mask = new MaskForm({ getById, picture, preferences, setMask: (mask) => (analysis.processing.mask = mask) });
    const select = /** @type {HTMLSelectElement} */ (getById("range-of"));
    this.#range = new RangePart({ select, picture, regions, preferences, levels, onChange: parts.onRange });
    getById("pixels-form").inert = false; // until now nobody would have read what is typed
    this.#line.line = parseLine(preferences.get("line"));
    this.showEdges(preferences.get("edges") === "1");
  }

  /** Draw a line, stop drawing it, or remove it. @param {boolean} [byPointer] */
  toggleLine(byPointer) {
    if (this.#line.isDrawing) {
      this.#line.stopDrawing();
    } else if (this.#line.line) {
      this.#line.line = null;
    } else {
      this.#parts.analysis.regions.stopDrawing();
      this.#line.draw(byPointer);
    }
  }

  /** @param {boolean} isShown */
  showEdges(isShown) {
    this.#edges.isShown = isShown;
    this.#parts.getById("edges").setAttribute("aria-pressed", String(isShown));
    this.#parts.preferences.set("edges", isShown ? "1" : "");
  }

  toggleEdges() {
    this.showEdges(!this.#edges.isShown);
  }

  /** @param {string} part of the picture that the automatic range follows */
  chooseRange(part) {
    this.#range.choose(part);
  }

  /** Show the form with the present settings. */
  openForm() {
    this.#calibration.show();
  }

  /** Measure the picture that is shown. */
  onFrame() {
    this.#mask.onFrame();
    this.#range.update();
    this.#edges.draw();
    this.#showLine();
  }

  /** @param {import("../picture/placement.js").Placement} placement */
  place(placement) {
    const { ready, matrix, camera } = placement;
    const key = JSON.stringify([ready, matrix, camera, placement.visibleBox()]);
    if (key === this.#placed) {
      return; // as with most frames
    }
    this.#placed = key;
    this.#line.place(placement);
    this.#calibration.place(placement);
    this.#edges.draw();
  }

  restyle() {
    this.#panel.restyle();
  }

  /** Take back the mask. */
  removeMask() {
    this.#mask.remove();
  }

  #onLineChange() {
    const { getById, preferences } = this.#parts;
    const { line, isDrawing } = this.#line;
    getById("line-cut").setAttribute("aria-pressed", String(isDrawing || line !== null));
    this.#showLine();
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => preferences.set("line", line ? formatLine(line) : ""), SAVE_DELAY_MS);
  }

  #showLine() {
    const { picture, overlay, unit } = this.#parts;
    const { line } = this.#line;
    this.#panel.show(line, line && picture.pixels(boxOf(line)), overlay.axes, unit());
  }
}

/** Return the camera pixels that a line cut needs. @param {import("./line-cut.js").Line} line */
function boxOf({ from, to, width }) {
  const margin = width / 2 + 2;
  return {
    left: Math.floor(Math.min(from.x, to.x) - margin),
    top: Math.floor(Math.min(from.y, to.y) - margin),
    right: Math.ceil(Math.max(from.x, to.x) + margin),
    bottom: Math.ceil(Math.max(from.y, to.y) + margin),
  };
}
