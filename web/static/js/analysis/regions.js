/** The regions of interest over the picture: drawn, moved and resized by mouse, finger and keyboard. */

import { followDrag, makeDraggable } from "../lib/drag.js";
import { createSvg, setAttributes } from "../lib/svg.js";
import {
  HANDLES,
  MAX_REGIONS,
  centredRegion,
  clipRegion,
  createRegion,
  dragRegion,
  formatRegions,
  handlePoint,
  nudgeRegion,
  parseRegions,
} from "./region.js";

const KIND_NAMES = { rect: "rectangle", ellipse: "ellipse" };
const HANDLE_PX = 9;
const FULL = `There can be at most ${MAX_REGIONS} regions: remove one first`;

/**
 * @typedef {import("./region.js").Region} Region
 * @typedef {{group: SVGElement, shape: SVGElement, label: SVGElement, handles: SVGElement[]}} Shape
 */

export class Regions {
  /** @type {Region[]} as drawn or linked, possibly beyond the picture */
  #regions = [];
  /** @type {Map<Region["kind"], {button: HTMLElement, title: string}>} */
  #buttons = new Map();
  #layer = createSvg("g", "regions");
  #stage;
  #placement;
  #onChange;
  /** @type {Shape[]} */
  #shapes = [];
  /** the arguments of the last call of `place`, as text */
  #placed = "";
  /** @type {Region["kind"] | null} kind that the next drag over the stage draws */
  #drawing = null;
  /** whether a drag is drawing a region now */
  #isDrawing = false;
  /** Called before the next drag draws a region. @type {() => void} */
  onDrawing = () => {};

