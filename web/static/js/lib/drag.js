/** Drags by mouse, pen or finger. */

/**
 * Make an element draggable, without dragging what lies under it.
 * @template Start
 * @param {HTMLElement | SVGElement} element
 * @param {(event: PointerEvent) => Start} onStart returns what `onMove` needs to know of the start
 * @param {(by: {x: number, y: number}, start: Start) => void} onMove takes the CSS pixels since the start
 */
export function makeDraggable(element, onStart, onMove) {
  const target = /** @type {HTMLElement} */ (element); // so that events have their types
  /** @type {{id: number, x: number, y: number, start: Start} | null} */
  let drag = null;
  target.addEventListener("pointerdown", (event) => {
    if (event.button === 0) {
      event.stopPropagation();
      target.setPointerCapture(event.pointerId);
      drag = { id: event.pointerId, x: event.clientX, y: event.clientY, start: onStart(event) };
    }
  });
  target.addEventListener("pointermove", (event) => {
    if (drag?.id === event.pointerId) {
      onMove({ x: event.clientX - drag.x, y: event.clientY - drag.y }, drag.start);
    }
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    target.addEventListener(end, () => (drag = null));
  }
  target.addEventListener("dblclick", (event) => event.stopPropagation()); // a double click zooms the picture
}

/**
 * Follow the drag over an element that begins with an event, until it ends.
 * @param {HTMLElement} element
 * @param {PointerEvent} event
 * @param {(now: PointerEvent) => void} onMove
 * @param {() => void} onEnd
 */
export function followDrag(element, event, onMove, onEnd) {
  const end = new AbortController();
  const listen = (
    /** @type {"pointermove" | "pointerup" | "pointercancel" | "lostpointercapture"} */ name,
    /** @type {(now: PointerEvent) => void} */ action,
  ) => element.addEventListener(name, (now) => now.pointerId === event.pointerId && action(now), end);
  element.setPointerCapture(event.pointerId);
  listen("pointermove", onMove);
  for (const name of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
    listen(name, () => {
      end.abort();
      onEnd();
    });
  }
}
