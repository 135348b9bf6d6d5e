/**
 * Draws the newest frames and nothing else: one is decoded at a time, in the background; meanwhile the
 * mailbox keeps only the newest. Each turn of the screen paints one; meanwhile the next is decoded already.
 *
 * Frames come unevenly. Two in one turn are painted in two; with a third, or when the screen is slow, only
 * the newest is.
 */

const LEAVE_FOR_S = 0.5;
/** frames that wait, decoded, for the screen */
const MOST_READY = 2;
const MOST_WAIT_S = 0.025; // one turn at 60 Hz, and some

/** @typedef {import("../stream/latest-frame.js").Frame} Frame */

/**
 * @typedef {object} Painter
 * @property {(frame: Frame) => Promise<any>} decode
 * @property {(frame: Frame, decoded: any) => void} paint whose `decoded` is from now on
 * @property {(decoded: any) => void} discard what is not to be painted
 * @property {(frame: Frame, problem: unknown) => void} onError decode or paint threw
 * @property {() => Promise<void>} animationFrame the next one
 * @property {(frame: Frame) => boolean} isOld
 * @property {() => number} nowS a steady clock
 */

/** @typedef {{frame: Frame, decoded: any, sinceS: number}} Ready */

export class RenderLoop {
  #newest;
  #painter;
  #decoding = false;
  /** @type {Ready[]} in their order */
  #ready = [];
  /** @type {Promise<void> | null} ends when one of them was painted */
  #turn = null;
  /** @type {number | null} since when frames are left for newer ones */
  #leavingS = null;

  /** how long decoding has taken, in seconds */
  busyS = 0;

  /** @param {import("../stream/latest-frame.js").LatestFrame} newest @param {Painter} painter */
  constructor(newest, painter) {
    this.#newest = newest;
    this.#painter = painter;
  }

  /** Draws until nothing waits; to be called whenever a frame has come. */
  async wake() {
    if (this.#decoding) {
      return;
    }
    this.#decoding = true;
    try {
      for (let frame = this.#newest.take(); frame; frame = this.#newest.take()) {
        await this.#decode(frame);
        if (this.#ready.length > MOST_READY) {
          this.#leaveAllBut(1);
          await this.#turn; // a covered window has none
        }
      }
    } finally {
      this.#decoding = false;
    }
  }

  /** @param {Frame} frame */
  async #decode(frame) {
    const painter = this.#painter;
    const beganS = painter.nowS();
    try {
      const decoded = await painter.decode(frame);
      const sinceS = painter.nowS();
      this.busyS += sinceS - beganS;
      this.#ready.push({ frame, decoded, sinceS });
      this.#turn ??= painter.animationFrame().then(() => this.#paint());
    } catch (problem) {
      painter.onError(frame, problem);
    }
  }

  #paint() {
    const painter = this.#painter;
    this.#turn = null;
    if (painter.nowS() - this.#ready[0].sinceS > MOST_WAIT_S) {
      this.#leaveAllBut(1);
    }
    const next = this.#ready.shift();
    if (this.#ready.length) {
      this.#turn = painter.animationFrame().then(() => this.#paint());
    }
    if (this.#isLate(next.frame)) {
      this.#leave(next);
      return;
    }
    try {
      painter.paint(next.frame, next.decoded);
    } catch (problem) {
      painter.onError(next.frame, problem);
    }
  }

  /** @param {number} newest so many */
  #leaveAllBut(newest) {
    this.#ready.splice(0, this.#ready.length - newest).forEach((older) => this.#leave(older));
  }

  /** Newer ones are to be painted, or none: the watch is over, and its frames count no more. */
  #leave({ frame, decoded }) {
    this.#painter.discard(decoded);
    this.#newest.skipped += this.#newest.isOfThisWatch(frame) ? 1 : 0;
  }

  /**
   * Whether a frame is not to be painted: its watch is over; or it is old while newer ones have come,
   * as after the page hung. For half a second at most: some picture is better than none.
   * @param {Frame} frame
   */
  #isLate(frame) {
    if (!this.#newest.isOfThisWatch(frame)) {
      return true;
    }
    const newerCome = this.#ready.length > 0 || this.#decoding || this.#newest.waiting;
    if (newerCome && this.#painter.isOld(frame)) {
      const nowS = this.#painter.nowS();
      this.#leavingS ??= nowS;
      if (nowS - this.#leavingS < LEAVE_FOR_S) {
        return true;
      }
    }
    this.#leavingS = null;
    return false;
  }
}
