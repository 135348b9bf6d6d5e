/** Moves the view of the picture by wheel, drag, pinch and double click on the stage. */

const WHEEL_LINE_PX = 16;
const ZOOM_PER_PX = 1.0015; // of the wheel
const DOUBLE_CLICK_ZOOM = 2;

/**
 * @param {HTMLElement} stage
 * @param {Pick<import("./viewport.js").Viewport, "isFit" | "fit" | "zoomBy" | "panBy">} viewport
 * @param {() => void} onMove called after each change
 */
export function attachGestures(stage, viewport, onMove) {
  /** @type {Map<number, {x: number, y: number}>} the pointers that are down */
  const down = new Map();
  const at = (/** @type {MouseEvent} */ { clientX, clientY }) => {
    const { left, top } = stage.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };

  stage.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault(); // the page must not scroll as well
      const px = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? WHEEL_LINE_PX : 1);
      viewport.zoomBy(ZOOM_PER_PX ** -px, at(event));
      onMove();
    },
    { passive: false },
  );
  stage.addEventListener("dblclick", (event) => {
    if (viewport.isFit) {
      viewport.zoomBy(DOUBLE_CLICK_ZOOM, at(event));
    } else {
      viewport.fit();
    }
    onMove();
  });
  stage.addEventListener("pointerdown", (event) => {
    if (event.button === 0) {
      down.set(event.pointerId, at(event));
      stage.setPointerCapture(event.pointerId);
    }
  });
  stage.addEventListener("pointermove", (event) => {
    const last = down.get(event.pointerId);
    if (!last) {
      return;
    }
    const now = at(event);
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
      const before = Math.max(1, distance(last, other)); // two fingers may be at one point
      viewport.zoomBy(Math.max(1, distance(now, other)) / before, middle);
      viewport.panBy((now.x - last.x) / 2, (now.y - last.y) / 2);
    } else {
      viewport.panBy(now.x - last.x, now.y - last.y);
    }
    down.set(event.pointerId, now);
    onMove();
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    stage.addEventListener(end, (event) => down.delete(/** @type {PointerEvent} */ (event).pointerId));
  }
}

/** @param {import("./viewport.js").Point} one @param {import("./viewport.js").Point} other */
function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
