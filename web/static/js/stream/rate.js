/** How often something happens: counted over a short window, in the caller's seconds. */

const WINDOW_S = 3;
const GAPS = 3;

export class Rate {
  /** @type {number[]} */
  #times = [];
  /** @type {number[]} */
  #gaps = [];

  /**
   * The usual distance of two events in seconds; null before there were three. It is the smallest of
   * the last gaps, so that one pause is never taken for a period, however long it was.
   * @returns {number | null}
   */
  get periodS() {
    return this.#gaps.length > 1 ? Math.min(...this.#gaps) : null;
  }

  /** @param {number} nowS */
  mark(nowS) {
    const last = this.#times.at(-1);
    if (last !== undefined && nowS > last) {
      this.#gaps = [...this.#gaps, nowS - last].slice(-GAPS);
    }
    this.#times.push(nowS);
    this.#forget(nowS);
  }

  /** Events a second, 0 once they stopped. @param {number} nowS */
  perSecond(nowS) {
    this.#forget(nowS);
    const times = this.#times;
    const spanS = times.length > 1 ? times.at(-1) - times[0] : 0;
    if (spanS <= 0 || nowS - times.at(-1) > Math.max(1, 3 * (this.periodS ?? 0))) {
      return 0;
    }
    return (times.length - 1) / spanS;
  }

  /** The last event is the same as none: the next one starts a new measurement. */
  restart() {
    this.#times = [];
    this.#gaps = [];
  }

  #forget(nowS) {
    while (this.#times.length > 2 && this.#times[0] < nowS - WINDOW_S) {
      this.#times.shift();
    }
  }
}
