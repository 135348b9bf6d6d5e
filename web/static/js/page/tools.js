/** The tool bar, the keyboard and the read-out under the pointer: what changes look and view. */

import { COLORMAPS } from "../picture/colormap.js";
import { number } from "./format.js";
import { takeGestures } from "../picture/gestures.js";
import { SCALES } from "../picture/transfer.js";
import { write } from "../data/table.js";

const STEP = 1.25;
const PAN_PX = 60;
const KEEP_AFTER_MS = 400;

/** @typedef {(id: string) => HTMLElement} Element */

export class Tools {
  #of;
  #picture;
  #look;
  #kept;
  #live;
  /** @type {{x: number, y: number} | null} the pointer, in the stage */
  #pointer = null;
  #keeping = 0;

  /**
   * @param {Element} element
   * @param {import("../picture/picture.js").Picture} picture
   * @param {import("../picture/look.js").Look} look
   * @param {import("./kept.js").Kept} kept
   * @param {import("../watch/live.js").Live} live
   */
  constructor(element, picture, look, kept, live) {
    this.#of = element;
    this.#picture = picture;
    this.#look = look;
    this.#kept = kept;
    this.#live = live;
    look.fromText(kept.get("look"));
    picture.viewport.fromText(kept.get("view"));
    this.#fill("colours", COLORMAPS);
    this.#fill("scale", SCALES);
    this.#listen();
    this.show();
  }

