/**
 * When to tell the server which frame was drawn last, so that it sends no more than this line carries.
 *
 * A report costs the server as much as several frames, so that a page that gets them all sends few.
 */

const FIRST = 8; // of a watch or after a gap, each at once: the server learns what the line carries
const CALM_S = 2;
const OWN_S = 0.25; // a page that draws more slowly than frames come is no news about the line

export class Reports {
  #left = FIRST;
  #last = { missed: 0, skipped: 0, s: -Infinity };

  /** A watch begins. */
  restart() {
    this.#left = FIRST;
  }

  /**
   * Whether a frame that was just drawn, or cannot be, is to be reported; it then counts as done.
   * @param {{missed: number, skipped: number}} upTo how many frames, up to this one, did not come,
   *   and how many came but were not drawn
   * @param {number} nowS
   */
  isDue({ missed, skipped }, nowS) {
    const last = this.#last;
    if (missed > last.missed) {
      this.#left = FIRST;
    }
    const patienceS = skipped > last.skipped ? OWN_S : CALM_S;
    if (this.#left === 0 && nowS - last.s < patienceS) {
      return false;
    }
    this.#left = Math.max(0, this.#left - 1);
    this.#last = { missed, skipped, s: nowS };
    return true;
  }
}
