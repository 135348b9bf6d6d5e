/** What a viewer does on the cards with the pointer and the keyboard: move, resize, pause, hide, clear. */

import { select } from "../lib/dom.js";
import { makeDraggable } from "../lib/drag.js";

/** @typedef {import("./arrangement.js").Arrangement} Arrangement */

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {HTMLElement} list of the cards
 * @param {Arrangement} arrangement
 * @param {(id: string) => void} clear
 */
export function attachInteractions(list, arrangement, clear) {
  const { grid } = arrangement;
  list.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest(".pause") : null;
    const box = grid.boxOf(button);
    if (box) {
      arrangement.togglePause(box.id);
    }
  });
  list.addEventListener("keydown", (event) => {
    const { key, shiftKey, ctrlKey, metaKey, altKey, target } = event;
    const box = grid.boxOf(target);
    if (!box || ctrlKey || metaKey || altKey) {
      return;
    }
    const { id } = box;
    const isCorner = target instanceof Element && target.closest(".corner");
    /** @type {Record<string, () => void>} */
    const actions = shiftKey
      ? { ArrowLeft: () => arrangement.move(id, -1), ArrowRight: () => arrangement.move(id, 1) }
      : { p: () => arrangement.togglePause(id), c: () => clear(id), Delete: () => arrangement.hide(id) };
    const action = !shiftKey && isCorner && ARROWS[key] ? () => arrangement.resizeBy(id, ...ARROWS[key]) : actions[key];
    if (action) {
      event.preventDefault();
      event.stopPropagation();
      action();
    }
  });
  attachDragAndDrop(list, arrangement);
}

/** @param {HTMLElement} list @param {Arrangement} arrangement */
function attachDragAndDrop(list, arrangement) {
  const { grid } = arrangement;
  /** @type {string | undefined} */
  let dragged;
  list.addEventListener("dragstart", ({ target, dataTransfer }) => {
    dragged = grid.boxOf(target)?.id;
    if (dataTransfer) {
      dataTransfer.effectAllowed = "move";
      dataTransfer.setData("text/plain", String(dragged)); // some browsers drag nothing without data
    }
  });
  list.addEventListener("dragover", (event) => dragged !== undefined && event.preventDefault());
  list.addEventListener("drop", (event) => {
    const target = grid.boxOf(event.target);
    if (dragged !== undefined && target) {
      event.preventDefault();
      arrangement.moveTo(dragged, target.id);
    }
  });
  list.addEventListener("dragend", () => (dragged = undefined));
}

/**
 * Lets a card be resized by dragging its corner.
 * @param {import("./card-box.js").CardBox} box
 * @param {Arrangement} arrangement
 */
export function attachResizing(box, arrangement) {
  const { element, id } = box;
  const corner = select(element, ".corner", HTMLElement);
  let layout = arrangement.layout;
  makeDraggable(
    corner,
    () => ({ width: element.offsetWidth, height: element.offsetHeight }),
    ({ x, y }, { width, height }) => {
      layout = arrangement.layout.withSize(id, { width: width + x, height: height + y });
      arrangement.grid.arrange(layout);
    },
  );
  corner.addEventListener("lostpointercapture", () => {
    if (layout !== arrangement.layout && layout.sizes.has(id)) {
      arrangement.change(layout);
    }
    layout = arrangement.layout;
  });
}
