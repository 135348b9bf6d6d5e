/**
 * Whether this screen's line carries the stream, told from the gaps in the frames' numbers, and how
 * many steps smaller a rendition it therefore needs.
 *
 * It steps down soon and up with patience: each try that fails doubles the calm time before the next.
 */

const SETTLE_S = 1; // after a change the server first finds out what the line carries
const WINDOW_S = 3;
const TICK_S = 0.5; // what is longer is a pause of this page
const WINDOW_FRAMES = 8;
const THIN_BELOW = 0.6;
const CALM_FROM = 0.9;
const PAGE_SKIPS_FROM = 0.2; // then it is the page that is slow
const PAGE_IS_BUSY_FROM = 0.7;
const PATIENCE_S = 20;
const LONGEST_PATIENCE_S = 600;
const TRIAL_S = 60;

export class LinkQuality {
  /** by how many steps the picture is to be smaller */
  steps = 0;
  /** @type {number | null} the share of the stream's frames that came lately */
  share = null;
  /** whether that was too small when last judged */
  thin = false;
  #mostSteps;
  #from = { s: Infinity, came: 0, missed: 0, skipped: 0, busyS: 0 };
  #settledS = Infinity;
  #came = 0;
  #waitedS = 0;
  #tickS = 0;
  #calmS = null;
  #patienceS = PATIENCE_S;
  #triedS = -Infinity;

  /** @param {number} mostSteps */
  constructor(mostSteps) {
    this.#mostSteps = mostSteps;
  }

  /** A watch or a rendition begins: what came before says nothing about it. @param {number} nowS */
  restart(nowS) {
    this.#settledS = nowS + SETTLE_S;
    this.#from.s = Infinity;
    this.#waitedS = -SETTLE_S;
    this.#calmS = null;
    this.share = null;
    this.thin = false;
  }

  /**
   * A frame has come.
   * @param {{missed: number, skipped: number, busyS: number}} totals of this page: frames that did
   *   not come, frames that came but were not drawn, and the time that drawing took
   * @param {number} steps of the rendition in use, whatever chose it
   * @param {number} nowS
   */
  onFrame({ missed, skipped, busyS }, steps, nowS) {
    this.#came += 1;
    this.#waitedS = Math.min(this.#waitedS, 0);
    if (nowS < this.#settledS) {
      return;
    }
    if (this.#from.s === Infinity) {
      this.#from = { s: nowS, came: this.#came, missed, skipped, busyS };
      return;
    }
    const came = this.#came - this.#from.came;
    const sent = came + missed - this.#from.missed;
    if (nowS - this.#from.s < WINDOW_S || sent < WINDOW_FRAMES) {
      return;
    }
    const slowPage =
      skipped - this.#from.skipped >= PAGE_SKIPS_FROM * came ||
      busyS - this.#from.busyS >= PAGE_IS_BUSY_FROM * (nowS - this.#from.s);
    this.share = came / sent;
    this.thin = this.share < THIN_BELOW && !slowPage;
    const fromS = this.#from.s;
    this.#from = { s: nowS, came: this.#came, missed, skipped, busyS };
    if (this.thin) {
      this.#stepDown(steps, nowS);
    } else {
      this.#stepUp(steps, fromS, nowS);
    }
  }

  /**
   * Nothing has come since the last call: a line may be too thin for even one frame. To be called
   * several times a second while the stream is told to be live.
   * @param {number} perSecond how many frames are published
   * @param {number} steps as above
   * @param {number} nowS
   */
  onIdle(perSecond, steps, nowS) {
    this.#waitedS += perSecond > 0 ? Math.min(TICK_S, nowS - this.#tickS) : -this.#waitedS;
    this.#tickS = nowS;
    if (this.#waitedS >= WINDOW_S && this.#waitedS * perSecond >= WINDOW_FRAMES) {
      this.#waitedS = 0;
      this.share = 0;
      this.thin = true;
      this.#stepDown(steps, nowS);
    }
  }

  #stepDown(steps, nowS) {
    this.#calmS = null;
    if (steps >= this.#mostSteps) {
      return;
    }
    if (nowS - this.#triedS < TRIAL_S) {
      this.#patienceS = Math.min(2 * this.#patienceS, LONGEST_PATIENCE_S);
    }
    this.#triedS = -Infinity;
    this.steps = steps + 1;
  }

  #stepUp(steps, fromS, nowS) {
    if (this.#triedS > -Infinity && nowS - this.#triedS >= TRIAL_S) {
      this.#patienceS = PATIENCE_S; // the last try held
      this.#triedS = -Infinity;
    }
    this.#calmS = this.share < CALM_FROM ? null : (this.#calmS ?? fromS);
    const calm = this.#calmS !== null && nowS - this.#calmS >= this.#patienceS;
    // A picture smaller than the line demands says nothing about the next larger one.
    if (calm && this.steps > 0 && this.steps >= steps) {
      this.#calmS = null;
      this.#triedS = nowS;
      this.steps -= 1;
    }
  }
}
