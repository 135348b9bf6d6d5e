/** The line of a line cut over the picture: drawn, moved and turned by mouse, finger and keyboard. */

import { followDrag, makeDraggable } from "../lib/drag.js";
import { createSvg, setAttributes } from "../lib/svg.js";
import { centredLine, drawLine, moveEnd, moveLine, nudgeLine } from "./line-edit.js";

const GRIP_PX = 6;
const ENDS = /** @type {const} */ (["from", "to"]);
const END_NAMES = { from: "A", to: "B" };
const NAME_PX = 10; // from an end to its name

/** @typedef {import("./line-cut.js").Line} Line */

export class LineOverlay {
  /** @type {Line | null} */
  #line = null;
  #width = 1; // of the next line
  #stage;
  #onChange;
  /** @type {import("../picture/placement.js").Placement} */
  #placement;
  #isDrawing = false; // whether the next drag draws the line
  #isDragging = false;
  #group = createSvg("g", "cut");
  #band = createSvg("polygon", "band");
  #shape = createSvg("line", "shape");
  #target = createSvg("line", "target"); // wide enough for a finger
  #grips = ENDS.map((end) => createSvg("circle", `grip ${end}`));
  #names = ENDS.map(() => createSvg("text"));

  /**
   * @param {Element} svg over the stage
   * @param {HTMLElement} stage
   * @param {import("../picture/placement.js").Placement} placement of the picture
   * @param {() => void} onChange called when the line, or whether one is being drawn, has changed
   */
  constructor(svg, stage, placement, onChange) {
    this.#stage = stage;
    this.#placement = placement;
    this.#onChange = onChange;
    setAttributes(this.#group, { tabindex: 0, role: "button" });
    this.#grips.forEach((grip) => setAttributes(grip, { r: GRIP_PX }));
    this.#names.forEach((name, index) => (name.textContent = END_NAMES[ENDS[index]]));
    this.#group.append(this.#band, this.#shape, this.#target, ...this.#names, ...this.#grips);
    svg.append(this.#group);
    this.#makeDraggable(this.#target, (line, dx, dy) => moveLine(line, dx, dy, this.#placement.camera));
    ENDS.forEach((end, index) =>
      this.#makeDraggable(this.#grips[index], (line, dx, dy) =>
        moveEnd(line, end, { x: line[end].x + dx, y: line[end].y + dy }, this.#placement.camera)));
    this.#group.addEventListener("keydown", (event) => this.#onKeyDown(/** @type {KeyboardEvent} */ (event)));
    stage.addEventListener("pointerdown", (event) => this.#onPointerDown(event), { capture: true });
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.stopDrawing());
    this.#draw();
  }

  get line() {
    return this.#line;
  }

  /** @param {Line | null} line */
  set line(line) {
    this.#line = line;
    this.#width = line?.width ?? this.#width;
    this.#draw();
    this.#onChange();
  }

  /** Whether the next drag over the picture draws the line. */
  get isDrawing() {
    return this.#isDrawing;
  }

  /**
   * Let the next drag draw the line, or without a pointer put one in the middle of the visible part.
   * @param {boolean} [byPointer]
   */
  draw(byPointer = this.#stage.matches(":hover")) {
    if (byPointer) {
      this.#setDrawing(true);
    } else if (this.#placement.ready) {
      this.line = centredLine(this.#placement.visibleBox(), this.#width);
      this.#group.focus();
    }
  }

  stopDrawing() {
    if (this.#isDrawing) {
      this.#setDrawing(false);
    }
  }

  /** @param {import("../picture/placement.js").Placement} placement */
  place(placement) {
    this.#placement = placement;
    this.#draw();
  }

  /** @param {boolean} isDrawing */
  #setDrawing(isDrawing) {
    this.#isDrawing = isDrawing;
    this.#stage.classList.toggle("drawing", isDrawing);
    this.#onChange();
  }

  #draw() {
    const line = this.#line;
    const isShown = Boolean(line && this.#placement.ready);
    setAttributes(this.#group, { display: isShown ? "inline" : "none" });
    if (!line || !isShown) {
      return;
    }
    const { from, to, width } = line;
    const length = Math.hypot(to.x - from.x, to.y - from.y);
    const across = { x: (-(to.y - from.y) / length) * (width / 2), y: ((to.x - from.x) / length) * (width / 2) };
    const corners = [[from, 1], [to, 1], [to, -1], [from, -1]].map(([point, side]) => {
      const { x, y } = /** @type {import("./line-cut.js").Point} */ (point);
      const place = this.#placement.toPlace(x + Number(side) * across.x, y + Number(side) * across.y);
      return `${place.x},${place.y}`;
    });
    setAttributes(this.#band, { points: corners.join(" ") });
    const [a, b] = [this.#placement.toPlace(from.x, from.y), this.#placement.toPlace(to.x, to.y)];
    for (const element of [this.#shape, this.#target]) {
      setAttributes(element, { x1: a.x, y1: a.y, x2: b.x, y2: b.y });
    }
    const size = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    [a, b].forEach(({ x, y }, index) => {
      const outwards = (index ? NAME_PX : -NAME_PX) / size;
      setAttributes(this.#grips[index], { cx: x, cy: y });
      setAttributes(this.#names[index], { x: x + outwards * (b.x - a.x) - 4, y: y + outwards * (b.y - a.y) + 4 });
    });
    const [x1, y1, x2, y2] = [from.x, from.y, to.x, to.y].map(Math.round);
    setAttributes(this.#group, {
      "aria-label":
        `Line from ${x1}, ${y1} to ${x2}, ${y2}; arrow keys move it, with Control its end B, Delete removes it`,
    });
  }

  /**
   * @param {SVGElement} element
   * @param {(line: Line, dx: number, dy: number) => Line} move by camera pixels since the start
   */
  #makeDraggable(element, move) {
    makeDraggable(
      element,
      () => {
        this.#group.focus();
        return this.#line;
      },
      ({ x, y }, start) => {
        if (start) {
          const [from, to] = [this.#placement.toPicture(0, 0), this.#placement.toPicture(x, y)];
          this.line = move(start, to.x - from.x, to.y - from.y);
        }
      },
    );
  }

  /** @param {KeyboardEvent} event */
  #onKeyDown(event) {
    const moved = this.#line && nudgeLine(this.#line, event, this.#placement.camera);
    if (moved) {
      event.preventDefault();
      event.stopPropagation();
      this.line = moved;
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.line = null;
    } else if (event.key === "Escape") {
      this.#group.blur();
    }
  }

  /** Draw the line by the drag that begins now. @param {PointerEvent} event */
  #onPointerDown(event) {
    const begins = this.#isDrawing && event.button === 0 && this.#placement.ready;
    if (begins || this.#isDragging) {
      event.stopPropagation(); // neither this drag nor a second finger moves the picture
    }
    if (!begins) {
      return;
    }
    event.preventDefault();
    const pointOf = (/** @type {PointerEvent} */ { clientX, clientY }) => {
      const { left, top } = this.#stage.getBoundingClientRect();
      return this.#placement.toPicture(clientX - left, clientY - top);
    };
    const from = pointOf(event);
    this.#isDragging = true;
    followDrag(
      this.#stage,
      event,
      (now) => (this.line = drawLine(from, pointOf(now), this.#width, this.#placement.camera, now.shiftKey)),
      () => {
        this.#isDragging = false;
        this.#group.focus();
      },
    );
    this.#setDrawing(false);
  }
}
