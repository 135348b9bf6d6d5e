/**
 * When to ask for what frames did not bring: soon, for all cards at once, and never often; less often
 * where the answers do not help. Pure: timers, and what asks, are passed in.
 */

const SPREAD_MS = 200; // pages that missed the same frame must not ask in one instant
const APART_S = 1.5; // what is asked for is written once a second
const LONGEST_APART_S = 30;

export class CatchUp {
  #ask;
  #timers;
  #timer = null;
  #lastS = -Infinity;
  #apartS = APART_S;
  /** @type {"no" | "some" | "all"} */
  #wants = "no";
  #underWay = false;
  #on = false;

  /**
   * @param {(all: boolean) => Promise<boolean>} ask for all cards, or those that are in want; never rejects;
   *   whether nothing is wanted any more
   * @param {import("../lib/timers.js").Timers} timers
   */
  constructor(ask, timers) {
    this.#ask = ask;
    this.#timers = timers;
  }

  /** Whether there is a server to ask. @param {boolean} on */
  setOn(on) {
    this.#on = on;
    if (on) {
      this.#apartS = APART_S;
      this.#plan();
    } else {
      this.#stopTimer();
    }
  }

  /** Asks for all, or for what is in want. @param {boolean} all */
  want(all) {
    this.#wants = all || this.#wants === "all" ? "all" : "some";
    this.#plan();
  }

  #plan() {
    if (!this.#on || this.#underWay || this.#timer !== null || this.#wants === "no") {
      return;
    }
    const waitS = this.#lastS + this.#apartS - this.#timers.nowS();
    const isFirst = this.#lastS === -Infinity;
    const delayMs = isFirst ? 0 : Math.max(1000 * waitS, 0) + SPREAD_MS * this.#timers.random();
    this.#timer = this.#timers.start(() => {
      this.#timer = null;
      this.#now();
    }, delayMs);
  }

  async #now() {
    const all = this.#wants === "all";
    this.#wants = "no";
    this.#underWay = true;
    this.#lastS = this.#timers.nowS();
    const helped = await this.#ask(all);
    this.#underWay = false;
    this.#apartS = helped ? APART_S : Math.min(2 * this.#apartS, LONGEST_APART_S);
    this.#plan();
  }

  #stopTimer() {
    this.#timers.stop(this.#timer);
    this.#timer = null;
  }
}
