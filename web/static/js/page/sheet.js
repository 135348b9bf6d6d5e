/** On a phone: five icons, of which four open their group of tools as a sheet from below. */

import { select, write } from "../lib/dom.js";

const PHONE = "(max-width: 760px), (max-height: 480px)"; // as in sheet.css
const MENUS = [["save", "keep"], ["pixels", "measure"]]; // shown in the sheet of their group
const FOCUSABLE = "button:not([hidden]), select, input, summary, a[href]";

/**
 * @param {(id: string) => HTMLElement} getById
 * @param {() => void} toggleFreeze
 */
export function attachSheet(getById, toggleFreeze) {
  const [dock, tools] = [getById("dock"), getById("tools")];
  const openers = Array.from(dock.querySelectorAll("[data-opens]"), (element) => /** @type {HTMLElement} */ (element));
  const open = (/** @type {string} */ group) => {
    const last = openers.find(({ dataset }) => dataset.opens === tools.dataset.open);
    if (group) {
      tools.dataset.open = group;
    } else {
      delete tools.dataset.open;
    }
    for (const opener of openers) {
      opener.setAttribute("aria-expanded", String(opener.dataset.opens === group));
    }
    for (const [id, ofGroup] of MENUS) {
      const menu = /** @type {HTMLDetailsElement} */ (getById(id));
      menu.open = group === ofGroup;
    }
    moveLimits(getById, group === "range");
    const first = visible(tools)[0];
    (group ? first : last)?.focus();
  };
  dock.addEventListener("click", ({ target }) => {
    const group = target instanceof Element && target.closest("[data-opens]")?.getAttribute("data-opens");
    if (group) {
      open(tools.dataset.open === group ? "" : group);
    }
  });
  getById("dock-freeze").addEventListener("click", toggleFreeze);
  getById("sheet-close").addEventListener("click", () => open(""));
  tools.addEventListener("keydown", (event) => {
    if (!tools.dataset.open) {
      return;
    }
    if (event.key === "Escape") {
      open("");
    } else if (event.key === "Tab") {
      const all = visible(tools).filter(({ tabIndex }) => tabIndex >= 0);
      const edge = event.shiftKey ? all[0] : all.at(-1);
      if (document.activeElement === edge) {
        event.preventDefault(); // the focus stays in the sheet
        (event.shiftKey ? all.at(-1) : all[0])?.focus();
      }
    }
  });
  matchMedia(PHONE).addEventListener("change", () => tools.dataset.open && open(""));
  document.addEventListener("pointerdown", ({ target }) => {
    const isOutside = target instanceof Element && !target.closest("#tools, #dock, #notice");
    if (tools.dataset.open && isOutside) {
      open("");
    }
  });
}

/** Show whether the picture is frozen on the buttons that freeze it. @param {boolean} frozen */
export function renderFreeze(frozen, /** @type {(id: string) => HTMLElement} */ getById) {
  for (const id of ["freeze", "dock-freeze"]) {
    const button = getById(id);
    write(select(button, "span"), frozen ? "Go on" : "Freeze");
    select(button, "use").setAttribute("href", frozen ? "#i-play" : "#i-freeze");
    button.setAttribute("aria-pressed", String(frozen));
  }
}

/**
 * Put the fields of the limits into the sheet, or back to the ends of the colour bar.
 * @param {(id: string) => HTMLElement} getById
 * @param {boolean} isInSheet
 */
function moveLimits(getById, isInSheet) {
  const [bar, low, high] = [getById("cbar"), getById("low"), getById("high")];
  [low, high].forEach((field) => field.blur()); // what was typed counts
  if (isInSheet) {
    getById("sheet-low").append(low);
    getById("sheet-high").append(high);
  } else if (low.parentElement !== bar) {
    bar.prepend(high);
    bar.append(low);
  }
}

/** The elements of the open sheet that can have the focus. @param {HTMLElement} tools */
function visible(tools) {
  return Array.from(tools.querySelectorAll(FOCUSABLE), (element) => /** @type {HTMLElement} */ (element)).filter(
    (element) => element.offsetParent !== null,
  );
}
