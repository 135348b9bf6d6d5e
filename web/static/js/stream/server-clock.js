/**
 * The server's clock as seen from here.
 *
 * A message that carries a server time arrives later than that time by the difference of the two
 * clocks plus its way: the difference is at most that. On a slow line the way of every frame may be
 * long, and a page that knew only this would show each of them too young. So the page also asks: a
 * question is sent earlier than the time in its answer, from which follows the least that the
 * difference can be. The estimate lies between the two bounds and moves only when it has to. Both
 * give way by the drift that two clocks may have, and the page asks again before that adds up.
 */

const DRIFT = 1e-4; // seconds a second; quartz clocks differ by less
const ASK_EVERY_S = 60;
const ASK_AGAIN_S = 2; // while the server's clock may have been set
const OUT_OF_ORDER_S = 0.5; // messages come in the order of their times, unless the clock was set
const STEPPED_BACK_S = 5; // the server's clock was set back: start anew
const INEXACT_S = 0.02; // the server's own times are not better than that

export class ServerClock {
  /** @type {number | null} this browser's clock minus the server's, seconds */
  #lagS = null;
  #leastS = -Infinity;
  #mostS = Infinity;
  #hereS = 0;
  #latestS = -Infinity;
  #askedS = -Infinity;
  #learntS = -Infinity; // the time that the last message carried
  #isDoubtful = false; // the server's clock may have been set
  #anew = true;

  /** The next message starts the estimate anew: a new connection is a new line. */
  restart() {
    this.#anew = true;
  }

  /**
   * Learns from one message.
   * @param {unknown} serverS the time it carries, Unix seconds on the server's clock
   * @param {number} hereS the time it arrived, seconds on a steady clock of this browser
   */
  observe(serverS, hereS) {
    if (isTime(serverS)) {
      this.#isDoubtful ||= serverS < this.#learntS - OUT_OF_ORDER_S;
      this.#learntS = serverS;
      this.#narrow(serverS, -Infinity, hereS - serverS, hereS);
    }
  }

  /**
   * Learns from a question and its answer.
   * @param {number} sentS when the question was sent, on this browser's steady clock
   * @param {unknown} serverS the server's time between question and answer
   * @param {number} hereS when the answer arrived
   */
  observeAnswer(sentS, serverS, hereS) {
    if (isTime(serverS)) {
      this.#askedS = hereS;
      this.#isDoubtful = false;
      this.#narrow(serverS, sentS - serverS, hereS - serverS, hereS);
    }
  }

  /** Whether the server's time should be asked for; it is then taken as asked. @param {number} hereS */
  shouldAsk(hereS) {
    const wants = hereS - this.#askedS >= (this.#isDoubtful ? ASK_AGAIN_S : ASK_EVERY_S);
    if (wants) {
      this.#askedS = hereS;
    }
    return wants;
  }

  /**
   * How old something is, in seconds, never below 0; null before anything was learnt.
   * @param {unknown} serverS when it happened, on the server's clock
   * @param {number} hereS now, on this browser's steady clock
   */
  ageS(serverS, hereS) {
    if (this.#lagS === null || typeof serverS !== "number") {
      return null;
    }
    return Math.max(0, hereS - this.#lagS - serverS);
  }

  #narrow(serverS, leastS, mostS, hereS) {
    const driftS = DRIFT * (hereS - this.#hereS);
    const least = Math.max(leastS, this.#leastS - driftS);
    const most = Math.min(mostS, this.#mostS + driftS);
    const wasSet = serverS < this.#latestS - STEPPED_BACK_S || least > most + INEXACT_S;
    if (this.#anew || wasSet) {
      this.#anew = false;
      this.#askedS = leastS === -Infinity ? -Infinity : hereS;
      this.#leastS = leastS;
      this.#mostS = mostS;
      this.#lagS = middle(leastS, mostS);
      this.#latestS = serverS;
    } else {
      const lagS = this.#leastS === -Infinity ? middle(least, most) : this.#lagS;
      this.#leastS = Math.min(least, most);
      this.#mostS = most;
      this.#lagS = Math.min(Math.max(lagS, this.#leastS), most);
      this.#latestS = Math.max(serverS, this.#latestS);
    }
    this.#hereS = hereS;
  }
}

/** Without an answer there is no least, and the most is the best estimate. */
function middle(leastS, mostS) {
  return leastS === -Infinity ? mostS : (leastS + mostS) / 2;
}

function isTime(serverS) {
  return typeof serverS === "number" && Number.isFinite(serverS) && serverS > 0;
}
