/** A clip: consecutive frames, to step through or to play at the speed at which they arrived. Pure. */

const MAX_PAUSE_S = 1; // pauses of the stream are shortened

/**
 * @typedef {import("../stream/envelope.js").Frame} Frame
 *
 * @typedef {object} BufferedFrame
 * @property {Frame} frame
 * @property {number} atS when it arrived, on the page's steady clock
 * @property {number} bytes in memory
 * @property {number | null} lost how many frames of the stream are missing between the previous buffered one
 *   and this one; null: unknown, as ingest was restarted in between
 * @property {number} holders reference count: the buffer itself, and clips
 */

export class Clip {
  #frames;

  /** @param {BufferedFrame[]} frames the newest last; not copied */
  constructor(frames) {
    this.#frames = frames;
  }

  get count() {
    return this.#frames.length;
  }

  /** The index of the newest; -1: the clip is empty. */
  get newest() {
    return this.#frames.length - 1;
  }

  /** @returns {Frame[]} the newest last */
  get frames() {
    return this.#frames.map(({ frame }) => frame);
  }

  /** From the arrival of the first frame to that of the last. */
  get spanS() {
    return this.count ? this.beforeS(0) : 0;
  }

  /** @param {number} index @returns {Frame | null} null: outside the clip */
  at(index) {
    return this.#frames[index]?.frame ?? null;
  }

  /** Return how long before the newest a frame arrived. @param {number} index */
  beforeS(index) {
    return this.#frames[this.newest].atS - this.#frames[index].atS;
  }

  /**
   * Return how many frames are missing just before this one; null: unknown.
   * @param {number} index
   */
  lostBefore(index) {
    return index > 0 ? this.#frames[index].lost : 0;
  }

  /** Return the index of a frame; that of the newest if the clip does not have it. @param {Frame["header"]} header */
  indexOf({ epoch, seq }) {
    const found = this.#frames.findIndex(
      ({ frame: { header } }) => header.epoch === epoch && header.seq === seq,
    );
    return found < 0 ? this.newest : found;
  }

  /** Return the index some frames later (or earlier), within the clip. @param {number} index @param {number} by */
  step(index, by) {
    return Math.max(0, Math.min(index + by, this.newest));
  }

  /**
   * Return how long a frame is shown when the clip is played.
   * @param {number} index
   * @returns {number | null} milliseconds until the next; null: it is the newest
   */
  delayMs(index) {
    if (index >= this.newest) {
      return null;
    }
    return 1000 * Math.min(MAX_PAUSE_S, this.beforeS(index) - this.beforeS(index + 1));
  }
}
