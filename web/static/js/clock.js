/**
 * The server's clock as seen from here.
 *
 * Every message that carries a server time arrives later than that time by the difference of the two
 * clocks plus its way. The smallest such lag so far is the best estimate of the difference alone, so
 * ages come out too young only by the shortest way seen. The estimate creeps up by the drift that
 * two clocks may have, no faster: a line that stays congested must not pass for a slow clock.
 */

const DRIFT = 1e-4; // seconds a second; quartz clocks differ by less
const STEPPED_BACK_S = 5; // the server's clock was set back: start anew

export class ServerClock {
  /** @type {number | null} the smallest lag, seconds */
  #lagS = null;
  #seenS = 0;
  #latestS = -Infinity;
  #anew = true;

  /** The next message starts the estimate anew: a new connection is a new line. */
  renew() {
    this.#anew = true;
  }

  /**
   * Learns from one message.
   * @param {unknown} serverS the time it carries, Unix seconds on the server's clock
   * @param {number} hereS the time it arrived, seconds on a steady clock of this browser
   */
  learn(serverS, hereS) {
    if (typeof serverS !== "number" || !Number.isFinite(serverS) || serverS <= 0) {
      return;
    }
    const lagS = hereS - serverS;
    if (this.#anew || serverS < this.#latestS - STEPPED_BACK_S) {
      this.#lagS = lagS;
      this.#latestS = serverS;
      this.#anew = false;
    } else {
      this.#lagS = Math.min(lagS, this.#lagS + DRIFT * (hereS - this.#seenS));
      this.#latestS = Math.max(serverS, this.#latestS);
    }
    this.#seenS = hereS;
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
}
