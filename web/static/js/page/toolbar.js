/** The tool bar, which changes the look and the view of the picture, and the read-out of single pixels. */

import { formatPosition } from "../lib/calibration.js";
import { getById, write } from "../lib/dom.js";
import { COLORMAPS } from "../picture/colormap.js";
import { attachGestures } from "../picture/gestures.js";
import { SCALES } from "../picture/transfer.js";
import { NO_VALUE, formatCount, formatExact, formatRounded, formatShort } from "../lib/format.js";
import { attachRoving } from "../lib/roving.js";
import { ColourBarView } from "./colour-bar-view.js";
import { RangeInputs } from "./range-inputs.js";
import { renderFreeze } from "./sheet.js";

const ZOOM_STEP = 1.25;
const PAN_PX = 60;
const SAVE_DELAY_MS = 400;
/** @type {Record<string, string>} */
const SCALE_NAMES = { linear: "Linear", log: "Log", sqrt: "Root" };
/** @type {[text: string, value: string][]} of the automatic range */
const PERCENTILES = [
  ["without outliers", ""],
  ["all values", "0..100"],
  ["0.5 … 99.5 %", "0.5..99.5"],
  ["1 … 99 %", "1..99"],
  ["5 … 95 %", "5..95"],
];

/**
 * @typedef {object} Parts of the page that the tools act on
 * @property {import("../picture/picture.js").Picture} picture
 * @property {import("../picture/display-settings.js").DisplaySettings} settings
 * @property {import("../picture/overlay.js").Overlay} overlay
 * @property {import("../picture/live-picture.js").LivePicture} live
 * @property {import("../lib/preferences.js").Preferences} preferences
 * @property {import("../lib/shortcuts.js").Shortcuts} shortcuts
 * @property {() => string} unit of the values; empty: unknown
 * @property {() => void} changed called when the look, the view or the overlay changed
 */

export class Toolbar {
  #parts;
  #range;
  /** @type {{clientX: number, clientY: number} | null} where the pointer is in the window, over the stage */
  #pointer = null;
  #saveTimer = 0;
  #bar;
  /** @type {() => void} */
  #updateStops = () => {};

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#range = new RangeInputs(parts.settings.levels, () => this.onChange());
    const { preferences, live, settings, picture, overlay } = parts;
    settings.fromText(preferences.get("look"));
    picture.viewport.fromText(preferences.get("view"));
    overlay.fromText(preferences.get("overlay"));
    live.rendition.precise = preferences.get("precise") === "1";
    const capitalised = (/** @type {string} */ name) => name.charAt(0).toUpperCase() + name.slice(1);
    this.#setOptions("colours", COLORMAPS.map((name) => [capitalised(name), name]));
    this.#setOptions("scale", SCALES.map((name) => [SCALE_NAMES[name] ?? name, name]));
    const initial = settings.levels.percentiles?.join("..") ?? "";
    const isOther = PERCENTILES.every(([, value]) => value !== initial);
    const other = isOther ? [[`${initial.replace("..", " … ")} %`, initial]] : [];
    this.#setOptions("percentiles", [...PERCENTILES, ...other]);
    this.#bar = new ColourBarView(settings);
    this.#attachLook();
    this.#attachView();
    this.#attachPointer();
    this.#updateStops = attachRoving(getById("tools"), ".t:not(.pick), .t select", ["ArrowLeft", "ArrowRight"]);
    window.addEventListener("resize", () => this.#updateStops());
    this.render();
  }

  /** Updates the controls and the read-out; to be called after each frame, too. */
  render() {
    const { settings, live, overlay, picture } = this.#parts;
    const { map, scale, inverted, levels, marks } = settings;
    setValue(getById("colours", HTMLSelectElement), map);
    setValue(getById("scale", HTMLSelectElement), scale);
    this.#setPressed("inverted", inverted);
    this.#setPressed("auto", levels.isAuto);
    setValue(getById("percentiles", HTMLSelectElement), levels.percentiles?.join("..") ?? "");
    this.#setPressed("marks", marks);
    this.#setPressed("grid", overlay.grid);
    this.#setPressed("cross", overlay.cross !== null);
    getById("scale").parentElement?.classList.toggle("set", scale !== SCALES[0]);
    renderFreeze(live.frozen, getById);
    this.#setPressed("precise", live.rendition.precise);
    this.#setPressed("fit", picture.viewport.isFit);
    this.#range.render();
    this.#bar.draw();
    this.#bar.showUnit(this.#parts.unit());
    this.renderReadOut();
  }