  /** Says what is shown now; to be called after each frame, too. */
  show() {
    const { map, scale, inverted, levels } = this.#look;
    set(this.#select("colours"), map);
    set(this.#select("scale"), scale);
    this.#press("inverted", inverted);
    this.#press("auto", levels.isAuto);
    this.#press("freeze", this.#live.frozen);
    this.#press("fit", this.#picture.viewport.isFit);
    for (const [id, value] of [["low", levels.low], ["high", levels.high]]) {
      const input = this.#input(id);
      if (document.activeElement !== input) {
        set(input, String(Number(value.toPrecision(levels.isAuto ? 4 : 12))));
        input.setCustomValidity("");
      }
    }
    this.#bar();
    this.readOut();
  }

  /** The value under the pointer, of the frame that is shown. */
  readOut() {
    const found = this.#pointer && this.#picture.valueAt(this.#pointer);
    const line = this.#of("readout");
    line.hidden = !found;
    if (found) {
      const { x, y, values, step } = found;
      const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step || 1))));
      const told = values.map((value) => number(Number(value.toFixed(digits)))).join(", ");
      write(line, `x ${x}  y ${y}  ≈ ${told}`);
      line.title = `From the 8-bit picture: ± ${number(Number((step / 2).toPrecision(2)))}, and what JPEG loses`;
    }
  }

  #listen() {
    const { viewport } = this.#picture;
    const look = this.#look;
    /** @type {Record<string, () => void>} */
    const views = {
      larger: () => viewport.zoomBy(STEP),
      smaller: () => viewport.zoomBy(1 / STEP),
      fit: () => viewport.fit(),
      actual: () => viewport.actual(),
      turn: () => viewport.turn(1),
      mirror: () => viewport.mirror("x"),
    };
    /** @type {Record<string, () => void>} */
    const looks = {
      inverted: () => (look.inverted = !look.inverted),
      auto: () => (look.levels.isAuto ? look.levels.lock() : look.levels.auto()),
    };
    for (const [id, change] of Object.entries(views)) {
      this.#of(id).addEventListener("click", () => this.#view(change));
    }
    for (const [id, change] of Object.entries(looks)) {
      this.#of(id).addEventListener("click", () => this.#lookAs(change));
    }
    this.#of("freeze").addEventListener("click", () => this.freeze());
    const colours = this.#select("colours");
    colours.addEventListener("change", () => this.#lookAs(() => look.setMap(colours.value)));
    const scale = this.#select("scale");
    scale.addEventListener("change", () => this.#lookAs(() => look.setScale(scale.value)));
    for (const id of ["low", "high"]) {
      this.#input(id).addEventListener("change", () => this.#fixRange());
    }
    this.#of("keys-open").addEventListener("click", () => this.#keys().showModal());

    const stage = this.#of("stage");
    takeGestures(stage, viewport, () => this.#moved());
    stage.addEventListener("pointermove", ({ clientX, clientY }) => {
      const { left, top } = stage.getBoundingClientRect();
      this.#pointer = { x: clientX - left, y: clientY - top };
      this.readOut();
    });
    stage.addEventListener("pointerleave", () => {
      this.#pointer = null;
      this.readOut();
    });

    const pan = (/** @type {number} */ x, /** @type {number} */ y) => () =>
      this.#view(() => viewport.panBy(PAN_PX * x, PAN_PX * y));
    const click = (/** @type {string} */ id) => () => this.#of(id).click();
    const next = (/** @type {string[]} */ all, /** @type {string} */ now) =>
      all[(all.indexOf(now) + 1) % all.length];
    /** @type {Record<string, () => void>} those of the page's sheet of keys */
    const keys = {
      "+": click("larger"),
      "=": click("larger"),
      "-": click("smaller"),
      f: click("fit"),
      1: click("actual"),
      r: click("turn"),
      m: click("mirror"),
      ArrowLeft: pan(1, 0),
      ArrowRight: pan(-1, 0),
      ArrowUp: pan(0, 1),
      ArrowDown: pan(0, -1),
      c: () => this.#lookAs(() => look.setMap(next(COLORMAPS, look.map))),
      s: () => this.#lookAs(() => look.setScale(next(SCALES, look.scale))),
      i: click("inverted"),
      l: click("auto"),
      " ": click("freeze"),
      "?": () => this.#keys().showModal(),
    };
    document.addEventListener("keydown", (event) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (plain && Object.hasOwn(keys, event.key) && !isTaken(event)) {
        event.preventDefault(); // the space bar would scroll
        keys[event.key]();
      }
    });
  }

  /** Holds the frame that is shown, or goes on with the newest. */
  freeze() {
    this.#live.freeze(!this.#live.frozen);
    this.show();
  }

  /** @param {() => unknown} change of the viewport */
  #view(change) {
    change();
    this.#moved();
  }

  #moved() {
    this.#picture.place();
    this.show();
    this.#keep();
  }

  /** @param {() => unknown} change of the look */
  #lookAs(change) {
    change();
    this.#picture.redraw();
    this.show();
    this.#keep();
  }

  #fixRange() {
    const low = this.#input("low").valueAsNumber;
    const high = this.#input("high").valueAsNumber;
    const fits = Number.isFinite(low) && Number.isFinite(high) && low < high;
    for (const id of ["low", "high"]) {
      this.#input(id).setCustomValidity(fits ? "" : "The first must be less than the second");
    }
    if (fits) {
      this.#lookAs(() => this.#look.levels.fix(low, high));
    } else {
      this.#input("high").reportValidity();
    }
  }

  /** Soon, and once for a whole drag: browsers allow a page a hundred addresses in half a minute. */
  #keep() {
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => {
      const view = this.#picture.viewport.toText();
      this.#kept.set("look", this.#look.toText());
      this.#kept.set("view", view === "fit" ? "" : view);
    }, KEEP_AFTER_MS);
  }

  /** The colours from the lowest value shown to the highest, as the scale spreads the values. */
  #bar() {
    const colours = this.#look.colours;
    const text = `${this.#look.map} ${this.#look.inverted}`;
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

  #fill(id, names) {
    this.#of(id).replaceChildren(...names.map((name) => new Option(name, name)));
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

  #keys() {
    return /** @type {HTMLDialogElement} */ (this.#of("keys"));
  }
}

/** Leaves alone what has it already, as somebody may just be choosing. */
function set(control, value) {
  if (control.value !== value) {
    control.value = value;
  }
}

/** Whether a key is for what has the focus. @param {KeyboardEvent} event */
function isTaken({ key, target }) {
  const within = (/** @type {string} */ what) => target instanceof Element && target.closest(what);
  const moves = key === " " || key.startsWith("Arrow");
  return within("input, select, textarea, dialog[open]") || (moves && within("button, a, .side"));
}
