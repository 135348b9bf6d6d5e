/** This viewer's layout of the board: applies changes to the page, and keeps it in the address and the browser. */

import { BoardLayout } from "./board-layout.js";

const PREFERENCE = "layout";
const MAX_ADDRESS_CHARACTERS = 4000; // servers and proxies limit addresses
const STEP_ROWS = 2;

export class Arrangement {
  layout;
  #grid;
  #preferences;
  #listener;

  /**
   * @param {import("../lib/preferences.js").Preferences} preferences
   * @param {(arrangement: Arrangement) => import("./card-grid.js").CardGrid} createGrid
   * @param {{onChange: () => void, onNotice: (text: string) => void}} listener
   */
  constructor(preferences, createGrid, listener) {
    this.#preferences = preferences;
    this.layout = BoardLayout.fromText(preferences.get(PREFERENCE));
    this.#listener = listener;
    this.#grid = createGrid(this);
  }

  get grid() {
    return this.#grid;
  }

  /** @param {BoardLayout} layout */
  change(layout) {
    this.layout = layout;
    this.#grid.arrange(layout);
    const { text } = layout;
    const isShort = encodeURIComponent(text).length <= MAX_ADDRESS_CHARACTERS;
    this.#preferences.set(PREFERENCE, text, isShort);
    if (!isShort) {
      this.#listener.onNotice("This layout is too long for a link. It is kept in this browser only.");
    }
    this.#listener.onChange();
  }

  /** @param {string} id */
  hide(id) {
    const { visible } = this.#grid;
    const place = visible.findIndex((box) => box.id === id);
    const next = visible[place + 1] ?? visible[place - 1];
    this.change(this.layout.withHidden(id, true));
    next?.focus(); // for viewers who use the keyboard
  }

  /** @param {string} id */
  show(id) {
    this.change(this.layout.withHidden(id, false));
    this.#grid.boxes.get(id)?.reveal();
  }

  showAll() {
    const { moved, sizes, paused } = this.layout;
    this.change(new BoardLayout(moved, new Set(), sizes, paused));
  }

  /** @param {string} id */
  togglePause(id) {
    this.change(this.layout.withPaused(id, !this.layout.paused.has(id)));
  }

  /** @param {boolean} isPaused */
  pauseAll(isPaused) {
    let layout = new BoardLayout(this.layout.moved, this.layout.hidden, this.layout.sizes);
    for (const id of isPaused ? this.#grid.ids : []) {
      layout = layout.withPaused(id, true);
    }
    this.change(layout);
  }

  /** Whether all cards of the board are paused. */
  get isPaused() {
    const { ids } = this.#grid;
    return ids.length > 0 && ids.every((id) => this.layout.paused.has(id));
  }

  /** @param {string} id @param {1 | -1} by to the next visible card's place, or the previous one's */
  move(id, by) {
    const { visible } = this.#grid;
    const target = visible[visible.findIndex((box) => box.id === id) + by];
    if (target) {
      this.moveTo(id, target.id);
    }
  }

  /** Moves a card to another one's place. @param {string} id @param {string} target */
  moveTo(id, target) {
    const order = this.layout.order(this.#grid.ids);
    const isForward = order.indexOf(id) < order.indexOf(target);
    const before = isForward ? order[order.indexOf(target) + 1] ?? null : target;
    if (id !== target) {
      this.change(this.layout.withPlace(this.#grid.ids, id, before));
    }
  }

  /**
   * Resizes a card by columns and steps of the grid.
   * @param {string} id
   * @param {number} across
   * @param {number} down
   */
  resizeBy(id, across, down) {
    const box = this.#grid.boxes.get(id);
    if (box) {
      const { columnPx, rowPx } = this.#grid.metrics;
      const { offsetWidth: width, offsetHeight: height } = box.element;
      const size = { width: width + across * columnPx, height: height + down * STEP_ROWS * rowPx };
      this.change(this.layout.withSize(id, size));
    }
  }
}
