/**
 * Kept frames in the place of one that is held: one is decoded at a time, and then the newest that is
 * wanted. Where frames are wanted faster than this computer decodes them, fewer are seen.
 */

/**
 * @typedef {import("../stream/envelope.js").Frame} Frame
 *
 * @typedef {object} Painter
 * @property {(frame: Frame) => Promise<any>} decode
 * @property {(frame: Frame, decoded: any) => void} show whose `decoded` is from now on
 * @property {(decoded: any) => void} discard what is not to be shown
 * @property {(problem: unknown) => void} onError decode or show threw
 */

export class Replay {
  #painter;
  /** @type {Frame | null} */
  #wanted = null;
  #busy = false;
  #hold = 0;

  /** @type {Frame | null} the frame that was tried last, if it could not be shown */
  failed = null;

  /** @param {Painter} painter */
  constructor(painter) {
    this.#painter = painter;
  }

  /** @param {Frame} frame the one that is wanted from now on */
  async show(frame) {
    this.#wanted = frame;
    if (this.#busy) {
      return;
    }
    this.#busy = true;
    try {
      while (this.#wanted) {
        const next = this.#wanted;
        this.#wanted = null;
        await this.#replace(next);
      }
    } finally {
      this.#busy = false;
    }
  }

  /** The hold is over: nothing is wanted any more, nor what is being decoded. */
  stop() {
    this.#wanted = this.failed = null;
    this.#hold += 1;
  }

  /** @param {Frame} frame */
  async #replace(frame) {
    const hold = this.#hold;
    this.failed = null;
    try {
      const decoded = await this.#painter.decode(frame);
      if (hold === this.#hold) {
        this.#painter.show(frame, decoded);
      } else {
        this.#painter.discard(decoded);
      }
    } catch (problem) {
      this.failed = hold === this.#hold ? frame : null;
      this.#painter.onError(problem);
    }
  }
}
