/** Whose turn it is to be drawn: who waits longest, for as long as an animation frame has time. */

const BUDGET_MS = 8;

export const REDRAW_EVENT = "beamcast-redraw";

/** A view that has to be drawn again asks for it. @param {Element} element in a card */
export function requestRedraw(element) {
  element.dispatchEvent(new Event(REDRAW_EVENT, { bubbles: true }));
}

/** @template Who */
export class DrawScheduler {
  /** @type {Set<Who>} the one that waits longest first */
  #waiting = new Set();

  /** @param {Who} who is to be drawn; who waits already keeps the place */
  want(who) {
    this.#waiting.add(who);
  }

  /** @param {Who} who */
  leave(who) {
    this.#waiting.delete(who);
  }

  /**
   * Gives turns until the time is over; at least one.
   * @param {(who: Who) => void} draw
   * @param {() => number} nowMs
   * @returns {boolean} whether somebody still waits
   */
  give(draw, nowMs) {
    const end = nowMs() + BUDGET_MS;
    for (const who of [...this.#waiting]) {
      this.#waiting.delete(who);
      draw(who);
      if (nowMs() >= end) {
        break;
      }
    }
    return this.#waiting.size > 0;
  }
}
