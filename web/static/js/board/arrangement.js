/** This viewer's layout of the board: what changes it, and where it is kept. */

import { BoardLayout } from "./board-layout.js";

const NAME = "layout";
const LONGEST = 4000; // of an address, which servers cut off somewhere
const STEP_ROWS = 2;

export class Arrangement {
  layout;
  #deck;
  #kept;
  #listener;

  /**
   * @param {import("../lib/preferences.js").Kept} kept
   * @param {(arrangement: Arrangement) => import("./card-grid.js").CardGrid} deck makes it
   * @param {{changed: () => void, notice: (text: string) => void}} listener
   */
  constructor(kept, deck, listener) {
    this.#kept = kept;
    this.layout = BoardLayout.of(kept.get(NAME));
    this.#listener = listener;
    this.#deck = deck(this);
  }

  get deck() {
    return this.#deck;
  }

  /** @param {BoardLayout} layout */
  change(layout) {
    this.layout = layout;
    this.#deck.arrange(layout);
    const { text } = layout;
    const isShort = encodeURIComponent(text).length <= LONGEST;
    this.#kept.set(NAME, text, isShort);
    if (!isShort) {
      this.#listener.notice("This layout is too long for a link. This browser keeps it.");
    }
    this.#listener.changed();
  }

  /** @param {string} id */
  hide(id) {
    const { seen } = this.#deck;
    const place = seen.findIndex((box) => box.id === id);
    const next = seen[place + 1] ?? seen[place - 1];
    this.change(this.layout.hiding(id, true));
    next?.focus(); // for whoever hides by keys
  }

  /** @param {string} id */
  show(id) {
    this.change(this.layout.hiding(id, false));
    this.#deck.all.get(id)?.reveal();
  }

  /** None stays hidden. */
  showAll() {
    const { moved, sizes, paused } = this.layout;
    this.change(new BoardLayout(moved, new Set(), sizes, paused));
  }

  /** @param {string} id */
  pause(id) {
    this.change(this.layout.pausing(id, !this.layout.paused.has(id)));
  }

  /** All that are here, or none. @param {boolean} paused */
  pauseAll(paused) {
    let layout = new BoardLayout(this.layout.moved, this.layout.hidden, this.layout.sizes);
    for (const id of paused ? this.#deck.ids : []) {
      layout = layout.pausing(id, true);
    }
    this.change(layout);
  }

  /** Whether all that are here are paused. */
  get isPaused() {
    const { ids } = this.#deck;
    return ids.length > 0 && ids.every((id) => this.layout.paused.has(id));
  }

  /** @param {string} id @param {number} by how many of the cards in sight further: 1 or -1 */
  move(id, by) {
    const { seen } = this.#deck;
    const onto = seen[seen.findIndex((box) => box.id === id) + by];
    if (onto) {
      this.moveOnto(id, onto.id);
    }
  }

  /** It takes another one's place. @param {string} id @param {string} onto */
  moveOnto(id, onto) {
    const order = this.layout.order(this.#deck.ids);
    const isOn = order.indexOf(id) < order.indexOf(onto);
    const before = isOn ? order[order.indexOf(onto) + 1] ?? null : onto;
    if (id !== onto) {
      this.change(this.layout.placed(this.#deck.ids, id, before));
    }
  }

  /** By so many columns and steps of the grid. @param {string} id @param {number} across @param {number} down */
  grow(id, across, down) {
    const { columnPx, rowPx } = this.#deck.grid;
    const { offsetWidth: width, offsetHeight: height } = this.#deck.all.get(id).element;
    const size = { width: width + across * columnPx, height: height + down * STEP_ROWS * rowPx };
    this.change(this.layout.sized(id, size));
  }
}
