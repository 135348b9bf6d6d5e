/**
 * Draws the newest frame and nothing else: one is decoded at a time, in the background; meanwhile the
 * mailbox keeps only the newest. A decoded one is painted with the next animation frame.
 */

const LEAVE_FOR_S = 0.5;

/** @typedef {import("../watch/newest.js").Frame} Frame */

/**
 * @typedef {object} Painter
 * @property {(frame: Frame) => Promise<any>} decode
 * @property {(frame: Frame, decoded: any) => void} paint whose `decoded` is from now on
 * @property {(decoded: any) => void} drop what is not painted
 * @property {(frame: Frame, problem: unknown) => void} failed decode or paint threw
 * @property {() => Promise<void>} animationFrame
 * @property {(frame: Frame) => boolean} isOld
 * @property {() => number} nowS a steady clock
 */

export class Drawing {
  #newest;
  #painter;
  #drawing = false;
  /** @type {number | null} since when frames are left for newer ones */
  #leavingS = null;

  /** how long decoding has taken, in seconds */
  busyS = 0;

  /** @param {import("../watch/newest.js").Newest} newest @param {Painter} painter */
  constructor(newest, painter) {
    this.#newest = newest;
    this.#painter = painter;
  }

  /** Draws until nothing waits; to be called whenever a frame has come. */
  async wake() {
    if (this.#drawing) {
      return;
    }
    this.#drawing = true;
    try {
      for (let frame = this.#newest.take(); frame; frame = this.#newest.take()) {
        await this.#draw(frame);
      }
    } finally {
      this.#drawing = false;
    }
  }

  /** @param {Frame} frame */
  async #draw(frame) {
    const painter = this.#painter;
    const beganS = painter.nowS();
    try {
      const decoded = await painter.decode(frame);
      this.busyS += painter.nowS() - beganS;
      await painter.animationFrame();
      if (this.#isLeft(frame)) {
        painter.drop(decoded);
      } else {
        painter.paint(frame, decoded);
      }
    } catch (problem) {
      painter.failed(frame, problem);
    }
  }

  /**
   * Whether a frame is not to be painted: its watch is over; or it is old while newer ones have come,
   * as after the page hung. For half a second at most: some picture is better than none.
   * @param {Frame} frame
   */
  #isLeft(frame) {
    if (!this.#newest.isOfThisWatch(frame)) {
      return true;
    }
    if (this.#newest.waiting && this.#painter.isOld(frame)) {
      const nowS = this.#painter.nowS();
      this.#leavingS ??= nowS;
      if (nowS - this.#leavingS < LEAVE_FOR_S) {
        this.#newest.skipped += 1;
        return true;
      }
    }
    this.#leavingS = null;
    return false;
  }
}