  /** Shows the values under the pointer and the crosshair in the frame that is shown. */
  renderReadOut() {
    const { picture, overlay } = this.#parts;
    const pixel = this.#pixel;
    this.#renderValue("readout", pixel && picture.valueAt(pixel));
    this.#renderValue("crossout", overlay.cross && picture.valueAt(overlay.cross));
  }

  /** To be called when the look, the view or the overlay changed. */
  onChange() {
    this.#parts.changed();
    this.render();
    this.#save();
  }

  /** @param {string} id @param {import("../picture/picture.js").Value | null} value */
  #renderValue(id, value) {
    const readout = getById(id);
    readout.hidden = !value;
    if (!value) {
      return;
    }
    const { x, y, values, step, dtype, badSide } = value;
    const text = values.map((value) => (step ? formatRounded(value, step) : formatExact(value, dtype))).join(", ");
    const { axes } = this.#parts.overlay;
    const position = (/** @type {import("../lib/calibration.js").Axis} */ axis, /** @type {number} */ at) =>
      axis.unit === "px" && axis.first === 0 ? "" : ` (${formatPosition(axis, at)})`;
    const isRounded = dtype?.endsWith("int64") && values.some((one) => Math.abs(one) > Number.MAX_SAFE_INTEGER);
    const isMissing = badSide || values.every(Number.isNaN);
    const shown = isMissing ? NO_VALUE : `${step || isRounded ? "≈" : "="} ${text}`;
    write(readout, `x ${x}${position(axes.x, x)}  y ${y}${position(axes.y, y)}  ${shown}`);
    readout.title = step
      ? `From the compressed picture: ± ${formatShort(Number((step / 2).toPrecision(2)))}, plus JPEG losses`
      : isRounded ? "As the camera sent it, rounded to 53 bits" : "As the camera sent it";
    if (badSide) {
      readout.title = badSide === 1
        ? "A bad pixel: NaN or infinite"
        : `Bad pixels, NaN or infinite, are among the ${formatCount(badSide)} × ${formatCount(badSide)} pixels here`;
    } else if (isMissing) {
      readout.title = "A masked pixel, or a bad one: NaN or infinite";
    } else if (value.isProcessed) {
      readout.title = "A mean of frames, or the difference from the background";
    }
  }

  #attachLook() {
    const { settings, overlay, shortcuts, live } = this.#parts;
    const changing = (/** @type {() => unknown} */ change) => () => {
      change();
      this.onChange();
    };
    const colours = getById("colours", HTMLSelectElement);
    colours.addEventListener("change", changing(() => settings.setMap(colours.value)));
    const scale = getById("scale", HTMLSelectElement);
    scale.addEventListener("change", changing(() => settings.setScale(scale.value)));
    const percentiles = getById("percentiles", HTMLSelectElement);
    percentiles.addEventListener("change", changing(() => {
      const { value } = percentiles;
      settings.levels.setAuto(value ? /** @type {[number, number]} */ (value.split("..").map(Number)) : null);
    }));
    this.#button("inverted", changing(() => (settings.inverted = !settings.inverted)));
    this.#button("auto", changing(() => (settings.levels.isAuto ? settings.levels.lock() : settings.levels.setAuto())));
    this.#button("marks", changing(() => (settings.marks = !settings.marks)));
    this.#button("grid", changing(() => (overlay.grid = !overlay.grid)));
    this.#button("cross", () => overlay.toggleCross(null));
    this.#button("freeze", () => live.freeze(!live.frozen));
    this.#button("precise", changing(() => (live.rendition.precise = !live.rendition.precise)));
    const next = (/** @type {string[]} */ all, /** @type {string} */ now) =>
      all[(all.indexOf(now) + 1) % all.length];
    shortcuts.add({ c: changing(() => settings.setMap(next(COLORMAPS, settings.map))) }, "next colour map");
    shortcuts.add({ i: this.#click("inverted") }, "invert it");
    shortcuts.add({ s: changing(() => settings.setScale(next(SCALES, settings.scale))) }, "linear, log, square root");
    shortcuts.add({ l: this.#click("auto") }, "lock the range, or follow the picture");
    shortcuts.add({ b: this.#click("marks") }, "mark saturated and bad pixels");
    shortcuts.add({ g: this.#click("grid") }, "grid and scale");
    shortcuts.add({ x: () => overlay.toggleCross(this.#pixel) }, "set the crosshair here, or remove it");
    shortcuts.add({ p: this.#click("precise") }, "the camera's own values, or a JPEG");
    shortcuts.add({ " ": this.#click("freeze") }, "freeze or continue");
  }

  #attachView() {
    const { picture: { viewport }, shortcuts } = this.#parts;
    const moving = (/** @type {() => void} */ change) => () => {
      change();
      this.#onMove();
    };
    const pan = (/** @type {number} */ x, /** @type {number} */ y) =>
      moving(() => viewport.panBy(PAN_PX * x, PAN_PX * y));
    this.#button("larger", moving(() => viewport.zoomBy(ZOOM_STEP)));
    this.#button("smaller", moving(() => viewport.zoomBy(1 / ZOOM_STEP)));
    this.#button("fit", moving(() => viewport.fit()));
    this.#button("actual", moving(() => viewport.actual()));
    this.#button("turn", moving(() => viewport.turn(1)));
    this.#button("mirror", moving(() => viewport.mirror("x")));
    this.#button("keys-open", () => shortcuts.open());
    const larger = this.#click("larger");
    shortcuts.add({ "+": larger, "=": larger, "-": this.#click("smaller") }, "zoom");
    shortcuts.add(
      { ArrowLeft: pan(1, 0), ArrowRight: pan(-1, 0), ArrowUp: pan(0, 1), ArrowDown: pan(0, -1) },
      "move a picture that is larger than its area",
    );
    shortcuts.add({ f: this.#click("fit") }, "the whole picture");
    shortcuts.add({ 1: this.#click("actual") }, "one camera pixel as one screen pixel");
    shortcuts.add({ r: this.#click("turn"), m: this.#click("mirror") }, "turn, mirror");
  }

  #attachPointer() {
    const stage = getById("stage");
    attachGestures(stage, this.#parts.picture.viewport, () => this.#onMove());
    stage.addEventListener("pointermove", ({ clientX, clientY }) => {
      this.#pointer = { clientX, clientY };
      this.renderReadOut();
    });
    stage.addEventListener("pointerleave", () => {
      this.#pointer = null;
      this.renderReadOut();
    });
  }

  #onMove() {
    this.#parts.picture.place();
    this.render();
    this.#save();
  }

  /** The camera pixel under the pointer; null outside the picture. */
  get #pixel() {
    if (!this.#pointer) {
      return null;
    }
    const { left, top } = getById("stage").getBoundingClientRect();
    const { clientX, clientY } = this.#pointer;
    return this.#parts.picture.placement.pixelAt(clientX - left, clientY - top);
  }

  /** Stores the settings soon, once for a whole drag: browsers limit a page to 100 address changes in 30 s. */
  #save() {
    clearTimeout(this.#saveTimer);
    this.#saveTimer = window.setTimeout(() => {
      const { preferences, live, settings, overlay, picture } = this.#parts;
      const view = picture.viewport.toText();
      preferences.set("look", settings.toText());
      preferences.set("view", view === "fit" ? "" : view);
      preferences.set("overlay", overlay.toText());
      preferences.set("precise", live.rendition.precise ? "1" : "");
    }, SAVE_DELAY_MS);
  }

  /** Takes back what the chips say about the view and the look. */
  resetView() {
    const { settings, picture: { viewport } } = this.#parts;
    viewport.fromText("fit");
    settings.setScale(SCALES[0]);
    settings.inverted = false;
    settings.levels.setAuto();
    this.#parts.picture.place();
    this.onChange();
  }

  /** @param {string} id @param {string[][]} options text and value */
  #setOptions(id, options) {
    getById(id).replaceChildren(...options.map(([text, value]) => new Option(text, value)));
  }

  /** @param {string} id @param {() => void} action */
  #button(id, action) {
    getById(id).addEventListener("click", action);
  }

  /** Return a function that clicks a button. @param {string} id */
  #click(id) {
    return () => getById(id).click();
  }

  /** @param {string} id @param {boolean} isPressed */
  #setPressed(id, isPressed) {
    const text = String(isPressed);
    if (getById(id).getAttribute("aria-pressed") !== text) {
      getById(id).setAttribute("aria-pressed", text);
    }
  }
}

/**
 * Set a control's value if it differs: setting the same value would disturb a viewer who is choosing.
 * @param {HTMLSelectElement} control
 * @param {string} value
 */
function setValue(control, value) {
  if (control.value !== value) {
    control.value = value;
  }
}
