/** The rate of events, counted over a short window, in the caller's seconds. */

const WINDOW_S = 3;
const GAPS = 3;

export class Rate {
  /** @type {number[]} */
  #times = [];
  /** @type {number[]} */
  #gaps = [];

  /**
   * The usual time between two events in seconds; null before the third. It is the smallest of the last gaps,
   * so that a single pause, however long, is not taken for the period.
   * @returns {number | null}
   */
  get periodS() {
    return this.#gaps.length > 1 ? Math.min(...this.#gaps) : null;
  }

  /** Count an event. @param {number} nowS */
  mark(nowS) {
    const last = this.#times.at(-1);
    if (last !== undefined && nowS > last) {
      this.#gaps = [...this.#gaps, nowS - last].slice(-GAPS);
    }
    this.#times.push(nowS);
    this.#dropOld(nowS);
  }

  /** Return the events per second, 0 once they stopped. @param {number} nowS */
  perSecond(nowS) {
    this.#dropOld(nowS);
    const times = this.#times;
    if (times.length < 2) {
      return 0;
    }
    const lastS = times[times.length - 1];
    const spanS = lastS - times[0];
    if (spanS <= 0 || nowS - lastS > Math.max(1, 3 * (this.periodS ?? 0))) {
      return 0;
    }
    return (times.length - 1) / spanS;
  }

  /** Forget all events: the next one starts a new measurement. */
  restart() {
    this.#times = [];
    this.#gaps = [];
  }

  /** @param {number} nowS */
  #dropOld(nowS) {
    while (this.#times.length > 2 && this.#times[0] < nowS - WINDOW_S) {
      this.#times.shift();
    }
  }
}
