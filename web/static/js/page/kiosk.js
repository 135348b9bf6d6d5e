/** Kiosk mode: only the pictures, in full screen or always; the pointer is hidden while it rests. */

const POINTER_REST_MS = 3000;

/**
 * @param {HTMLElement} button switches full screen on and off
 * @param {boolean} isAlways whether kiosk mode is on without full screen, too
 */
export function attachKiosk(button, isAlways) {
  const { body } = document;
  let timer = 0;
  const toggle = () => {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else {
      document.documentElement.requestFullscreen().catch(() => {}); // forbidden here, as in a frame
    }
  };
  const update = () => {
    body.dataset.kiosk = isAlways || document.fullscreenElement ? "yes" : "no";
  };
  const onPointerMove = () => {
    clearTimeout(timer);
    body.dataset.pointer = "moves";
    timer = window.setTimeout(() => (body.dataset.pointer = "rests"), POINTER_REST_MS);
  };
  button.addEventListener("click", toggle);
  button.hidden = !document.fullscreenEnabled;
  document.addEventListener("fullscreenchange", update);
  document.addEventListener("pointermove", onPointerMove);
  update();
  onPointerMove();
}
