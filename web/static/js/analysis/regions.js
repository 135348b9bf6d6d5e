/** The regions of interest over the picture: drawn, moved and resized by mouse, finger and keyboard. */

import { makeDraggable } from "../lib/drag.js";
import { createSvg, setAttributes } from "../lib/svg.js";
import { HANDLES, MAX_REGIONS, between, dragged, fromText, handlePoint, inMiddle, nudged, toText, within } from "./region.js";

const KINDS = { rect: "rectangle", ellipse: "ellipse" };
const HANDLE_PX = 9;
const FULL = `${MAX_REGIONS} regions are the most: remove one first`;

/**
 * @typedef {import("./region.js").Region} Region
 * @typedef {{group: SVGElement, shape: Element, label: Element, handles: Element[]}} Drawn
 */

export class Regions {
  /** @type {Region[]} as drawn or linked, wherever the picture's edges are now */
  #wanted = [];
  /** @type {Map<Region["kind"], {button: HTMLElement, title: string}>} */
  #buttons = new Map();
  #layer = createSvg("g", "regions");
  #stage;
  #placement;
  #changed;
  /** @type {Drawn[]} */
  #drawn = [];
  #placed = "";
  /** @type {Region["kind"] | null} what the next drag over the stage draws */
  #drawing = null;
  /** whether one is being drawn by a drag */
  #isDrawn = false;

