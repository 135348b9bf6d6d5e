/** Decides when a card takes too long to draw: it would hold up the others, and the page. Pure. */

const MAX_S = 1;
const IN_A_ROW = 2; // the computer may have been busy once

export class SlowDrawing {
  #slow = 0;

  /**
   * A drawing is done.
   * @param {number} tookS
   * @returns {boolean} whether the card is not to be drawn again
   */
  took(tookS) {
    this.#slow = tookS > MAX_S ? this.#slow + 1 : 0;
    return this.#slow >= IN_A_ROW;
  }

  /** Somebody asks for it all the same. */
  forget() {
    this.#slow = 0;
  }
}
