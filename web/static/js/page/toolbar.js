/** The tool bar and the read-out under the pointer: what changes look and view of the picture. */

import { write } from "../lib/dom.js";
import { COLORMAPS } from "../picture/colormap.js";
import { takeGestures } from "../picture/gestures.js";
import { SCALES } from "../picture/transfer.js";
import { number, rounded } from "../lib/format.js";

const STEP = 1.25;
const PAN_PX = 60;
const KEEP_AFTER_MS = 400;
/** @type {[text: string, value: string][]} of the automatic range */
const PERCENTILES = [
  ["usual range", ""],
  ["all values", "0..100"],
  ["0.5 … 99.5 %", "0.5..99.5"],
  ["1 … 99 %", "1..99"],
  ["5 … 95 %", "5..95"],
];

/**
 * @typedef {object} Parts what the tools act on
 * @property {(id: string) => HTMLElement} element
 * @property {import("../picture/picture.js").Picture} picture
 * @property {import("../picture/display-settings.js").Look} look
 * @property {import("../picture/overlay.js").Overlay} overlay
 * @property {import("../picture/live-picture.js").Live} live
 * @property {import("../lib/preferences.js").Kept} kept
 * @property {import("./shortcuts.js").Shortcuts} keys
 * @property {() => void} changed called when look, view or overlay has changed
 */

