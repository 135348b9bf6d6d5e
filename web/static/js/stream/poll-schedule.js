/**
 * Schedules requests for data that seldom change: when the page becomes visible, when somebody needs it, and
 * otherwise about once a minute, as every request costs the process that sends frames.
 */

const INTERVAL_MS = 60_000;

export class PollSchedule {
  #request;
  #timers;
  #intervalMs;
  /** @type {any} a timer, or null */
  #timer = null;
  #isVisible = false;
  #isPending = false;

  /**
   * @param {() => Promise<void>} request never rejects
   * @param {import("../lib/timers.js").Timers} timers
   * @param {number} intervalMs about how long after an answer to send the next request
   */
  constructor(request, timers, intervalMs = INTERVAL_MS) {
    this.#request = request;
    this.#timers = timers;
    this.#intervalMs = intervalMs;
  }

  /** Poll only while the page is visible. @param {boolean} isVisible */
  setVisible(isVisible) {
    this.#isVisible = isVisible;
    if (isVisible) {
      this.poll();
    } else {
      this.#stopTimer();
    }
  }

  /** Send a request, unless one is pending. */
  async poll() {
    if (this.#isPending) {
      return;
    }
    this.#stopTimer();
    this.#isPending = true;
    await this.#request();
    this.#isPending = false;
    if (this.#isVisible) {
      // Random, so that pages that were opened together do not keep polling together.
      const delayMs = this.#intervalMs * (0.75 + this.#timers.random() / 2);
      this.#timer = this.#timers.start(() => this.poll(), delayMs);
    }
  }

  #stopTimer() {
    this.#timers.stop(this.#timer);
    this.#timer = null;
  }
}
