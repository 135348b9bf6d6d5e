/** Count, extremes, mean and standard deviation of a sequence of numbers. Pure. */

export class RunningStatistics {
  count = 0;
  min = NaN;
  max = NaN;
  mean = NaN;
  #sumOfSquares = 0;

  /** Add a number by Welford's algorithm, which stays accurate with a large mean. @param {number} value finite */
  add(value) {
    this.count += 1;
    if (this.count === 1) {
      this.min = this.max = this.mean = value;
      return;
    }
    const deviation = value - this.mean;
    this.mean += deviation / this.count;
    this.#sumOfSquares += deviation * (value - this.mean);
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }

  /** The population standard deviation; NaN without numbers. */
  get std() {
    return this.count ? Math.sqrt(this.#sumOfSquares / this.count) : NaN;
  }
}
