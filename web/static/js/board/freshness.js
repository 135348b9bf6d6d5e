/** Whether a card's values are current: how often it changes, and how old a change may be. Pure. */

const MIN_LIMIT_S = 5;
const UNKNOWN_LIMIT_S = 60; // while the usual period is unknown
const MAX_PERIODS = 5;
const MAX_GAPS = 9;
const MIN_GAPS = 3;

export class Freshness {
  /** @type {number[]} */
  #gapsS = [];
  #last = 0;

  /** Records a change. @param {number} t Unix s on the server's clock */
  onChange(t) {
    if (this.#last && t > this.#last) {
      this.#gapsS = [...this.#gapsS, t - this.#last].slice(-MAX_GAPS);
    }
    this.#last = t;
  }

  /** The median time between two changes; null before there were enough. @returns {number | null} */
  get periodS() {
    if (this.#gapsS.length < MIN_GAPS) {
      return null;
    }
    const sorted = this.#gapsS.toSorted((a, b) => a - b);
    return sorted[(sorted.length - 1) >> 1];
  }

  /**
   * Return whether a value of this age is out of date.
   * @param {number | null} ageS null: unknown, so it is
   */
  isOld(ageS) {
    const { periodS } = this;
    return ageS === null || ageS > (periodS === null ? UNKNOWN_LIMIT_S : Math.max(MIN_LIMIT_S, MAX_PERIODS * periodS));
  }
}
