/** What hands and keys do on the cards: move, resize, pause, hide, clear. */

import { draggable } from "../lib/drag.js";

/** @typedef {import("./arrangement.js").Arrangement} Arrangement */

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {HTMLElement} list of the cards
 * @param {Arrangement} arrangement
 * @param {(id: string) => void} clear
 */
export function attachInteractions(list, arrangement, clear) {
  const { deck } = arrangement;
  list.addEventListener("click", ({ target }) => {
    const button = target instanceof Element && target.closest(".pause");
    if (button) {
      arrangement.pause(deck.boxOf(button).id);
    }
  });
  list.addEventListener("keydown", (event) => {
    const { key, shiftKey, ctrlKey, metaKey, altKey, target } = event;
    const box = deck.boxOf(target);
    if (!box || ctrlKey || metaKey || altKey) {
      return;
    }
    const { id } = box;
    const isCorner = target instanceof Element && target.closest(".corner");
    const does = shiftKey
      ? { ArrowLeft: () => arrangement.move(id, -1), ArrowRight: () => arrangement.move(id, 1) }[key]
      : isCorner && ARROWS[key]
        ? () => arrangement.grow(id, ...ARROWS[key])
        : { p: () => arrangement.pause(id), c: () => clear(id), Delete: () => arrangement.hide(id) }[key];
    if (does) {
      event.preventDefault();
      event.stopPropagation();
      does();
    }
  });
  attachDragAndDrop(list, arrangement);
}

/** @param {HTMLElement} list @param {Arrangement} arrangement */
function attachDragAndDrop(list, arrangement) {
  const { deck } = arrangement;
  /** @type {string | undefined} */
  let dragged;
  list.addEventListener("dragstart", ({ target, dataTransfer }) => {
    dragged = deck.boxOf(target)?.id;
    dataTransfer.effectAllowed = "move";
    dataTransfer.setData("text/plain", dragged); // without data some browsers drag nothing
  });
  list.addEventListener("dragover", (event) => dragged !== undefined && event.preventDefault());
  list.addEventListener("drop", (event) => {
    const onto = deck.boxOf(event.target);
    if (dragged !== undefined && onto) {
      event.preventDefault();
      arrangement.moveOnto(dragged, onto.id);
    }
  });
  list.addEventListener("dragend", () => (dragged = undefined));
}

/** @param {import("./card-box.js").CardBox} box @param {Arrangement} arrangement */
export function attachResizing(box, arrangement) {
  const { element, id } = box;
  const corner = element.querySelector(".corner");
  let layout = arrangement.layout;
  draggable(
    corner,
    () => ({ width: element.offsetWidth, height: element.offsetHeight }),
    ({ x, y }, { width, height }) => {
      layout = arrangement.layout.sized(id, { width: width + x, height: height + y });
      arrangement.deck.arrange(layout);
    },
  );
  corner.addEventListener("lostpointercapture", () => {
    if (layout !== arrangement.layout && layout.sizes.has(id)) {
      arrangement.change(layout);
    }
    layout = arrangement.layout;
  });
}
