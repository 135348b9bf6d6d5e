/** A slot for one frame: a newer frame replaces it, an older one is rejected; both are counted. */

/**
 * @typedef {import("./envelope.js").Frame & {missed?: number, watch?: number}} Frame
 *   `missed`: how many frames of the stream had not arrived, up to this one; `watch`: during which it arrived
 */

export class LatestFrame {
  /** @type {Frame | null} */
  #frame = null;
  #last = { epoch: -Infinity, seq: -Infinity, rendition: "" };
  #watch = 0;
  #isFirst = true;

  /** frames replaced before they were taken */
  skipped = 0;
  /** frames that arrived after a newer one */
  disordered = 0;
  /** frames of the stream that did not arrive while it was watched, by gaps in their numbers */
  missed = 0;

  /**
   * @param {Frame} frame
   * @returns {boolean} whether it is the newest so far
   */
  offer(frame) {
    const { epoch, seq, rendition, image } = frame.header;
    const last = this.#last;
    if (epoch < last.epoch || (epoch === last.epoch && seq <= last.seq)) {
      // While one rendition takes over from another, frames of both arrive, in any order.
      this.disordered += rendition === last.rendition ? 1 : 0;
      return false;
    }
    if (epoch === last.epoch && !this.#isFirst) {
      const leftOut = image?.left_out | 0; // by the rate limit of ingest
      this.missed += Math.max(0, seq - last.seq - 1 - leftOut);
    }
    this.#isFirst = false;
    this.#last = { epoch, seq, rendition };
    if (this.#frame) {
      this.skipped += 1;
    }
    frame.missed = this.missed;
    frame.watch = this.#watch;
    this.#frame = frame;
    return true;
  }

  /** @returns {Frame | null} the newest frame, once */
  take() {
    const frame = this.#frame;
    this.#frame = null;
    return frame;
  }

  /** End the watch: discard the waiting frame, uncounted; earlier frames must not be drawn any more. */
  clear() {
    this.#frame = null;
    this.#isFirst = true;
    this.#watch += 1;
  }

  /** Whether a frame that was taken may still be drawn. @param {Frame} frame */
  isOfThisWatch(frame) {
    return frame.watch === this.#watch;
  }

  get waiting() {
    return this.#frame !== null;
  }
}
