/** The page with nothing round its pictures: in full screen, or always; the pointer hides where it rests. */

const RESTS_MS = 3000;

/**
 * @param {HTMLElement} button full screen, and back
 * @param {boolean} always
 */
export function attachKiosk(button, always) {
  const { body } = document;
  let resting = 0;
  const toggle = () => {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else {
      document.documentElement.requestFullscreen().catch(() => {}); // forbidden here, as in a frame
    }
  };
  const look = () => {
    body.dataset.kiosk = always || document.fullscreenElement ? "yes" : "no";
  };
  const moved = () => {
    clearTimeout(resting);
    body.dataset.pointer = "moves";
    resting = setTimeout(() => (body.dataset.pointer = "rests"), RESTS_MS);
  };
  button.addEventListener("click", toggle);
  button.hidden = !document.fullscreenEnabled;
  document.addEventListener("fullscreenchange", look);
  document.addEventListener("pointermove", moved);
  look();
  moved();
}
