/** The overlay of the picture, sharp at any zoom: grid, scale bar, crosshair. */

import { formatShort } from "../lib/format.js";
import { makeDraggable } from "../lib/drag.js";
import { PIXEL_AXIS } from "../lib/calibration.js";
import { gridLines, scaleBar } from "./grid.js";
import { createSvg, setAttributes } from "../lib/svg.js";

/** @type {Map<string, [x: number, y: number]>} */
const STEPS_BY_KEY = new Map([
  ["ArrowLeft", [-1, 0]],
  ["ArrowRight", [1, 0]],
  ["ArrowUp", [0, -1]],
  ["ArrowDown", [0, 1]],
]);
const CROSS = /^(\d{1,6}),(\d{1,6})$/;

/**
 * @typedef {import("../lib/calibration.js").Axis} Axis
 * @typedef {import("./placement.js").Placement} Placement
 * @typedef {{x: number, y: number}} Point
 */

export class Overlay {
  /** whether the grid is displayed */
  grid = false;
  /** @type {Point | null} the camera pixel under the crosshair */
  cross = null;
  /** @type {{x: Axis, y: Axis}} */
  axes = { x: PIXEL_AXIS, y: PIXEL_AXIS };
  #svg;
  /** @type {Placement | null} of the displayed picture */
  #placement = null;
  #onChange;
  #lines = createSvg("g", "grid");
  #bar = createSvg("g", "scale");
  #cross = createSvg("g", "cross");
  #handle = createSvg("circle", "handle");
  #drawnKey = "";

  /**
   * @param {Element} svg over the stage
   * @param {() => void} onChange called when the crosshair was moved
   */
  constructor(svg, onChange) {
    this.#svg = svg;
    this.#onChange = onChange;
    setAttributes(this.#handle, { r: 11, tabindex: 0, role: "button" });
    svg.append(this.#lines, this.#bar, this.#cross);
    makeDraggable(
      this.#handle,
      () => this.cross && this.#placement?.toPlace(this.cross.x + 0.5, this.cross.y + 0.5),
      (by, start) => {
        const at = start && this.#placement?.toPicture(start.x + by.x, start.y + by.y);
        if (at) {
          this.#moveCross(Math.floor(at.x), Math.floor(at.y));
        }
      },
    );
    this.#handle.addEventListener("keydown", (event) => {
      const step = STEPS_BY_KEY.get(event.key);
      if (step && this.cross) {
        event.preventDefault();
        const factor = event.shiftKey ? 10 : 1;
        this.#moveCross(this.cross.x + factor * step[0], this.cross.y + factor * step[1]);
      }
    });
  }

  /** Show the crosshair at a camera pixel (null: the centre), or hide it. @param {Point | null} at */
  toggleCross(at) {
    if (!this.#placement) {
      return; // no picture has been displayed yet
    }
    const { width, height } = this.#placement.camera;
    this.cross = this.cross ? null : (at ?? { x: width >> 1, y: height >> 1 });
    this.draw();
    this.#onChange();
  }

  /** Draw over the picture where it is now. @param {Placement} placement */
  place(placement) {
    this.#placement = placement;
    this.draw();
  }

  /** Redraw if something changed; to be called whenever axes, grid or crosshair may have changed. */
  draw() {
    const placement = this.#placement;
    if (!placement) {
      return;
    }
    const { ready, matrix } = placement;
    const key = JSON.stringify([ready, matrix, placement.visibleBox(), this.grid, this.cross, this.axes]);
    if (key === this.#drawnKey) {
      return;
    }
    this.#drawnKey = key;
    this.#drawGrid(placement);
    this.#drawBar(placement);
    this.#drawCross(placement);
  }

  /** Return the settings as a text for the address: "grid", "grid cross 12,30"; "": nothing is displayed. */
  toText() {
    const cross = this.cross && `cross ${this.cross.x},${this.cross.y}`;
    return [this.grid && "grid", cross].filter(Boolean).join(" ");
  }

  /** Apply a text as toText() returns it; invalid parts are ignored. @param {string} text */
  fromText(text) {
    const words = text.split(" ");
    this.grid = words.includes("grid");
    const [, x, y] = CROSS.exec(words[words.indexOf("cross") + 1] ?? "") ?? [];
    this.cross = x === undefined ? null : { x: Number(x), y: Number(y) };
  }

  /** @param {number} x @param {number} y */
  #moveCross(x, y) {
    if (!this.#placement) {
      return;
    }
    const { width, height } = this.#placement.camera;
    const inside = (/** @type {number} */ at, /** @type {number} */ side) => Math.min(side - 1, Math.max(0, at));
    this.cross = { x: inside(x, width), y: inside(y, height) };
    this.draw();
    this.#onChange();
  }

  /** @param {Placement} placement */
  #drawGrid(placement) {
    const { left, top, right, bottom } = placement.visibleBox();
    const { zoom } = placement;
    const elements = [];
    if (this.grid && placement.ready) {
      for (const { at, value } of gridLines(left, right, zoom, this.axes.x)) {
        elements.push(...labelledLine(placement.toPlace(at, top), placement.toPlace(at, bottom), value));
      }
      for (const { at, value } of gridLines(top, bottom, zoom, this.axes.y)) {
        elements.push(...labelledLine(placement.toPlace(left, at), placement.toPlace(right, at), value));
      }
    }
    this.#lines.replaceChildren(...elements);
  }

  /** Draw the scale bar of the axis that is horizontal on the screen. @param {Placement} placement */
  #drawBar(placement) {
    this.#bar.replaceChildren();
    if (!this.grid || !placement.ready) {
      return;
    }
    const axis = placement.turns % 2 ? this.axes.y : this.axes.x;
    const { length, px } = scaleBar(placement.zoom, axis);
    const line = setAttributes(createSvg("path"), { d: `M0 -5V0H${px}V-5` });
    const label = setAttributes(createSvg("text"), { x: px / 2, y: -8, "text-anchor": "middle" });
    label.textContent = `${formatShort(length)} ${axis.unit}`.trim();
    this.#bar.append(line, label);
    const { clientWidth, clientHeight } = this.#svg;
    setAttributes(this.#bar, { transform: `translate(${clientWidth - px - 14} ${clientHeight - 14})` });
  }

  /** @param {Placement} placement */
  #drawCross(placement) {
    if (!this.cross || !placement.ready) {
      this.#cross.replaceChildren();
      return;
    }
    const { x, y } = placement.toPlace(this.cross.x + 0.5, this.cross.y + 0.5);
    const far = 1e5;
    const lines = setAttributes(createSvg("path"), { d: `M${x} ${-far}V${far}M${-far} ${y}H${far}` });
    const label = `Crosshair at ${this.cross.x}, ${this.cross.y}; arrow keys move it`;
    setAttributes(this.#handle, { cx: x, cy: y, "aria-label": label });
    if (this.#cross.firstChild) {
      this.#cross.firstChild.replaceWith(lines); // the handle is kept: it may have the focus
    } else {
      this.#cross.append(lines, this.#handle);
    }
  }
}

/**
 * Return a line between two points of the stage, with its value where it begins.
 * @param {Point} one
 * @param {Point} other
 * @param {number} value
 */
function labelledLine(one, other, value) {
  const line = setAttributes(createSvg("line"), { x1: one.x, y1: one.y, x2: other.x, y2: other.y });
  const upright = Math.abs(one.x - other.x) < 1;
  const label = setAttributes(createSvg("text"), {
    x: Math.min(one.x, other.x) + 4,
    y: upright ? Math.min(one.y, other.y) + 14 : one.y - 4,
  });
  label.textContent = formatShort(value);
  return [line, label];
}
