/**
 * Schedules the reports to the server of which frame was drawn last, from which it learns how much this
 * connection carries.
 *
 * A report costs the server as much as several frames, so a page that receives all frames sends few, and
 * a worker with hundreds of new viewers is not overloaded by their reports.
 */

const FIRST_REPORTS = 8; // of a watch or after a gap, in quick succession: what does the connection carry?
const FIRST_INTERVAL_S = 0.15;
const SKIPPED_INTERVAL_S = 0.25; // a page that draws too slowly says nothing about the connection
const CALM_INTERVAL_S = 2;

export class ReportSchedule {
  #remaining = FIRST_REPORTS;
  #last = { missed: 0, skipped: 0, s: -Infinity };

  /** Start with a new watch. */
  restart() {
    this.#remaining = FIRST_REPORTS;
    this.#last.s = -Infinity;
  }

  /**
   * Return how long until the last frame that was drawn, or is undrawable, has to be reported; 0 means now, and
   * counts as reported.
   * @param {{missed: number, skipped: number}} totals how many frames, up to this one, did not arrive,
   *   and how many arrived but were not drawn
   * @param {number} nowS
   */
  waitS({ missed, skipped }, nowS) {
    const last = this.#last;
    if (missed > last.missed) {
      this.#remaining = FIRST_REPORTS;
    }
    const slowIntervalS = skipped > last.skipped ? SKIPPED_INTERVAL_S : CALM_INTERVAL_S;
    const waitS = last.s + (this.#remaining > 0 ? FIRST_INTERVAL_S : slowIntervalS) - nowS;
    if (waitS > 0) {
      return waitS;
    }
    this.#remaining = Math.max(0, this.#remaining - 1);
    this.#last = { missed, skipped, s: nowS };
    return 0;
  }
}
