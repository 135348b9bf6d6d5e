/** Lets an element be dragged by mouse, pen or finger, without what lies under it being dragged as well. */

/**
 * @template Start
 * @param {Element} element
 * @param {(event: PointerEvent) => Start} began what to remember of the start
 * @param {(by: {x: number, y: number}, start: Start) => void} moved CSS pixels since the start
 */
export function makeDraggable(element, began, moved) {
  /** @type {{id: number, x: number, y: number, start: Start} | null} */
  let drag = null;
  element.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    if (event.button === 0) {
      event.stopPropagation();
      element.setPointerCapture(event.pointerId);
      drag = { id: event.pointerId, x: event.clientX, y: event.clientY, start: began(event) };
    }
  });
  element.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (drag?.id === event.pointerId) {
      moved({ x: event.clientX - drag.x, y: event.clientY - drag.y }, drag.start);
    }
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    element.addEventListener(end, () => (drag = null));
  }
  element.addEventListener("dblclick", (event) => event.stopPropagation()); // which would zoom
}
