/**
 * Shows buffered frames in place of the frozen one: decodes one at a time, then the one that was requested last.
 * Where frames are requested faster than this computer decodes them, some are skipped.
 */

/**
 * @typedef {import("../stream/envelope.js").Frame} Frame
 *
 * @typedef {object} Painter
 * @property {(frame: Frame) => Promise<any>} decode
 * @property {(frame: Frame, decoded: any) => void} show takes ownership of `decoded`
 * @property {(decoded: any) => void} discard of an image that is not to be shown
 * @property {(error: unknown) => void} onError decode or show threw
 */

export class Replay {
  #painter;
  /** @type {Frame | null} */
  #requested = null;
  #isBusy = false;
  #generation = 0;

  /** @type {Frame | null} the frame of the last attempt, if it could not be shown */
  failedFrame = null;

  /** @param {Painter} painter */
  constructor(painter) {
    this.#painter = painter;
  }

  /** Show a frame, in place of any requested before. @param {Frame} frame */
  async show(frame) {
    this.#requested = frame;
    if (this.#isBusy) {
      return;
    }
    this.#isBusy = true;
    try {
      while (this.#requested) {
        const next = this.#requested;
        this.#requested = null;
        await this.#decodeAndShow(next);
      }
    } finally {
      this.#isBusy = false;
    }
  }

  /** Cancel all requests, including the frame that is being decoded. */
  stop() {
    this.#requested = this.failedFrame = null;
    this.#generation += 1;
  }

  /** @param {Frame} frame */
  async #decodeAndShow(frame) {
    const generation = this.#generation;
    this.failedFrame = null;
    try {
      const decoded = await this.#painter.decode(frame);
      if (generation === this.#generation) {
        this.#painter.show(frame, decoded);
      } else {
        this.#painter.discard(decoded);
      }
    } catch (error) {
      this.failedFrame = generation === this.#generation ? frame : null;
      this.#painter.onError(error);
    }
  }
}
