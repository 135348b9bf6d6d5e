/** How often all tiles of a wall showed the same pulse, and what it cost. Pure. */

const MAX_REPAINTS = 1000; // the latest ones count

export class RepaintStatistics {
  #equal = new Uint8Array(MAX_REPAINTS);
  #waitsS = new Float64Array(MAX_REPAINTS);
  #count = 0;

  /** @param {boolean} isEqual whether all tiles show the same pulse @param {number} waitS how long one waited at most */
  add(isEqual, waitS) {
    const place = this.#count % MAX_REPAINTS;
    this.#equal[place] = Number(isEqual);
    this.#waitsS[place] = waitS;
    this.#count += 1;
  }

  /** The share of repaints after which all showed the same pulse; null: there was none. */
  get share() {
    return this.#mean(this.#equal);
  }

  /** By how much the waiting makes the tile older that waits longest, in seconds, on average; null: no repaint. */
  get costS() {
    return this.#mean(this.#waitsS);
  }

  restart() {
    this.#count = 0;
  }

  /** @param {Uint8Array | Float64Array} values */
  #mean(values) {
    const count = Math.min(this.#count, MAX_REPAINTS);
    let sum = 0;
    for (let place = 0; place < count; place += 1) {
      sum += values[place];
    }
    return count ? sum / count : null;
  }
}
