/**
 * Draws only the newest frames: one is decoded at a time, in the background, while the slot keeps only the
 * newest. Each animation frame paints one, while the next is being decoded.
 *
 * Frames arrive unevenly. Two within one animation frame are painted in two; with a third, or when the screen
 * is slow, only the newest is painted.
 */

const MAX_SKIP_S = 0.5;
/** decoded frames that wait for the screen */
const MAX_READY = 2;
const MAX_WAIT_S = 0.025; // a little more than an animation frame at 60 Hz
/** a visible page that waits longer for an animation frame is kept busy by something */
const BUSY_FROM_S = 0.1;

/** @typedef {import("../stream/latest-frame.js").Frame} Frame */

/**
 * @typedef {object} Painter
 * @property {(frame: Frame) => Promise<any>} decode
 * @property {(frame: Frame, decoded: any, wasHeld: boolean) => void} paint takes ownership of `decoded`
 * @property {(decoded: any) => void} discard of an image that is not to be painted
 * @property {(frame: Frame, error: unknown) => void} onError decode or paint threw
 * @property {() => Promise<void>} animationFrame the next one
 * @property {(frame: Frame) => boolean} isOld
 * @property {() => number} nowS a steady clock
 * @property {(held: Held) => Promise<void> | null} [hold] take a decoded frame, to be painted or skipped later;
 *   resolves when the next one may be decoded; null: it is painted in the next animation frame, as usual
 *
 * @typedef {object} Held
 * @property {Frame} frame
 * @property {() => void} paint now, in an animation frame
 * @property {() => void} skip do not paint it any more
 */

/** @typedef {{frame: Frame, decoded: any, sinceS: number}} Ready */

export class RenderLoop {
  #latest;
  #painter;
  #isDecoding = false;
  /** @type {Ready[]} the newest last */
  #ready = [];
  /** @type {Promise<void> | null} resolves when one of them was painted */
  #painting = null;
  /** @type {number | null} since when frames are skipped for newer ones */
  #skippingS = null;

  /** how long decoding, drawing and waiting for a busy page took, in seconds */
  busyS = 0;

  /** @param {import("../stream/latest-frame.js").LatestFrame} latest @param {Painter} painter */
  constructor(latest, painter) {
    this.#latest = latest;
    this.#painter = painter;
  }

  /** Draw until no frame is waiting; to be called whenever a frame arrives. */
  async wake() {
    if (this.#isDecoding) {
      return;
    }
    this.#isDecoding = true;
    try {
      for (let frame = this.#latest.take(); frame; frame = this.#latest.take()) {
        await this.#decode(frame);
        if (this.#ready.length > MAX_READY) {
          this.#skipAllBut(1);
          await this.#painting; // a covered window has no animation frames
        }
      }
    } finally {
      this.#isDecoding = false;
    }
  }

  /** @param {Frame} frame */
  async #decode(frame) {
    const painter = this.#painter;
    const startS = painter.nowS();
    try {
      const decoded = await painter.decode(frame);
      const sinceS = painter.nowS();
      this.busyS += sinceS - startS;
      const ready = { frame, decoded, sinceS };
      const paint = () => this.#paint(ready, true);
      const held = this.#latest.isOfThisWatch(frame) && painter.hold?.({ frame, paint, skip: () => this.#skip(ready) });
      if (held) {
        await held;
        return;
      }
      this.#ready.push(ready);
      this.#painting ??= this.#nextPaint();
    } catch (error) {
      painter.onError(frame, error);
    }
  }

  async #nextPaint() {
    const startS = this.#painter.nowS();
    await this.#painter.animationFrame();
    const waitedS = this.#painter.nowS() - startS;
    if (waitedS > BUSY_FROM_S) {
      this.busyS += waitedS;
    }
    const paintedS = this.#painter.nowS();
    this.#paintNext();
    this.busyS += this.#painter.nowS() - paintedS;
  }

  #paintNext() {
    const painter = this.#painter;
    this.#painting = null;
    if (painter.nowS() - this.#ready[0].sinceS > MAX_WAIT_S) {
      this.#skipAllBut(1);
    }
    const next = /** @type {Ready} */ (this.#ready.shift()); // it is called only while a frame is ready
    if (this.#ready.length) {
      this.#painting = this.#nextPaint();
    }
    this.#paint(next, false);
  }

  /** @param {Ready} ready @param {boolean} wasHeld */
  #paint(ready, wasHeld) {
    if (this.#isLate(ready.frame)) {
      this.#skip(ready);
      return;
    }
    try {
      this.#painter.paint(ready.frame, ready.decoded, wasHeld);
    } catch (error) {
      this.#painter.onError(ready.frame, error);
    }
  }

  /** @param {number} count how many of the newest to keep */
  #skipAllBut(count) {
    this.#ready.splice(0, this.#ready.length - count).forEach((older) => this.#skip(older));
  }

  /** Skip a frame for newer ones, or because its watch ended; then it is not counted. @param {Ready} ready */
  #skip({ frame, decoded }) {
    this.#painter.discard(decoded);
    this.#latest.skipped += this.#latest.isOfThisWatch(frame) ? 1 : 0;
  }

  /**
   * Whether a frame is not to be painted: its watch ended; or it is old and newer ones arrived, as after the
   * page hung. This lasts half a second at most: an old picture is better than none.
   * @param {Frame} frame
   */
  #isLate(frame) {
    if (!this.#latest.isOfThisWatch(frame)) {
      return true;
    }
    const hasNewer = this.#ready.length > 0 || this.#isDecoding || this.#latest.waiting;
    if (hasNewer && this.#painter.isOld(frame)) {
      const nowS = this.#painter.nowS();
      this.#skippingS ??= nowS;
      if (nowS - this.#skippingS < MAX_SKIP_S) {
        return true;
      }
    }
    this.#skippingS = null;
    return false;
  }
}
