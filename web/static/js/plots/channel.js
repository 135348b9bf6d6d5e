/** A channel of the history: its latest value, and statistics of its numbers. Pure. */

import { RunningStatistics } from "./running-statistics.js";
import { scalarNumber } from "../lib/format.js";

export class Channel {
  /** @type {unknown} a number, a boolean, a text or null */
  value = undefined;
  /** @type {unknown} id of the pulse of the last change; NaN before the first value */
  since = NaN;
  /** pulses without a value: null, which stands for NaN and infinity too */
  gaps = 0;
  statistics = new RunningStatistics();
  /** the column of its numbers; -1 before the first number */
  column = -1;
  /** @type {bigint | null} extremes of the integers beyond 2⁵³ */
  #largest = null;
  /** @type {bigint | null} */
  #smallest = null;

  /** @param {unknown} value @param {unknown} pulse */
  add(value, pulse) {
    if (value !== this.value) {
      this.value = value;
      this.since = pulse;
    }
    const number = toNumber(value);
    if (number !== null) {
      this.statistics.add(Number(number));
      if (typeof number === "bigint") {
        this.#largest = this.#largest === null || number > this.#largest ? number : this.#largest;
        this.#smallest = this.#smallest === null || number < this.#smallest ? number : this.#smallest;
      }
    } else if (typeof value !== "string") {
      this.gaps += 1;
    }
  }

  /** The smallest number; NaN without numbers. @returns {number | bigint} */
  get min() {
    const { min } = this.statistics;
    return this.#smallest !== null && Number(this.#smallest) === min ? this.#smallest : min;
  }

  /** The largest number; NaN without numbers. @returns {number | bigint} */
  get max() {
    const { max } = this.statistics;
    return this.#largest !== null && Number(this.#largest) === max ? this.#largest : max;
  }

  get isScalar() {
    return this.column >= 0;
  }
}

/**
 * Return a scalar as a number, booleans as 0 and 1.
 * @param {unknown} value
 * @returns {number | bigint | null} null: not a finite number
 */
export function toNumber(value) {
  if (typeof value === "boolean") {
    return Number(value);
  }
  const number = scalarNumber(value);
  return typeof number === "bigint" || Number.isFinite(number) ? number : null;
}
