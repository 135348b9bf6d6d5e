/** A mailbox for one frame: a newer one replaces it, an older one is turned away; both are counted. */

/**
 * @typedef {import("./envelope.js").Frame & {missed?: number, watch?: number}} Frame
 *   `missed`: how many the stream had that did not come, up to this one; `watch`: in which it came
 */

export class LatestFrame {
  /** @type {Frame | null} */
  #frame = null;
  #last = { epoch: -Infinity, seq: -Infinity, rendition: "" };
  #watch = 0;
  #first = true;

  /** frames replaced before they were taken */
  skipped = 0;
  /** frames that came after a newer one */
  disordered = 0;
  /** frames of the stream that did not come while it was watched: the numbers jumped */
  missed = 0;

  /**
   * @param {Frame} frame
   * @returns {boolean} whether it is the newest so far
   */
  offer(frame) {
    const { epoch, seq, rendition, image } = frame.header;
    const last = this.#last;
    if (epoch < last.epoch || (epoch === last.epoch && seq <= last.seq)) {
      // While one rendition takes over from another, frames of both come, in no order.
      this.disordered += rendition === last.rendition ? 1 : 0;
      return false;
    }
    if (epoch === last.epoch && !this.#first) {
      const never = image?.left_out | 0; // by ingest's limit
      this.missed += Math.max(0, seq - last.seq - 1 - never);
    }
    this.#first = false;
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

  /** The watch ends: what waits is left, uncounted, and nobody is to see its frames any more. */
  clear() {
    this.#frame = null;
    this.#first = true;
    this.#watch += 1;
  }

  /** Whether a frame that was taken may still be seen. @param {Frame} frame */
  isOfThisWatch(frame) {
    return frame.watch === this.#watch;
  }

  get waiting() {
    return this.#frame !== null;
  }
}
