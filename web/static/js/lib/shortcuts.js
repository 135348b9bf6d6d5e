/** Keyboard shortcuts, and the dialog that lists them. */

import { select, write } from "./dom.js";

/** @type {Record<string, string>} how the dialog writes a key */
const KEY_NAMES = { " ": "Space bar", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", "-": "−" };

export class Shortcuts {
  /** @type {Map<string, () => void>} */
  #actions = new Map();
  #list;
  #dialog;

  /** @param {HTMLDialogElement} dialog with a `dl` of what the mouse does, to which the keys are added */
  constructor(dialog) {
    this.#dialog = dialog;
    this.#list = select(dialog, "dl");
    document.addEventListener("keydown", (event) => {
      const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
      const action = this.#actions.get(event.key);
      if (!hasModifier && action && !isForFocused(event)) {
        event.preventDefault(); // the space bar would scroll
        action();
      }
    });
    this.add({ "?": () => this.open() }, "show these shortcuts");
  }

  /**
   * @param {Record<string, () => void>} actions by `KeyboardEvent.key`
   * @param {string} description for the dialog
   */
  add(actions, description) {
    const row = document.createElement("div");
    const keys = document.createElement("dt");
    for (const [key, action] of Object.entries(actions)) {
      this.#actions.set(key, action);
      const name = document.createElement("kbd");
      write(name, KEY_NAMES[key] ?? key.toUpperCase());
      keys.append(name, " ");
    }
    const text = document.createElement("dd");
    write(text, description);
    row.append(keys, text);
    this.#list.append(row);
  }

  open() {
    this.#dialog.showModal();
  }
}

/** Return whether a key belongs to the focused element. @param {KeyboardEvent} event */
function isForFocused({ key, target }) {
  const isIn = (/** @type {string} */ selector) => target instanceof Element && target.closest(selector);
  const moves = key === " " || key.startsWith("Arrow");
  return (
    isIn("input, select, textarea, dialog[open]") ||
    (moves && isIn("button, a, summary, .side, [role=slider], .overlay"))
  );
}
