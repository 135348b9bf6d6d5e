/**
 * Estimates the server's clock.
 *
 * A message that carries a server time arrives later than that time by the difference of the two clocks plus
 * its transit: the difference is at most that. On a slow connection every frame may have a long transit, and a
 * page that knew only this would show all of them too young. So the page also sends requests: a request is sent
 * before the time in its answer, which gives a lower bound. The estimate lies between the two bounds and moves
 * only when it has to. Both bounds widen by the drift that two clocks may have, and the page sends the next
 * request before that adds up.
 */

const DRIFT = 1e-4; // seconds a second; quartz clocks differ by less
const ASK_EVERY_S = 60;
const ASK_AGAIN_S = 2; // while the server's clock may have been set, or the bounds are far apart
const MAX_UNCERTAINTY_S = 0.1;
const OUT_OF_ORDER_S = 0.5; // messages arrive in the order of their times, unless the clock was set
const STEPPED_BACK_S = 5; // the server's clock was set back: restart
const INEXACT_S = 0.02; // the precision of the server's own times

export class ServerClock {
  /** @type {number | null} this browser's clock minus the server's, seconds */
  #lagS = null;
  #minLagS = -Infinity;
  #maxLagS = Infinity;
  #narrowedS = 0; // on this browser's clock
  #latestServerS = -Infinity;
  #askedS = -Infinity;
  #lastServerS = -Infinity; // the time in the last message
  #isDoubtful = false; // the server's clock may have been set
  #isNew = true;

  /** Restart the estimate with the next message: a new connection has its own transit times. */
  restart() {
    this.#isNew = true;
  }

  /**
   * Learn from one message.
   * @param {unknown} serverS the time it carries, Unix seconds on the server's clock
   * @param {number} hereS the time it arrived, seconds on a steady clock of this browser
   */
  observe(serverS, hereS) {
    if (isTime(serverS)) {
      this.#isDoubtful ||= serverS < this.#lastServerS - OUT_OF_ORDER_S;
      this.#lastServerS = serverS;
      this.#narrow(serverS, -Infinity, hereS - serverS, hereS);
    }
  }

  /**
   * Learn from a request and its answer.
   * @param {number} sentS when the request was sent, on this browser's steady clock
   * @param {unknown} serverS the server's time between request and answer
   * @param {number} hereS when the answer arrived
   */
  observeAnswer(sentS, serverS, hereS) {
    if (isTime(serverS)) {
      this.#askedS = hereS;
      this.#isDoubtful = false;
      this.#narrow(serverS, sentS - serverS, hereS - serverS, hereS);
    }
  }

  /** Whether to request the server's time now; if so, the request counts as sent. @param {number} hereS */
  shouldAsk(hereS) {
    const isUncertain = this.#isDoubtful || this.#maxLagS - this.#minLagS > MAX_UNCERTAINTY_S;
    const isDue = hereS - this.#askedS >= (isUncertain ? ASK_AGAIN_S : ASK_EVERY_S);
    if (isDue) {
      this.#askedS = hereS;
    }
    return isDue;
  }

  /**
   * Return the age of something in seconds, never below 0; null before anything was learned.
   * @param {unknown} serverS when it happened, on the server's clock
   * @param {number} hereS now, on this browser's steady clock
   */
  ageS(serverS, hereS) {
    if (this.#lagS === null || typeof serverS !== "number") {
      return null;
    }
    return Math.max(0, hereS - this.#lagS - serverS);
  }

  /**
   * @param {number} serverS
   * @param {number} minLagS -Infinity without an answer
   * @param {number} maxLagS
   * @param {number} hereS
   */
  #narrow(serverS, minLagS, maxLagS, hereS) {
    const driftS = DRIFT * (hereS - this.#narrowedS);
    const minS = Math.max(minLagS, this.#minLagS - driftS);
    const maxS = Math.min(maxLagS, this.#maxLagS + driftS);
    const wasSet = serverS < this.#latestServerS - STEPPED_BACK_S || minS > maxS + INEXACT_S;
    if (this.#isNew || this.#lagS === null || wasSet) {
      this.#isNew = false;
      this.#askedS = minLagS === -Infinity ? -Infinity : hereS;
      this.#minLagS = minLagS;
      this.#maxLagS = maxLagS;
      this.#lagS = middle(minLagS, maxLagS);
      this.#latestServerS = serverS;
    } else {
      const lagS = this.#minLagS === -Infinity ? middle(minS, maxS) : this.#lagS;
      this.#minLagS = Math.min(minS, maxS);
      this.#maxLagS = maxS;
      this.#lagS = Math.min(Math.max(lagS, this.#minLagS), maxS);
      this.#latestServerS = Math.max(serverS, this.#latestServerS);
    }
    this.#narrowedS = hereS;
  }
}

/**
 * Without an answer there is no lower bound, and the upper one is the best estimate.
 * @param {number} minS
 * @param {number} maxS
 */
function middle(minS, maxS) {
  return minS === -Infinity ? maxS : (minS + maxS) / 2;
}

/** @param {unknown} serverS @returns {serverS is number} */
function isTime(serverS) {
  return typeof serverS === "number" && Number.isFinite(serverS) && serverS > 0;
}
