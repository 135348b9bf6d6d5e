/** Detects a card that takes too long to draw, which would delay the others and the page. Pure. */

const MAX_S = 1;
const MAX_SLOW_IN_A_ROW = 1; // one may be due to a busy computer

export class SlowDrawing {
  #slow = 0;

  /**
   * Records how long a drawing took.
   * @param {number} durationS
   * @returns {boolean} whether the card has to be stopped
   */
  record(durationS) {
    this.#slow = durationS > MAX_S ? this.#slow + 1 : 0;
    return this.#slow > MAX_SLOW_IN_A_ROW;
  }

  reset() {
    this.#slow = 0;
  }
}
