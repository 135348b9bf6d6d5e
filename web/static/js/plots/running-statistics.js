/** Count, extremes, mean and standard deviation of numbers that come one by one. Pure. */

export class RunningStatistics {
  count = 0;
  min = NaN;
  max = NaN;
  mean = NaN;
  #squares = 0;

  /** Welford's way, which loses no digits to a large mean. @param {number} value finite */
  add(value) {
    this.count += 1;
    if (this.count === 1) {
      this.min = this.max = this.mean = value;
      return;
    }
    const off = value - this.mean;
    this.mean += off / this.count;
    this.#squares += off * (value - this.mean);
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }

  /** Of these numbers, not an estimate of others'; NaN when there are none. */
  get std() {
    return this.count ? Math.sqrt(this.#squares / this.count) : NaN;
  }
}
