/** The regions of interest over the picture: drawn, moved and resized by mouse, finger and keyboard. */

import { draggable } from "../picture/drag.js";
import { made, set } from "../picture/svg.js";
import { HANDLES, MAX_REGIONS, between, dragged, fromText, handlePoint, nudged, toText, within } from "./region.js";

const KINDS = { rect: "rectangle", ellipse: "ellipse" };
const HANDLE_PX = 9;

/**
 * @typedef {import("./region.js").Region} Region
 * @typedef {{group: SVGElement, shape: Element, label: Element, handles: Element[]}} Drawn
 */

export class Regions {
  /** @type {Region[]} */
  list = [];
  #layer = made("g", "regions");
  #stage;
  #viewport;
  #changed;
  /** @type {Drawn[]} */
  #drawn = [];
  #placed = "";
  /** @type {Region["kind"] | null} what the next drag over the stage draws */
  #drawing = null;

  /**
   * @param {Element} svg over the stage
   * @param {HTMLElement} stage
   * @param {import("../picture/viewport.js").Viewport} viewport
   * @param {() => void} changed called when a region came, went, or is another
   */
  constructor(svg, stage, viewport, changed) {
    this.#stage = stage;
    this.#viewport = viewport;
    this.#changed = changed;
    svg.append(this.#layer);
    stage.addEventListener("pointerdown", (event) => this.#begin(event), { capture: true });
  }

  /** What the next drag over the picture draws; null: it moves the picture. */
  get drawing() {
    return this.#drawing;
  }

  /** Lets the next drag draw a region, or not. @param {Region["kind"]} kind again: not */
  draw(kind) {
    this.#drawing = this.#drawing === kind || this.list.length >= MAX_REGIONS ? null : kind;
    this.#stage.classList.toggle("drawing", this.#drawing !== null);
    this.#changed();
  }

  /** @param {number} index */
  remove(index) {
    this.list.splice(index, 1);
    this.#changed();
    this.place();
  }

  /** For a link. */
  toText() {
    return toText(this.list);
  }

  /** @param {string} text */
  fromText(text) {
    this.list = fromText(text);
  }

  /** Lays the regions where the viewport has them now; to be called after each change of either. */
  place() {
    const ready = this.#viewport.ready;
    if (ready) {
      this.list = this.list.map((region) => within(region, this.#viewport.camera));
    }
    const text = JSON.stringify([ready, this.#viewport.matrix(), this.list]);
    if (text === this.#placed) {
      return; // as with most frames
    }
    this.#placed = text;
    while (this.#drawn.length > this.list.length) {
      this.#drawn.pop().group.remove();
    }
    while (ready && this.#drawn.length < this.list.length) {
      this.#drawn.push(this.#made(this.#drawn.length));
    }
    this.#drawn.forEach((drawn, index) => this.#lay(drawn, this.list[index], index));
  }

  /** @param {Drawn} drawn @param {Region} region @param {number} index */
  #lay({ group, shape, label, handles }, region, index) {
    const [one, other] = ["nw", "se"].map((corner) => this.#placeOf(region, /** @type {any} */ (corner)));
    const left = Math.min(one.x, other.x);
    const top = Math.min(one.y, other.y);
    const width = Math.abs(one.x - other.x);
    const height = Math.abs(one.y - other.y);
    const round = region.kind === "ellipse" ? { rx: width / 2, ry: height / 2 } : { rx: 0, ry: 0 };
    set(shape, { x: left, y: top, width, height, ...round });
    set(label, { x: left + 3, y: top - 4 });
    label.textContent = String(index + 1);
    HANDLES.forEach((handle, at) => {
      const { x, y } = this.#placeOf(region, handle);
      set(handles[at], { x: x - HANDLE_PX / 2, y: y - HANDLE_PX / 2 });
    });
    const { x, y } = region;
    const where = [x, y, region.width, region.height].map(Math.round);
    set(group, {
      "aria-label":
        `Region ${index + 1}, ${KINDS[region.kind]} at ${where[0]}, ${where[1]}, ${where[2]} by ${where[3]} pixels; ` +
        "arrow keys move it, with Control they resize it, Delete removes it",
    });
  }

  /** @param {number} index @returns {Drawn} */
  #made(index) {
    const group = set(made("g", `region region-${index + 1}`), { tabindex: 0, role: "button" });
    const shape = made("rect", "shape");
    const label = made("text");
    const handles = HANDLES.map((handle) => set(made("rect", `grip ${handle}`), { width: HANDLE_PX, height: HANDLE_PX }));
    group.append(shape, label, ...handles);
    this.#layer.append(group);
    this.#drags(shape, group, "inside", index);
    HANDLES.forEach((handle, at) => this.#drags(handles[at], group, handle, index));
    group.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const moved = nudged(this.list[index], event, this.#viewport.camera);
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
    draggable(
      element,
      () => {
        group.focus();
        return { ...this.list[index] };
      },
      ({ x, y }, start) => {
        const from = this.#viewport.toPicture(0, 0);
        const to = this.#viewport.toPicture(x, y);
        this.#replace(index, dragged(start, handle, to.x - from.x, to.y - from.y, this.#viewport.camera));
      },
    );
  }

  #replace(index, region) {
    this.list[index] = region;
    this.place();
    this.#changed();
  }

  /** A region is drawn by the drag that begins now. @param {PointerEvent} event */
  #begin(event) {
    const kind = this.#drawing;
    if (!kind || event.button !== 0 || !this.#viewport.ready) {
      return;
    }
    event.stopPropagation(); // it moves no picture
    event.preventDefault();
    const stage = this.#stage;
    const at = (/** @type {PointerEvent} */ { clientX, clientY }) => {
      const { left, top } = stage.getBoundingClientRect();
      return this.#viewport.toPicture(clientX - left, clientY - top);
    };
    const from = at(event);
    const index = this.list.length;
    const follow = (/** @type {PointerEvent} */ now) =>
      this.#replace(index, between(kind, from, at(now), this.#viewport.camera, now.shiftKey));
    const end = () => {
      stage.removeEventListener("pointermove", follow);
      this.#drawn[index]?.group.focus();
    };
    stage.setPointerCapture(event.pointerId);
    stage.addEventListener("pointermove", follow);
    stage.addEventListener("pointerup", end, { once: true });
    stage.addEventListener("pointercancel", end, { once: true });
    this.draw(kind);
  }

  #placeOf(/** @type {Region} */ region, /** @type {import("./region.js").Edge} */ handle) {
    const { x, y } = handlePoint(region, handle);
    return this.#viewport.toPlace(x, y);
  }
}