export class Toolbar {
  #parts;
  #of;
  /** @type {{clientX: number, clientY: number} | null} where the pointer is in the window, over the stage */
  #pointer = null;
  #keeping = 0;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#of = parts.element;
    const { kept, live, look, picture, overlay } = parts;
    look.fromText(kept.get("look"));
    picture.viewport.fromText(kept.get("view"));
    overlay.fromText(kept.get("overlay"));
    live.rendition.precise = kept.get("precise") === "1";
    const themselves = (/** @type {string[]} */ names) => names.map((name) => [name, name]);
    this.#fill("colours", themselves(COLORMAPS));
    this.#fill("scale", themselves(SCALES));
    const linked = look.levels.percentiles?.join("..") ?? "";
    const isNew = PERCENTILES.every(([, value]) => value !== linked);
    this.#fill("percentiles", isNew ? [...PERCENTILES, [`${linked.replace("..", " … ")} %`, linked]] : PERCENTILES);
    this.#takeLook();
    this.#takeView();
    this.#takePointer();
    this.show();
  }

  /** Says what is shown now; to be called after each frame, too. */
  show() {
    const { look, live, overlay, picture } = this.#parts;
    const { map, scale, inverted, levels, marks } = look;
    set(this.#select("colours"), map);
    set(this.#select("scale"), scale);
    this.#press("inverted", inverted);
    this.#press("auto", levels.isAuto);
    set(this.#select("percentiles"), levels.percentiles?.join("..") ?? "");
    this.#press("marks", marks);
    this.#press("grid", overlay.grid);
    this.#press("cross", overlay.cross !== null);
    this.#press("freeze", live.frozen);
    this.#press("precise", live.rendition.precise);
    this.#press("fit", picture.viewport.isFit);
    for (const [id, value] of [["low", levels.low], ["high", levels.high]]) {
      const input = this.#input(id);
      if (document.activeElement !== input) {
        set(input, String(Number(value.toPrecision(levels.isAuto ? 5 : 12))));
        input.setCustomValidity("");
      }
    }
    this.#bar();
    this.readOut();
  }

  /** The values under the pointer and the crosshair, of the frame that is shown. */
  readOut() {
    const { picture, overlay } = this.#parts;
    const pixel = this.#pixel;
    this.#tell("readout", pixel && picture.valueOf(pixel));
    this.#tell("crossout", overlay.cross && picture.valueOf(overlay.cross));
  }

  /** Something of look, view or overlay was changed elsewhere. */
  changed() {
    this.#parts.changed();
    this.show();
    this.#keep();
  }

  /** @param {string} id @param {import("../picture/picture.js").Value | null} found */
  #tell(id, found) {
    const line = this.#of(id);
    line.hidden = !found;
    if (!found) {
      return;
    }
    const { x, y, values, step } = found;
    const exact = (/** @type {number} */ value) => String(value).replace("-", "\u2212"); // all digits that it has
    const told = values.map((value) => (step ? rounded(value, step) : exact(value))).join(", ");
    const { axes } = this.#parts.overlay;
    const where = (/** @type {import("../picture/calibration.js").Axis} */ axis, /** @type {number} */ at) =>
      axis.unit === "px" ? "" : ` (${number(Number((axis.first + at * axis.step).toPrecision(6)))} ${axis.unit})`;
    write(line, `x ${x}${where(axes.x, x)}  y ${y}${where(axes.y, y)}  ${step ? "≈" : "="} ${told}`);
    line.title = step
      ? `From the 8-bit picture: ± ${number(Number((step / 2).toPrecision(2)))}, and what JPEG loses`
      : "As the camera sent it";
    if (found.isWorkedOn) {
      line.title = "The mean of frames, or what is above the background";
    }
  }

  #takeLook() {
    const { look, overlay, keys, live } = this.#parts;
    const isShown = (/** @type {() => unknown} */ change) => () => {
      change();
      this.changed();
    };
    const colours = this.#select("colours");
    colours.addEventListener("change", isShown(() => look.setMap(colours.value)));
    const scale = this.#select("scale");
    scale.addEventListener("change", isShown(() => look.setScale(scale.value)));
    const percentiles = this.#select("percentiles");
    percentiles.addEventListener("change", isShown(() => {
      const { value } = percentiles;
      look.levels.auto(value ? /** @type {any} */ (value.split("..").map(Number)) : null);
    }));
    for (const id of ["low", "high"]) {
      this.#input(id).addEventListener("change", () => this.#fixRange());
    }
    this.#button("inverted", isShown(() => (look.inverted = !look.inverted)));
    this.#button("auto", isShown(() => (look.levels.isAuto ? look.levels.lock() : look.levels.auto())));
    this.#button("marks", isShown(() => (look.marks = !look.marks)));
    this.#button("grid", isShown(() => (overlay.grid = !overlay.grid)));
    this.#button("cross", () => overlay.toggleCross(null));
    this.#button("freeze", () => live.freeze(!live.frozen));
    this.#button("precise", isShown(() => (live.rendition.precise = !live.rendition.precise)));
    const next = (/** @type {string[]} */ all, /** @type {string} */ now) =>
      all[(all.indexOf(now) + 1) % all.length];
    keys.add({ c: isShown(() => look.setMap(next(COLORMAPS, look.map))) }, "next colour map");
    keys.add({ i: this.#click("inverted") }, "invert it");
    keys.add({ s: isShown(() => look.setScale(next(SCALES, look.scale))) }, "linear, log, square root");
    keys.add({ l: this.#click("auto") }, "lock the range, or follow the picture");
    keys.add({ b: this.#click("marks") }, "mark saturated and bad pixels");
    keys.add({ g: this.#click("grid") }, "grid and scale");
    keys.add({ x: () => overlay.toggleCross(this.#pixel) }, "crosshair here, or away");
    keys.add({ p: this.#click("precise") }, "the camera's own values, or a JPEG");
    keys.add({ " ": this.#click("freeze") }, "freeze, and go on");
  }

  #takeView() {
    const { picture: { viewport }, keys } = this.#parts;
    const isMoved = (/** @type {() => void} */ change) => () => {
      change();
      this.#moved();
    };
    const pan = (/** @type {number} */ x, /** @type {number} */ y) =>
      isMoved(() => viewport.panBy(PAN_PX * x, PAN_PX * y));
    this.#button("larger", isMoved(() => viewport.zoomBy(STEP)));
    this.#button("smaller", isMoved(() => viewport.zoomBy(1 / STEP)));
    this.#button("fit", isMoved(() => viewport.fit()));
    this.#button("actual", isMoved(() => viewport.actual()));
    this.#button("turn", isMoved(() => viewport.turn(1)));
    this.#button("mirror", isMoved(() => viewport.mirror("x")));
    this.#button("keys-open", () => keys.open());
    const larger = this.#click("larger");
    keys.add({ "+": larger, "=": larger, "-": this.#click("smaller") }, "zoom");
    keys.add(
      { ArrowLeft: pan(1, 0), ArrowRight: pan(-1, 0), ArrowUp: pan(0, 1), ArrowDown: pan(0, -1) },
      "move a picture that is larger than its place",
    );
    keys.add({ f: this.#click("fit") }, "the whole picture");
    keys.add({ 1: this.#click("actual") }, "camera pixels as they are");
    keys.add({ r: this.#click("turn"), m: this.#click("mirror") }, "turn, mirror");
  }

  #takePointer() {
    const stage = this.#of("stage");
    takeGestures(stage, this.#parts.picture.viewport, () => this.#moved());
    stage.addEventListener("pointermove", ({ clientX, clientY }) => {
      this.#pointer = { clientX, clientY };
      this.readOut();
    });
    stage.addEventListener("pointerleave", () => {
      this.#pointer = null;
      this.readOut();
    });
  }

  #moved() {
    this.#parts.picture.place();
    this.show();
    this.#keep();
  }

  /** The camera pixel under the pointer, wherever the stage lies in the window now. */
  get #pixel() {
    if (!this.#pointer) {
      return null;
    }
    const { left, top } = this.#of("stage").getBoundingClientRect();
    const { clientX, clientY } = this.#pointer;
    return this.#parts.picture.placement.pixelAt(clientX - left, clientY - top);
  }

  #fixRange() {
    const low = this.#input("low").valueAsNumber;
    const high = this.#input("high").valueAsNumber;
    const fits = Number.isFinite(low) && Number.isFinite(high) && low < high;
    for (const id of ["low", "high"]) {
      this.#input(id).setCustomValidity(fits ? "" : "The first must be less than the second");
    }
    if (fits) {
      this.#parts.look.levels.fix(low, high);
      this.changed();
    } else {
      this.#input("high").reportValidity();
    }
  }

  /** Soon, and once for a whole drag: browsers allow a page a hundred addresses in half a minute. */
  #keep() {
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => {
      const { kept, live, look, overlay, picture } = this.#parts;
      const view = picture.viewport.toText();
      kept.set("look", look.toText());
      kept.set("view", view === "fit" ? "" : view);
      kept.set("overlay", overlay.toText());
      kept.set("precise", live.rendition.precise ? "1" : "");
    }, KEEP_AFTER_MS);
  }

  /** The colours from the lowest value shown to the highest, as the scale spreads the values. */
  #bar() {
    const { colours, map, inverted } = this.#parts.look;
    const text = `${map} ${inverted}`;
    const bar = /** @type {HTMLCanvasElement} */ (this.#of("bar"));
    if (bar.dataset.colours !== text) {
      bar.dataset.colours = text;
      const pixels = new ImageData(256, 1);
      for (let place = 0; place < 256; place += 1) {
        pixels.data.set([...colours.subarray(3 * place, 3 * place + 3), 255], 4 * place);
      }
      bar.getContext("2d").putImageData(pixels, 0, 0);
    }
  }

  /** @param {string} id @param {string[][]} options text and value */
  #fill(id, options) {
    this.#of(id).replaceChildren(...options.map(([text, value]) => new Option(text, value)));
  }

  #button(id, action) {
    this.#of(id).addEventListener("click", action);
  }

  #click(id) {
    return () => this.#of(id).click();
  }

  #press(id, on) {
    const text = String(on);
    if (this.#of(id).getAttribute("aria-pressed") !== text) {
      this.#of(id).setAttribute("aria-pressed", text);
    }
  }

  #select(id) {
    return /** @type {HTMLSelectElement} */ (this.#of(id));
  }

  #input(id) {
    return /** @type {HTMLInputElement} */ (this.#of(id));
  }
}

/** Leaves alone what has it already, as somebody may just be choosing. */
function set(control, value) {
  if (control.value !== value) {
    control.value = value;
  }
}