  /**
   * @param {Element} svg over the stage
   * @param {HTMLElement} stage
   * @param {import("../picture/placement.js").Placement} placement of the picture
   * @param {() => void} onChange called when a region is added, changed or removed
   */
  constructor(svg, stage, placement, onChange) {
    this.#stage = stage;
    this.#placement = placement;
    this.#onChange = onChange;
    svg.append(this.#layer);
    stage.addEventListener("pointerdown", (event) => this.#onPointerDown(event), { capture: true });
    document.addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && this.#drawing) {
        this.#setDrawing(null);
      }
    });
  }

  /** The regions, clipped to the picture; those that lie outside are not clipped. */
  get list() {
    return this.#regions.map((region) => this.#clip(region) ?? region);
  }

  /** The kind that the next drag over the picture draws; null: it moves the picture. */
  get drawing() {
    return this.#drawing;
  }

  /** Let a button draw regions; its title shows the limit. @param {Region["kind"]} kind @param {HTMLElement} button */
  attachButton(kind, button) {
    this.#buttons.set(kind, { button, title: button.title });
    button.addEventListener("click", ({ detail }) => this.draw(kind, detail > 0)); // 0: by the keyboard
    this.#updateButtons();
  }

  /**
   * Let the next drag draw a region, or without a pointer add one in the middle of the visible part.
   * @param {Region["kind"]} kind if given again, drawing is cancelled
   * @param {boolean} [byPointer]
   */
  draw(kind, byPointer = this.#stage.matches(":hover")) {
    if (this.#isFull) {
      this.#buttons.get(kind)?.button.focus(); // its title says why
    } else if (byPointer) {
      this.#setDrawing(this.#drawing === kind ? null : kind);
    } else if (this.#placement.ready) {
      this.#setDrawing(null);
      this.#replace(this.#regions.length, centredRegion(kind, this.#placement.visibleBox(), this.#placement.camera));
      this.#shapes.at(-1)?.group.focus();
    }
  }

  /** Let the next drag move the picture again. */
  stopDrawing() {
    if (this.#drawing) {
      this.#setDrawing(null);
    }
  }

  /** @param {number} index */
  remove(index) {
    this.#regions.splice(index, 1);
    this.#updateButtons();
    this.#onChange();
    this.place();
  }

  /** Format the regions for the address. */
  toText() {
    return formatRegions(this.#regions);
  }

  /** @param {string} text */
  fromText(text) {
    this.#regions = parseRegions(text);
    this.#updateButtons();
  }

  /**
   * Place the regions over the picture.
   * @param {import("../picture/placement.js").Placement} [placement] the picture's from now on
   */
  place(placement = this.#placement) {
    this.#placement = placement;
    const { list } = this;
    const { ready, matrix, camera } = placement;
    const text = JSON.stringify([ready, matrix, camera, list]);
    if (text === this.#placed) {
      return; // as with most frames
    }
    this.#placed = text;
    this.#shapes.splice(list.length).forEach(({ group }) => group.remove());
    while (ready && this.#shapes.length < list.length) {
      this.#shapes.push(this.#createShape(this.#shapes.length));
    }
    this.#shapes.forEach((shape, index) => this.#placeShape(shape, list[index], index));
  }

  /** @param {Shape} shape @param {Region} region @param {number} index */
  #placeShape({ group, shape, label, handles }, region, index) {
    const [one, other] = /** @type {const} */ (["nw", "se"]).map((corner) => this.#handlePlace(region, corner));
    const left = Math.min(one.x, other.x);
    const top = Math.min(one.y, other.y);
    const width = Math.abs(one.x - other.x);
    const height = Math.abs(one.y - other.y);
    const radii = region.kind === "ellipse" ? { rx: width / 2, ry: height / 2 } : { rx: 0, ry: 0 };
    setAttributes(shape, { x: left, y: top, width, height, ...radii });
    setAttributes(label, { x: left + 3, y: top - 4 });
    label.textContent = String(index + 1);
    HANDLES.forEach((handle, at) => {
      const { x, y } = this.#handlePlace(region, handle);
      setAttributes(handles[at], { x: x - HANDLE_PX / 2, y: y - HANDLE_PX / 2 });
    });
    const [x, y, w, h] = [region.x, region.y, region.width, region.height].map(Math.round);
    setAttributes(group, {
      display: this.#clip(region) ? "inline" : "none",
      "aria-label":
        `Region ${index + 1}, ${KIND_NAMES[region.kind]} at ${x}, ${y}, ${w} by ${h} pixels; ` +
        "arrow keys move it, with Control they resize it, Delete removes it",
    });
  }

  /** @param {number} index @returns {Shape} */
  #createShape(index) {
    const group = createSvg("g", `region region-${index + 1}`);
    setAttributes(group, { tabindex: 0, role: "button" });
    const shape = createSvg("rect", "shape");
    const label = createSvg("text");
    const handles = HANDLES.map((handle) => {
      const grip = createSvg("rect", `grip ${handle}`);
      setAttributes(grip, { width: HANDLE_PX, height: HANDLE_PX });
      return grip;
    });
    group.append(shape, label, ...handles);
    this.#layer.append(group);
    this.#makeDraggable(shape, group, "inside", index);
    HANDLES.forEach((handle, at) => this.#makeDraggable(handles[at], group, handle, index));
    group.addEventListener("keydown", (event) => this.#onKeyDown(event, group, index));
    return { group, shape, label, handles };
  }

  /** @param {KeyboardEvent} event @param {SVGElement} group @param {number} index */
  #onKeyDown(event, group, index) {
    const moved = nudgeRegion(this.list[index], event, this.#placement.camera);
    if (moved) {
      event.preventDefault();
      event.stopPropagation();
      this.#replace(index, moved);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.remove(index);
    } else if (event.key === "Escape") {
      group.blur();
    }
  }

  /**
   * @param {SVGElement} element
   * @param {SVGElement} group
   * @param {import("./region.js").Handle} handle
   * @param {number} index
   */
  #makeDraggable(element, group, handle, index) {
    makeDraggable(
      element,
      () => {
        group.focus();
        return { ...this.list[index] };
      },
      ({ x, y }, start) => {
        const from = this.#placement.toPicture(0, 0);
        const to = this.#placement.toPicture(x, y);
        this.#replace(index, dragRegion(start, handle, to.x - from.x, to.y - from.y, this.#placement.camera));
      },
    );
  }

  /** Clip a region to the picture; null: it lies outside. @param {Region} region */
  #clip(region) {
    const { ready, camera } = this.#placement;
    return ready ? clipRegion(region, camera) : region;
  }

  get #isFull() {
    return this.#regions.length >= MAX_REGIONS;
  }

  /** @param {Region["kind"] | null} kind */
  #setDrawing(kind) {
    if (kind) {
      this.onDrawing();
    }
    this.#drawing = kind;
    this.#stage.classList.toggle("drawing", kind !== null);
    this.#onChange();
  }

  #updateButtons() {
    for (const { button, title } of this.#buttons.values()) {
      button.title = this.#isFull ? FULL : title;
      button.setAttribute("aria-disabled", String(this.#isFull));
    }
  }

  /** @param {number} index @param {Region} region */
  #replace(index, region) {
    this.#regions[index] = region;
    this.#updateButtons();
    this.place();
    this.#onChange();
  }

  /** Draw a region by the drag that begins now. @param {PointerEvent} event */
  #onPointerDown(event) {
    const kind = this.#drawing;
    const begins = kind && event.button === 0 && this.#placement.ready;
    if (begins || this.#isDrawing) {
      event.stopPropagation(); // neither this drag nor a second finger moves the picture
    }
    if (!begins) {
      return;
    }
    event.preventDefault();
    const stage = this.#stage;
    const pointOf = (/** @type {PointerEvent} */ { clientX, clientY }) => {
      const { left, top } = stage.getBoundingClientRect();
      return this.#placement.toPicture(clientX - left, clientY - top);
    };
    const from = pointOf(event);
    const index = this.#regions.length;
    this.#isDrawing = true;
    followDrag(
      stage,
      event,
      (now) => this.#replace(index, createRegion(kind, from, pointOf(now), this.#placement.camera, now.shiftKey)),
      () => {
        this.#isDrawing = false;
        this.#shapes[index]?.group.focus();
      },
    );
    this.#setDrawing(null);
  }

  /** @param {Region} region @param {import("./region.js").Edge} handle */
  #handlePlace(region, handle) {
    const { x, y } = handlePoint(region, handle);
    return this.#placement.toPlace(x, y);
  }
}
