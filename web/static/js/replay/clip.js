/** Frames that came one after another: stepping through them, and playing them as they came. */

const LONGEST_PAUSE_S = 1; // a pause in the stream is no reason to wait before the picture

/**
 * @typedef {import("../stream/envelope.js").Frame} Frame
 *
 * @typedef {object} BufferedFrame a frame that is remembered
 * @property {Frame} frame
 * @property {number} atS when it came, on the page's steady clock
 * @property {number} bytes what it takes in memory
 * @property {number | null} lost how many frames of the stream are missing between the one kept before
 *   and this one; null: nobody knows, as ingest was started anew in between
 * @property {number} holders how many have it: the memory itself, and stretches
 */

export class Clip {
  #kept;

  /** @param {BufferedFrame[]} kept the newest last; not copied */
  constructor(kept) {
    this.#kept = kept;
  }

  get count() {
    return this.#kept.length;
  }

  /** The index of the newest; -1 where there is none. */
  get newest() {
    return this.#kept.length - 1;
  }

  /** @returns {Frame[]} the newest last */
  get frames() {
    return this.#kept.map(({ frame }) => frame);
  }

  /** From the first frame's arrival to the last one's. */
  get spanS() {
    return this.count ? this.beforeS(0) : 0;
  }

  /** @param {number} index @returns {Frame | null} null beside the stretch */
  at(index) {
    return this.#kept[index]?.frame ?? null;
  }

  /** How long before the newest a frame came. @param {number} index */
  beforeS(index) {
    return this.#kept[this.newest].atS - this.#kept[index].atS;
  }

  /**
   * How many frames are missing just before this one; null: an unknown number.
   * @param {number} index
   */
  lostBefore(index) {
    return index > 0 ? this.#kept[index].lost : 0;
  }

  /** Where a frame is that was shown; the newest if it is not here. @param {Frame["header"]} header */
  indexOf({ epoch, seq }) {
    const found = this.#kept.findIndex(
      ({ frame: { header } }) => header.epoch === epoch && header.seq === seq,
    );
    return found < 0 ? this.newest : found;
  }

  /** The index so many frames on (or back), within the stretch. @param {number} index @param {number} by */
  step(index, by) {
    return Math.max(0, Math.min(index + by, this.newest));
  }

  /**
   * How long a frame is shown when played at the speed at which they came.
   * @param {number} index
   * @returns {number | null} milliseconds until the next; null: it is the newest
   */
  delayMs(index) {
    if (index >= this.newest) {
      return null;
    }
    return 1000 * Math.min(LONGEST_PAUSE_S, this.beforeS(index) - this.beforeS(index + 1));
  }
}
