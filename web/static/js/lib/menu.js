/** A menu that a `details` element opens: below its summary, closed by Escape and by a press beside it. */

const GAP_PX = 4;
const MARGIN_PX = 8;

/**
 * @param {HTMLDetailsElement} menu with a summary, and `.items` that the style sheet places by --top and --right
 * @param {() => void} onOpen
 * @returns {HTMLElement | null} its summary
 */
export function attachMenu(menu, onOpen) {
  const summary = /** @type {HTMLElement | null} */ (menu.querySelector("summary"));
  menu.addEventListener("toggle", () => {
    if (menu.open) {
      place(menu);
      onOpen();
    }
  });
  document.addEventListener("pointerdown", ({ target }) => {
    const isInSheet = summary?.offsetParent === null; // which closes by itself
    if (menu.open && !isInSheet && !menu.contains(/** @type {Node} */ (target))) {
      menu.open = false;
    }
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      menu.open = false;
      summary?.focus();
    }
  });
  return summary;
}

/** Place the items below the summary, to the right of its left edge where there is room. @param {HTMLElement} menu */
function place(menu) {
  const { left, bottom } = menu.getBoundingClientRect();
  const width = menu.querySelector(".items")?.clientWidth ?? 0;
  menu.style.setProperty("--top", `${bottom + GAP_PX}px`);
  menu.style.setProperty("--right", `${Math.max(MARGIN_PX, window.innerWidth - left - width - MARGIN_PX)}px`);
}
