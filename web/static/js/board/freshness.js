/** Whether a card's values are of now: how often it changes, and how old a change may be. Pure. */

const LEAST_S = 5;
const UNKNOWN_S = 60; // nobody can say what is usual
const PERIODS = 5;
const GAPS = 9;
const FEWEST_GAPS = 3;

export class Freshness {
  /** @type {number[]} */
  #gaps = [];
  #last = 0;

  /** It changed then. @param {number} t Unix s on the server's clock */
  changed(t) {
    if (this.#last && t > this.#last) {
      this.#gaps = [...this.#gaps, t - this.#last].slice(-GAPS);
    }
    this.#last = t;
  }

  /** The usual distance of two changes; one long pause is not usual. @returns {number | null} */
  get periodS() {
    if (this.#gaps.length < FEWEST_GAPS) {
      return null;
    }
    const sorted = this.#gaps.toSorted((a, b) => a - b);
    return sorted[(sorted.length - 1) >> 1];
  }

  /** Whether something so old is not of now. @param {number | null} ageS */
  isOld(ageS) {
    const { periodS } = this;
    return ageS === null || ageS > (periodS === null ? UNKNOWN_S : Math.max(LEAST_S, PERIODS * periodS));
  }
}
