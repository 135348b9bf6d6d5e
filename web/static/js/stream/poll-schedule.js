/**
 * When to ask the server for what seldom changes: as soon as the page is seen, whenever somebody wants
 * to know, and else about once a minute, as every page's question costs the process that sends frames.
 */

const EVERY_MS = 60_000;

export class PollSchedule {
  #ask;
  #timers;
  #everyMs;
  #timer = null;
  #seen = false;
  #underWay = false;

  /**
   * @param {() => Promise<void>} ask settles in any case, and never rejects
   * @param {import("../lib/timers.js").Timers} timers
   * @param {number} everyMs about how long after an answer to ask again
   */
  constructor(ask, timers, everyMs = EVERY_MS) {
    this.#ask = ask;
    this.#timers = timers;
    this.#everyMs = everyMs;
  }

  /** Whether anybody can see the page: a hidden tab does not ask. @param {boolean} seen */
  setVisible(seen) {
    this.#seen = seen;
    if (seen) {
      this.poll();
    } else {
      this.#stopTimer();
    }
  }

  /** Asks, unless the answer is on its way. */
  async poll() {
    if (this.#underWay) {
      return;
    }
    this.#stopTimer();
    this.#underWay = true;
    await this.#ask();
    this.#underWay = false;
    if (this.#seen) {
      // Spread out: pages that were opened together must not ask together for ever.
      const delayMs = this.#everyMs * (0.75 + this.#timers.random() / 2);
      this.#timer = this.#timers.start(() => this.poll(), delayMs);
    }
  }

  #stopTimer() {
    this.#timers.stop(this.#timer);
    this.#timer = null;
  }
}
