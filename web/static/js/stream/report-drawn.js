/** Reports to the server which frame was drawn last, as often as report-schedule.js says. */

import { ReportSchedule } from "./report-schedule.js";

/** @typedef {import("./latest-frame.js").Frame} Frame */

export class DrawnReporter {
  #connection;
  #latest;
  #clock;
  #timers;
  #schedule = new ReportSchedule();
  /** @type {any} a timer, or null */
  #timer = null;

  /**
   * @param {import("./connection.js").Connection} connection
   * @param {import("./latest-frame.js").LatestFrame} latest for its counts
   * @param {import("./server-clock.js").ServerClock} clock which may need an answer
   * @param {import("../lib/timers.js").Timers} timers
   */
  constructor(connection, latest, clock, timers) {
    this.#connection = connection;
    this.#latest = latest;
    this.#clock = clock;
    this.#timers = timers;
  }

  /** Start with a new watch. */
  restart() {
    this.#schedule.restart();
  }

  /** Cancel the pending report, which belongs to an earlier watch. */
  stop() {
    this.#timers.stop(this.#timer);
  }

  /** Report a frame, now or when a report is due. @param {Frame} frame drawn at this time, or undrawable */
  report(frame, atS = this.#timers.nowS()) {
    this.stop();
    const nowS = this.#timers.nowS();
    const waitS = this.#schedule.waitS({ missed: frame.missed ?? 0, skipped: this.#latest.skipped }, nowS);
    if (waitS > 0) {
      // unless a newer frame is drawn before
      this.#timer = this.#timers.start(() => this.report(frame, atS), 1000 * waitS);
    } else {
      const { epoch, seq } = frame.header;
      this.#connection.report({ epoch, seq }, nowS - atS, this.#clock.shouldAsk(nowS));
    }
  }
}
