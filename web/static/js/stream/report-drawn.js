/** Tells the server which frame was drawn last, as often as reports.js says. */

import { ReportSchedule } from "./report-schedule.js";

/** @typedef {import("./latest-frame.js").Frame} Frame */

export class DrawnReporter {
  #connection;
  #newest;
  #clock;
  #timers;
  #reports = new ReportSchedule();
  #timer = null;

  /**
   * @param {import("./connection.js").Connection} connection
   * @param {import("./latest-frame.js").LatestFrame} newest for its counts
   * @param {import("./server-clock.js").ServerClock} clock which may want an answer
   * @param {import("../lib/timers.js").Timers} timers
   */
  constructor(connection, newest, clock, timers) {
    this.#connection = connection;
    this.#newest = newest;
    this.#clock = clock;
    this.#timers = timers;
  }

  /** A watch begins. */
  restart() {
    this.#reports.restart();
  }

  /** What waits to be told is of an earlier watch. */
  stop() {
    this.#timers.stop(this.#timer);
  }

  /** @param {Frame} frame drawn at this time, or left as it cannot be */
  done(frame, atS = this.#timers.nowS()) {
    this.stop();
    const nowS = this.#timers.nowS();
    const waitS = this.#reports.waitS({ missed: frame.missed, skipped: this.#newest.skipped }, nowS);
    if (waitS > 0) {
      // if nothing newer is drawn until then
      this.#timer = this.#timers.start(() => this.done(frame, atS), 1000 * waitS);
    } else {
      this.#connection.report(frame.header, nowS - atS, this.#clock.shouldAsk(nowS));
    }
  }
}
