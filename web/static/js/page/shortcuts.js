/** The keyboard: which key does what, and the sheet that says so. */

import { write } from "../lib/dom.js";

/** @type {Record<string, string>} how a key is called on the sheet */
const NAMES = { " ": "Space bar", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", "-": "−" };

export class Shortcuts {
  /** @type {Map<string, () => void>} */
  #actions = new Map();
  #list;
  #sheet;

  /** @param {HTMLDialogElement} sheet with a `dl` of what the mouse does, to which the keys are added */
  constructor(sheet) {
    this.#sheet = sheet;
    this.#list = sheet.querySelector("dl");
    document.addEventListener("keydown", (event) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      const action = this.#actions.get(event.key);
      if (plain && action && !isTaken(event)) {
        event.preventDefault(); // the space bar would scroll
        action();
      }
    });
    this.add({ "?": () => this.open() }, "this sheet");
  }

  /** @param {Record<string, () => void>} actions by `KeyboardEvent.key` @param {string} what on the sheet */
  add(actions, what) {
    const row = document.createElement("div");
    const keys = document.createElement("dt");
    for (const [key, action] of Object.entries(actions)) {
      this.#actions.set(key, action);
      const name = document.createElement("kbd");
      write(name, NAMES[key] ?? key.toUpperCase());
      keys.append(name, " ");
    }
    const does = document.createElement("dd");
    write(does, what);
    row.append(keys, does);
    this.#list.append(row);
  }

  open() {
    this.#sheet.showModal();
  }
}

/** Whether a key is for what has the focus. @param {KeyboardEvent} event */
function isTaken({ key, target }) {
  const within = (/** @type {string} */ what) => target instanceof Element && target.closest(what);
  const moves = key === " " || key.startsWith("Arrow");
  return (
    within("input, select, textarea, dialog[open]") ||
    (moves && within("button, a, summary, .side, [role=slider], .overlay"))
  );
}
