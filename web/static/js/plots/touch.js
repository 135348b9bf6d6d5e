/** Lets a finger do on a plot what the mouse does, which is all that uPlot listens to. */

const AS_MOUSE = { pointerdown: "mousedown", pointermove: "mousemove", pointerup: "mouseup", pointercancel: "mouseup" };

/**
 * Moves along the plot are the plot's, those across it scroll the page (touch-action in panels.css).
 * @param {HTMLElement} over uPlot's element that takes the mouse
 */
export function takeTouches(over) {
  let lastX = 0;
  for (const [pointer, mouse] of Object.entries(AS_MOUSE)) {
    over.addEventListener(pointer, (event) => {
      const { pointerType, isPrimary, clientX, clientY } = /** @type {PointerEvent} */ (event);
      if (pointerType === "touch" && isPrimary) {
        const movementX = clientX - lastX; // uPlot leaves moves out that go nowhere
        lastX = clientX;
        over.dispatchEvent(new MouseEvent(mouse, { clientX, clientY, movementX, bubbles: true }));
      }
    });
  }
}