  /**
   * @param {Element} svg over the stage
   * @param {HTMLElement} stage
   * @param {import("../picture/placement.js").Placement} placement of the picture that is seen
   * @param {() => void} changed called when a region came, went, or is another
   */
  constructor(svg, stage, placement, changed) {
    this.#stage = stage;
    this.#placement = placement;
    this.#changed = changed;
    svg.append(this.#layer);
    stage.addEventListener("pointerdown", (event) => this.#begin(event), { capture: true });
    document.addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && this.#drawing) {
        this.#arm(null);
      }
    });
  }

  /** One for each that is wanted: what of it lies in the picture, or, where nothing does, all of it. */
  get list() {
    return this.#wanted.map((region) => this.#within(region) ?? region);
  }

  /** What the next drag over the picture draws; null: it moves the picture. */
  get drawing() {
    return this.#drawing;
  }

  /** Lets a button draw such regions, and say when there may be no more. @param {Region["kind"]} kind */
  offer(kind, /** @type {HTMLElement} */ button) {
    this.#buttons.set(kind, { button, title: button.title });
    button.addEventListener("click", ({ detail }) => this.draw(kind, detail > 0)); // 0: by a key
    this.#count();
  }

  /**
   * Lets the next drag draw a region, or, without a pointer, puts one into the middle of what is seen.
   * @param {Region["kind"]} kind again: no drag draws one
   * @param {boolean} [byPointer]
   */
  draw(kind, byPointer = this.#stage.matches(":hover")) {
    if (this.#isFull) {
      this.#buttons.get(kind)?.button.focus(); // which says why
    } else if (byPointer) {
      this.#arm(this.#drawing === kind ? null : kind);
    } else if (this.#placement.ready) {
      this.#arm(null);
      this.#replace(this.#wanted.length, inMiddle(kind, this.#placement.seen(), this.#placement.camera));
      this.#drawn.at(-1).group.focus();
    }
  }

  /** @param {number} index */
  remove(index) {
    this.#wanted.splice(index, 1);
    this.#count();
    this.#changed();
    this.place();
  }

  /** For a link. */
  toText() {
    return toText(this.#wanted);
  }

  /** @param {string} text */
  fromText(text) {
    this.#wanted = fromText(text);
    this.#count();
  }

  /**
   * Lays the regions over the picture.
   * @param {import("../picture/placement.js").Placement} [placement] where it lies from now on
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
    while (this.#drawn.length > list.length) {
      this.#drawn.pop().group.remove();
    }
    while (ready && this.#drawn.length < list.length) {
      this.#drawn.push(this.#made(this.#drawn.length));
    }
    this.#drawn.forEach((drawn, index) => this.#lay(drawn, list[index], index));
  }

  /** @param {Drawn} drawn @param {Region} region @param {number} index */
  #lay({ group, shape, label, handles }, region, index) {
    const [one, other] = ["nw", "se"].map((corner) => this.#placeOf(region, /** @type {any} */ (corner)));
    const left = Math.min(one.x, other.x);
    const top = Math.min(one.y, other.y);
    const width = Math.abs(one.x - other.x);
    const height = Math.abs(one.y - other.y);
    const round = region.kind === "ellipse" ? { rx: width / 2, ry: height / 2 } : { rx: 0, ry: 0 };
    setAttributes(shape, { x: left, y: top, width, height, ...round });
    setAttributes(label, { x: left + 3, y: top - 4 });
    label.textContent = String(index + 1);
    HANDLES.forEach((handle, at) => {
      const { x, y } = this.#placeOf(region, handle);
      setAttributes(handles[at], { x: x - HANDLE_PX / 2, y: y - HANDLE_PX / 2 });
    });
    const { x, y } = region;
    const where = [x, y, region.width, region.height].map(Math.round);
    setAttributes(group, {
      display: this.#within(region) ? "inline" : "none",
      "aria-label":
        `Region ${index + 1}, ${KINDS[region.kind]} at ${where[0]}, ${where[1]}, ${where[2]} by ${where[3]} pixels; ` +
        "arrow keys move it, with Control they resize it, Delete removes it",
    });
  }

  /** @param {number} index @returns {Drawn} */
  #made(index) {
    const group = setAttributes(createSvg("g", `region region-${index + 1}`), { tabindex: 0, role: "button" });
    const shape = createSvg("rect", "shape");
    const label = createSvg("text");
    const handles = HANDLES.map((handle) => setAttributes(createSvg("rect", `grip ${handle}`), { width: HANDLE_PX, height: HANDLE_PX }));
    group.append(shape, label, ...handles);
    this.#layer.append(group);
    this.#drags(shape, group, "inside", index);
    HANDLES.forEach((handle, at) => this.#drags(handles[at], group, handle, index));
    group.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const moved = nudged(this.list[index], event, this.#placement.camera);
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
    });
    return { group, shape, label, handles };
  }

  #drags(/** @type {Element} */ element, /** @type {SVGElement} */ group, handle, index) {
    makeDraggable(
      element,
      () => {
        group.focus();
        return { ...this.list[index] };
      },
      ({ x, y }, start) => {
        const from = this.#placement.toPicture(0, 0);
        const to = this.#placement.toPicture(x, y);
        this.#replace(index, dragged(start, handle, to.x - from.x, to.y - from.y, this.#placement.camera));
      },
    );
  }

  /** What of a region lies in the picture; null: nothing. */
  #within(/** @type {Region} */ region) {
    const { ready, camera } = this.#placement;
    return ready ? within(region, camera) : region;
  }

  get #isFull() {
    return this.#wanted.length >= MAX_REGIONS;
  }

  /** What the next drag draws. */
  #arm(/** @type {Region["kind"] | null} */ kind) {
    this.#drawing = kind;
    this.#stage.classList.toggle("drawing", kind !== null);
    this.#changed();
  }

  #count() {
    for (const { button, title } of this.#buttons.values()) {
      button.title = this.#isFull ? FULL : title;
      button.setAttribute("aria-disabled", String(this.#isFull));
    }
  }

  #replace(index, region) {
    this.#wanted[index] = region;
    this.#count();
    this.place();
    this.#changed();
  }

  /** A region is drawn by the drag that begins now. @param {PointerEvent} event */
  #begin(event) {
    const kind = this.#drawing;
    const begins = kind && event.button === 0 && this.#placement.ready;
    if (begins || this.#isDrawn) {
      event.stopPropagation(); // it moves no picture, nor does a second finger
    }
    if (!begins) {
      return;
    }
    event.preventDefault();
    const stage = this.#stage;
    const at = (/** @type {PointerEvent} */ { clientX, clientY }) => {
      const { left, top } = stage.getBoundingClientRect();
      return this.#placement.toPicture(clientX - left, clientY - top);
    };
    const from = at(event);
    const index = this.#wanted.length;
    const over = new AbortController();
    const on = (/** @type {string} */ name, /** @type {(now: PointerEvent) => void} */ action) => {
      const own = (/** @type {any} */ now) => now.pointerId === event.pointerId && action(now);
      stage.addEventListener(name, own, over);
    };
    stage.setPointerCapture(event.pointerId);
    this.#isDrawn = true;
    on("pointermove", (now) =>
      this.#replace(index, between(kind, from, at(now), this.#placement.camera, now.shiftKey)),
    );
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      on(end, () => {
        over.abort();
        this.#isDrawn = false;
        this.#drawn[index]?.group.focus();
      });
    }
    this.#arm(null);
  }

  #placeOf(/** @type {Region} */ region, /** @type {import("./region.js").Edge} */ handle) {
    const { x, y } = handlePoint(region, handle);
    return this.#placement.toPlace(x, y);
  }
}
