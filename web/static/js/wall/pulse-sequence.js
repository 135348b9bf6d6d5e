/** The pulse ids of one stream: whether they advance, and by which step. Pure. */

const MAX_IDS = 8; // the latest ones decide

export class PulseSequence {
  /** @type {number | null} */
  newest = null;
  /** how many ids a stream counts for each of its frames: what its latest steps have in common; 0: not known yet */
  step = 0;
  /** @type {number[]} */
  #steps = [];
  /** @type {boolean[]} whether each of the latest ids advanced */
  #advances = [];

  /** Whether frames can be matched by these ids: at most one of the latest was missing, repeated or went back. */
  get isSteady() {
    return this.newest !== null && this.#advances.filter((advances) => !advances).length < 2;
  }

  /**
   * Add the id of the next frame.
   * @param {unknown} id
   * @returns {boolean} whether it follows the earlier ones; otherwise the sequence starts again with it
   */
  add(id) {
    const pulse = typeof id === "number" && Number.isSafeInteger(id) ? id : null;
    const isFirst = this.newest === null;
    const advances = pulse !== null && (this.newest === null || pulse > this.newest);
    if (advances && this.newest !== null) {
      this.#steps = [...this.#steps, pulse - this.newest].slice(-MAX_IDS);
      this.step = this.#steps.reduce(greatestCommonDivisor);
    } else if (!advances) {
      this.#steps = [];
      this.step = 0;
    }
    this.#advances = [...this.#advances, advances].slice(-MAX_IDS);
    this.newest = pulse;
    return advances && !isFirst;
  }

  /** Whether an id is one of this stream's, earlier or later. @param {number} pulse */
  has(pulse) {
    return this.step === 0 || (pulse - Number(this.newest)) % this.step === 0;
  }

  /**
   * Whether a frame with a common id comes along soon: within `frames` of the other stream.
   * @param {PulseSequence} other
   * @param {number} frames
   */
  meets(other, frames) {
    if (!this.step || !other.step) {
      return true;
    }
    return this.step / greatestCommonDivisor(this.step, other.step) <= frames;
  }
}

/** @param {number} one @param {number} other */
function greatestCommonDivisor(one, other) {
  while (other) {
    [one, other] = [other, one % other];
  }
  return one;
}
