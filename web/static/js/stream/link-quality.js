/**
 * Measures from gaps in the frames' numbers whether this screen's connection carries the stream, and by how
 * many steps the rendition has to be smaller.
 *
 * It steps down soon and up slowly: each failed attempt doubles the calm time before the next.
 */

const SETTLE_S = 1; // after a change the server first measures what the connection carries
const WINDOW_S = 3;
const MAX_TICK_S = 0.5; // a longer one means that this page was suspended
const WINDOW_FRAMES = 8;
const TOO_SLOW_BELOW = 0.6; // the share of frames that arrive
const CALM_FROM = 0.9;
const SLOW_PAGE_SKIPS_FROM = 0.2; // then the page is too slow, not the connection
const SLOW_PAGE_BUSY_FROM = 0.7;
const PATIENCE_S = 20;
const MAX_PATIENCE_S = 600;
const TRIAL_S = 60;

/**
 * @typedef {object} Totals of this page
 * @property {number} missed frames that did not arrive
 * @property {number} skipped frames that arrived but were not drawn
 * @property {number} busyS how long drawing took
 */

export class LinkQuality {
  /** by how many steps the picture is to be smaller */
  steps = 0;
  /** @type {number | null} the share of the stream's frames that arrived in the last window */
  share = null;
  /** whether the connection was too slow in the last window */
  isTooSlow = false;
  /** whether this computer was too slow in the last window: frames arrived that it could not draw */
  isPageSlow = false;
  #maxSteps;
  #windowStart = { s: Infinity, received: 0, missed: 0, skipped: 0, busyS: 0 };
  #settledS = Infinity;
  #received = 0;
  #idleS = 0;
  #tickS = 0;
  /** @type {number | null} since when nearly all frames arrive */
  #calmS = null;
  #patienceS = PATIENCE_S;
  #triedS = -Infinity;

  /** @param {number} maxSteps */
  constructor(maxSteps) {
    this.#maxSteps = maxSteps;
  }

  /** Start a new measurement, for a new watch or rendition. @param {number} nowS */
  restart(nowS) {
    this.#settledS = nowS + SETTLE_S;
    this.#windowStart.s = Infinity;
    this.#idleS = -SETTLE_S;
    this.#calmS = null;
    this.share = null;
    this.isTooSlow = false;
    this.isPageSlow = false;
  }

  /**
   * Count a frame that arrived.
   * @param {Totals} totals
   * @param {number} steps of the rendition in use, for any reason
   * @param {number} nowS
   */
  onFrame({ missed, skipped, busyS }, steps, nowS) {
    this.#received += 1;
    this.#idleS = Math.min(this.#idleS, 0);
    if (nowS < this.#settledS) {
      return;
    }
    if (this.#windowStart.s === Infinity) {
      this.#windowStart = { s: nowS, received: this.#received, missed, skipped, busyS };
      return;
    }
    const start = this.#windowStart;
    const received = this.#received - start.received;
    const sent = received + missed - start.missed;
    if (nowS - start.s < WINDOW_S || sent < WINDOW_FRAMES) {
      return;
    }
    this.isPageSlow =
      skipped - start.skipped >= SLOW_PAGE_SKIPS_FROM * received ||
      busyS - start.busyS >= SLOW_PAGE_BUSY_FROM * (nowS - start.s);
    const share = received / sent;
    this.share = share;
    this.isTooSlow = share < TOO_SLOW_BELOW && !this.isPageSlow;
    this.#windowStart = { s: nowS, received: this.#received, missed, skipped, busyS };
    if (this.isTooSlow) {
      this.#stepDown(steps, nowS);
    } else {
      this.#stepUp(steps, share, start.s, nowS);
    }
  }

  /**
   * Learn that no frame arrived since the last call: a connection may be too slow for even one frame. To be
   * called several times a second while the stream is reported live.
   * @param {number} perSecond how many frames are published
   * @param {number} steps as above
   * @param {number} nowS
   */
  onIdle(perSecond, steps, nowS) {
    this.#idleS += perSecond > 0 ? Math.min(MAX_TICK_S, nowS - this.#tickS) : -this.#idleS;
    this.#tickS = nowS;
    if (this.#idleS >= WINDOW_S && this.#idleS * perSecond >= WINDOW_FRAMES) {
      this.#idleS = 0;
      this.share = 0;
      this.isTooSlow = true;
      this.#stepDown(steps, nowS);
    }
  }

  /** @param {number} steps @param {number} nowS */
  #stepDown(steps, nowS) {
    this.#calmS = null;
    if (steps >= this.#maxSteps) {
      return;
    }
    if (nowS - this.#triedS < TRIAL_S) {
      this.#patienceS = Math.min(2 * this.#patienceS, MAX_PATIENCE_S);
    }
    this.#triedS = -Infinity;
    this.steps = steps + 1;
  }

  /** @param {number} steps @param {number} share @param {number} startS of the window @param {number} nowS */
  #stepUp(steps, share, startS, nowS) {
    if (this.#triedS > -Infinity && nowS - this.#triedS >= TRIAL_S) {
      this.#patienceS = PATIENCE_S; // the last attempt succeeded
      this.#triedS = -Infinity;
    }
    this.#calmS = share < CALM_FROM ? null : (this.#calmS ?? startS);
    const isCalm = this.#calmS !== null && nowS - this.#calmS >= this.#patienceS;
    // If the picture is smaller than the connection requires, calm says nothing about the next larger one.
    if (isCalm && this.steps > 0 && this.steps >= steps) {
      this.#calmS = null;
      this.#triedS = nowS;
      this.steps -= 1;
    }
  }
}
