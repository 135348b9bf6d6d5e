/**
 * When to tell the server which frame was drawn last, so that it sends no more than this line carries.
 *
 * A report costs the server as much as several frames, so that a page that gets them all sends few, and
 * a worker with hundreds of new viewers does not drown in theirs.
 */

const FIRST = 8; // of a watch or after a gap, soon after one another: what does the line carry?
const SOON_S = 0.15;
const OWN_S = 0.25; // a page that draws more slowly than frames come is no news about the line
const CALM_S = 2;

export class ReportSchedule {
  #left = FIRST;
  #last = { missed: 0, skipped: 0, s: -Infinity };

  /** A watch begins. */
  restart() {
    this.#left = FIRST;
    this.#last.s = -Infinity;
  }

  /**
   * How long until the last frame that was drawn, or cannot be, is to be reported; 0 is now, and then
   * counts as done.
   * @param {{missed: number, skipped: number}} upTo how many frames, up to this one, did not come,
   *   and how many came but were not drawn
   * @param {number} nowS
   */
  waitS({ missed, skipped }, nowS) {
    const last = this.#last;
    if (missed > last.missed) {
      this.#left = FIRST;
    }
    const apartS = this.#left > 0 ? SOON_S : skipped > last.skipped ? OWN_S : CALM_S;
    const waitS = last.s + apartS - nowS;
    if (waitS > 0) {
      return waitS;
    }
    this.#left = Math.max(0, this.#left - 1);
    this.#last = { missed, skipped, s: nowS };
    return 0;
  }
}
