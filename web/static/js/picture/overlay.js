/** What lies over the picture, drawn sharp at any zoom: grid, scale bar, crosshair. */

import { formatNumber } from "../lib/format.js";
import { makeDraggable } from "../lib/drag.js";
import { gridLines, scaleBar } from "./grid.js";
import { createSvg, setAttributes } from "../lib/svg.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const CROSS = /^(\d{1,6}),(\d{1,6})$/;
const PIXELS = { first: 0, step: 1, unit: "px" };

/** @typedef {import("./calibration.js").Axis} Axis */

export class Overlay {
  /** whether the grid is seen */
  grid = false;
  /** @type {{x: number, y: number} | null} the camera pixel under the crosshair */
  cross = null;
  /** @type {{x: Axis, y: Axis}} */
  axes = { x: PIXELS, y: PIXELS };
  #svg;
  /** @type {import("./placement.js").Placement | null} of the picture that is seen */
  #placement = null;
  #changed;
  #lines = createSvg("g", "grid");
  #bar = createSvg("g", "scale");
  #cross = createSvg("g", "cross");
  #handle = createSvg("circle", "handle");
  #drawn = "";

  /**
   * @param {Element} svg over the stage
   * @param {() => void} changed called when the crosshair was moved
   */
  constructor(svg, changed) {
    this.#svg = svg;
    this.#changed = changed;
    setAttributes(this.#handle, { r: 11, tabindex: 0, role: "button" });
    svg.append(this.#lines, this.#bar, this.#cross);
    makeDraggable(
      this.#handle,
      () => ({ ...this.#placement.toPlace(this.cross.x + 0.5, this.cross.y + 0.5) }),
      (by, start) => {
        const at = this.#placement.toPicture(start.x + by.x, start.y + by.y);
        this.#moveCross(Math.floor(at.x), Math.floor(at.y));
      },
    );
    this.#handle.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const [x, y] = ARROWS[event.key] ?? [];
      if (x !== undefined) {
        event.preventDefault();
        const by = event.shiftKey ? 10 : 1;
        this.#moveCross(this.cross.x + by * x, this.cross.y + by * y);
      }
    });
  }

  /** Shows the crosshair at a camera pixel, the middle if there is none, or takes it away. */
  toggleCross(/** @type {{x: number, y: number} | null} */ at) {
    if (!this.#placement) {
      return; // no picture has been seen yet
    }
    const { width, height } = this.#placement.camera;
    this.cross = this.cross ? null : (at ?? { x: width >> 1, y: height >> 1 });
    this.draw();
    this.#changed();
  }

  /** Draws over the picture where it lies now. @param {import("./placement.js").Placement} placement */
  place(placement) {
    this.#placement = placement;
    this.draw();
  }

  /** Draws again if something changed; to be called whenever axes, grid or crosshair may be others. */
  draw() {
    if (!this.#placement) {
      return;
    }
    const { ready, matrix } = this.#placement;
    const text = JSON.stringify([ready, matrix, this.#placement.seen(), this.grid, this.cross, this.axes]);
    if (text === this.#drawn) {
      return;
    }
    this.#drawn = text;
    this.#drawGrid();
    this.#drawBar();
    this.#drawCross();
  }

  /** For a link: "grid", "grid cross 12,30"; empty: nothing is shown. */
  toText() {
    const cross = this.cross && `cross ${this.cross.x},${this.cross.y}`;
    return [this.grid && "grid", cross].filter(Boolean).join(" ");
  }

  /** Takes what it understands of such a text. @param {string} text */
  fromText(text) {
    const words = text.split(" ");
    this.grid = words.includes("grid");
    const [, x, y] = CROSS.exec(words[words.indexOf("cross") + 1] ?? "") ?? [];
    this.cross = x === undefined ? null : { x: Number(x), y: Number(y) };
  }

  #moveCross(x, y) {
    const { width, height } = this.#placement.camera;
    const inside = (/** @type {number} */ at, /** @type {number} */ side) => Math.min(side - 1, Math.max(0, at));
    this.cross = { x: inside(x, width), y: inside(y, height) };
    this.draw();
    this.#changed();
  }

  #drawGrid() {
    const seen = this.#placement.seen();
    const { zoom } = this.#placement;
    const drawn = [];
    if (this.grid && this.#placement.ready) {
      for (const { at, value } of gridLines(seen.left, seen.right, zoom, this.axes.x)) {
        drawn.push(...this.#line([at, seen.top], [at, seen.bottom], value));
      }
      for (const { at, value } of gridLines(seen.top, seen.bottom, zoom, this.axes.y)) {
        drawn.push(...this.#line([seen.left, at], [seen.right, at], value));
      }
    }
    this.#lines.replaceChildren(...drawn);
  }

  /** A line between two picture points, with its value where it begins on the screen. */
  #line([x1, y1], [x2, y2], value) {
    const one = this.#placement.toPlace(x1, y1);
    const other = this.#placement.toPlace(x2, y2);
    const line = setAttributes(createSvg("line"), { x1: one.x, y1: one.y, x2: other.x, y2: other.y });
    const upright = Math.abs(one.x - other.x) < 1;
    const label = setAttributes(createSvg("text"), {
      x: Math.min(one.x, other.x) + 4,
      y: upright ? Math.min(one.y, other.y) + 14 : one.y - 4,
    });
    label.textContent = formatNumber(value);
    return [line, label];
  }

  /** The scale bar, of the axis that lies across the screen. */
  #drawBar() {
    this.#bar.replaceChildren();
    if (!this.grid || !this.#placement.ready) {
      return;
    }
    const axis = this.#placement.turns % 2 ? this.axes.y : this.axes.x;
    const { length, px } = scaleBar(this.#placement.zoom, axis);
    const line = setAttributes(createSvg("path"), { d: `M0 -5V0H${px}V-5` });
    const label = setAttributes(createSvg("text"), { x: px / 2, y: -8, "text-anchor": "middle" });
    label.textContent = `${formatNumber(length)} ${axis.unit}`.trim();
    this.#bar.append(line, label);
    const { clientWidth, clientHeight } = this.#svg;
    setAttributes(this.#bar, { transform: `translate(${clientWidth - px - 14} ${clientHeight - 14})` });
  }

  #drawCross() {
    if (!this.cross || !this.#placement.ready) {
      this.#cross.replaceChildren();
      return;
    }
    const { x, y } = this.#placement.toPlace(this.cross.x + 0.5, this.cross.y + 0.5);
    const far = 1e5;
    const lines = setAttributes(createSvg("path"), { d: `M${x} ${-far}V${far}M${-far} ${y}H${far}` });
    setAttributes(this.#handle, { cx: x, cy: y, "aria-label": `Crosshair at ${this.cross.x}, ${this.cross.y}; arrow keys move it` });
    if (this.#cross.firstChild) {
      this.#cross.firstChild.replaceWith(lines); // the handle stays: it may have the focus
    } else {
      this.#cross.append(lines, this.#handle);
    }
  }
}
