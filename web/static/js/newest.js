/** A mailbox for one frame: a newer one replaces it, an older one is turned away; both are counted. */

/** @typedef {import("./envelope.js").Frame} Frame */

export class Newest {
  /** @type {Frame | null} */
  #frame = null;
  #last = { epoch: -Infinity, seq: -Infinity };

  /** frames replaced before they were taken */
  skipped = 0;
  /** frames that came after a newer one */
  disordered = 0;

  /**
   * @param {Frame} frame
   * @returns {boolean} whether it is the newest so far
   */
  offer(frame) {
    const { epoch, seq } = frame.header;
    if (epoch < this.#last.epoch || (epoch === this.#last.epoch && seq <= this.#last.seq)) {
      this.disordered += 1;
      return false;
    }
    this.#last = { epoch, seq };
    if (this.#frame) {
      this.skipped += 1;
    }
    this.#frame = frame;
    return true;
  }

  /** @returns {Frame | null} the newest frame, once */
  take() {
    const frame = this.#frame;
    this.#frame = null;
    return frame;
  }

  /** Leaves what waits, uncounted: nobody is to see it any more. */
  clear() {
    this.#frame = null;
  }

  get waiting() {
    return this.#frame !== null;
  }
}
