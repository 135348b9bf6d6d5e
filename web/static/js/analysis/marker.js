/** The reference marker over the picture: the origin of the positions, where the viewer put it. */

import { makeDraggable } from "../lib/drag.js";
import { createSvg, setAttributes } from "../lib/svg.js";

const SIZE_PX = 11;
const TARGET_PX = 12;
const LONG_STEP_PX = 10;
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @typedef {{x: number, y: number}} Point a position: the centre of the first pixel is (0, 0) */

export class Marker {
  /** @type {Point | null} */
  #at = null;
  #onMove;
  /** @type {import("../picture/placement.js").Placement} */
  #placement;
  #group = createSvg("g", "marker");
  #cross = setAttributes(createSvg("path"), { d: `M${-SIZE_PX} 0H${SIZE_PX}M0 ${-SIZE_PX}V${SIZE_PX}` });
  #target = setAttributes(createSvg("circle", "target"), { r: TARGET_PX, tabindex: 0, role: "button" });
  #name = setAttributes(createSvg("text"), { x: 8, y: -6 });

  /**
   * @param {Element} svg over the stage
   * @param {import("../picture/placement.js").Placement} placement of the picture
   * @param {(at: Point | null) => void} onMove called when the viewer moves or removes it
   */
  constructor(svg, placement, onMove) {
    this.#placement = placement;
    this.#onMove = onMove;
    this.#name.textContent = "0, 0";
    this.#group.append(this.#cross, this.#name, this.#target);
    svg.append(this.#group);
    makeDraggable(
      /** @type {SVGElement} */ (this.#target),
      () => this.#at && this.#placement.toPlace(this.#at.x + 0.5, this.#at.y + 0.5),
      (by, start) => {
        if (start) {
          const { x, y } = this.#placement.toPicture(start.x + by.x, start.y + by.y);
          this.#move({ x: x - 0.5, y: y - 0.5 });
        }
      },
    );
    this.#target.addEventListener("keydown", (event) => this.#onKeyDown(/** @type {KeyboardEvent} */ (event)));
    this.#draw();
  }

  /** @param {Point | null} at */
  show(at) {
    this.#at = at;
    this.#draw();
  }

  /** @param {import("../picture/placement.js").Placement} placement */
  place(placement) {
    this.#placement = placement;
    this.#draw();
  }

  /** @param {Point} at */
  #move({ x, y }) {
    const { width, height } = this.#placement.camera;
    const inside = (/** @type {number} */ position, /** @type {number} */ size) =>
      Math.round(10 * Math.min(size - 0.5, Math.max(-0.5, position))) / 10;
    this.#at = { x: inside(x, width), y: inside(y, height) };
    this.#draw();
    this.#onMove(this.#at);
  }

  /** @param {KeyboardEvent} event */
  #onKeyDown(event) {
    const arrow = ARROWS[event.key];
    const isRemoval = event.key === "Delete" || event.key === "Backspace";
    if (!this.#at || !(arrow || isRemoval)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (isRemoval) {
      this.#onMove(null);
    } else {
      const factor = event.shiftKey ? LONG_STEP_PX : 1;
      this.#move({ x: this.#at.x + factor * arrow[0], y: this.#at.y + factor * arrow[1] });
    }
  }

  #draw() {
    const at = this.#at;
    const isShown = Boolean(at && this.#placement.ready);
    setAttributes(this.#group, { display: isShown ? "inline" : "none" });
    if (at && isShown) {
      const { x, y } = this.#placement.toPlace(at.x + 0.5, at.y + 0.5);
      setAttributes(this.#group, { transform: `translate(${x} ${y})` });
      setAttributes(this.#target, {
        "aria-label": `Reference marker at ${at.x}, ${at.y}; arrow keys move it, Delete removes it`,
      });
    }
  }
}
