/** How often something happens: counted over a short window, in the caller's seconds. */

const WINDOW_S = 3;
const SMOOTHING = 0.2;

export class Rate {
  /** @type {number[]} */
  #times = [];

  /** the usual distance of two events in seconds; null before there were two */
  periodS = null;

  /** @param {number} nowS */
  mark(nowS) {
    const last = this.#times.at(-1);
    if (last !== undefined && nowS > last) {
      const gapS = nowS - last;
      this.periodS = this.periodS === null ? gapS : this.periodS + SMOOTHING * (gapS - this.periodS);
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
    this.periodS = null;
  }

  #forget(nowS) {
    while (this.#times.length > 2 && this.#times[0] < nowS - WINDOW_S) {
      this.#times.shift();
    }
  }
}
