/** Draws cards in the order of their requests, as many in an animation frame as its time allows. */

const BUDGET_MS = 8;

export const REDRAW_EVENT = "beamcast-redraw";

/** Requests that the card around an element is drawn again. @param {Element} element */
export function requestRedraw(element) {
  element.dispatchEvent(new Event(REDRAW_EVENT, { bubbles: true }));
}

/** @template Item */
export class DrawScheduler {
  /** @type {Set<Item>} the one that waits longest first */
  #waiting = new Set();

  /** @param {Item} item to be drawn; one that waits already keeps its place */
  request(item) {
    this.#waiting.add(item);
  }

  /** @param {Item} item */
  cancel(item) {
    this.#waiting.delete(item);
  }

  /**
   * Draws until the time is over; at least one item.
   * @param {(item: Item) => void} draw
   * @param {() => number} nowMs
   * @returns {boolean} whether items still wait
   */
  run(draw, nowMs) {
    const end = nowMs() + BUDGET_MS;
    for (const item of [...this.#waiting]) {
      this.#waiting.delete(item);
      draw(item);
      if (nowMs() >= end) {
        break;
      }
    }
    return this.#waiting.size > 0;
  }
}
