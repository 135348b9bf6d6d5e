/**
 * Decides when to fetch what frames did not bring: soon, for all cards together, and rarely; more rarely
 * while the answers do not help. Pure: the timers and the fetching function are passed in.
 */

const SPREAD_MS = 200; // pages that missed the same frame must not all ask in one instant
const INTERVAL_S = 1.5; // ingest writes requested cards once a second
const MAX_INTERVAL_S = 30;

export class CatchUp {
  #fetch;
  #timers;
  /** @type {unknown} */
  #timer = null;
  #lastS = -Infinity;
  #intervalS = INTERVAL_S;
  /** @type {"none" | "some" | "all"} */
  #requested = "none";
  #isFetching = false;
  #isEnabled = false;

  /**
   * @param {(all: boolean) => Promise<boolean>} fetch fetches all cards, or the incomplete ones; never rejects;
   *   resolves to whether all are complete now
   * @param {import("../lib/timers.js").Timers} timers
   */
  constructor(fetch, timers) {
    this.#fetch = fetch;
    this.#timers = timers;
  }

  /** @param {boolean} isEnabled whether there is a connection to the server */
  setEnabled(isEnabled) {
    this.#isEnabled = isEnabled;
    if (isEnabled) {
      this.#intervalS = INTERVAL_S;
      this.#plan();
    } else {
      this.#stopTimer();
    }
  }

  /** @param {boolean} all whether all cards are needed, or the incomplete ones */
  request(all) {
    this.#requested = all || this.#requested === "all" ? "all" : "some";
    this.#plan();
  }

  #plan() {
    if (!this.#isEnabled || this.#isFetching || this.#timer !== null || this.#requested === "none") {
      return;
    }
    const waitS = this.#lastS + this.#intervalS - this.#timers.nowS();
    const isFirst = this.#lastS === -Infinity;
    const delayMs = isFirst ? 0 : Math.max(1000 * waitS, 0) + SPREAD_MS * this.#timers.random();
    this.#timer = this.#timers.start(() => {
      this.#timer = null;
      this.#run();
    }, delayMs);
  }

  async #run() {
    const all = this.#requested === "all";
    this.#requested = "none";
    this.#isFetching = true;
    this.#lastS = this.#timers.nowS();
    const isComplete = await this.#fetch(all);
    this.#isFetching = false;
    this.#intervalS = isComplete ? INTERVAL_S : Math.min(2 * this.#intervalS, MAX_INTERVAL_S);
    this.#plan();
  }

  #stopTimer() {
    this.#timers.stop(this.#timer);
    this.#timer = null;
  }
}
