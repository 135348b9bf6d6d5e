/**
 * The numbered rows that a card shows: the last so many. What comes in twice is one row, and what is
 * missing between two of them is a hole, until it comes late or is given up. Pure.
 */

/** @typedef {any[]} Row */

export class CardRows {
  /** the number of the first row */
  first = 0;
  /** @type {(Row | undefined)[]} undefined: a hole */
  list = [];
  /** rows that should have been shown, and were not */
  missed = 0;
  #limit;
  #settled = 0; // holes below are given up and counted
  #open = 0; // holes that may still be filled

  /** @param {number} limit how many */
  constructor(limit) {
    this.#limit = limit;
  }

  /** The number after that of the last row. */
  get end() {
    return this.first + this.list.length;
  }

  /** Whether a row may still come that is not there. */
  get isTorn() {
    return this.#open > 0;
  }

  /** @param {number} limit from now on */
  setLimit(limit) {
    this.#limit = limit;
    this.#trim();
  }

  /** @param {number} first the number of the first of them @param {Row[]} rows in their order */
  put(first, rows) {
    const from = Math.max(first + rows.length, this.end) - this.#limit; // what is older does not show
    const start = Math.max(first, from);
    const end = first + rows.length;
    if (start >= end) {
      return;
    }
    if (this.list.length === 0) {
      this.first = start;
    } else if (this.end <= from) {
      this.#give(this.end);
      this.list = [];
      this.first = from;
    }
    this.#before(start);
    while (this.end < start) {
      this.list.push(undefined);
      this.#open += 1;
    }
    for (let number = start; number < end; number += 1) {
      const row = rows[number - first];
      if (number >= this.end) {
        this.list.push(row);
      } else if (this.list[number - this.first] === undefined) {
        this.#fill(number, row);
      }
    }
    this.#trim();
  }

  /** @param {CardRows} other with rows of the same numbers */
  merge(other) {
    other.list.forEach((row, index) => row && this.put(other.first + index, [row]));
  }

  /** Holes below this number will not be filled any more. @param {number} end */
  settle(end) {
    for (let number = Math.max(this.first, this.#settled); number < Math.min(end, this.end); number += 1) {
      if (this.list[number - this.first] === undefined) {
        this.missed += 1;
        this.#open -= 1;
      }
    }
    this.#settled = Math.max(this.#settled, end);
  }

  /** Makes room for rows that come late and are older than all others. @param {number} start */
  #before(start) {
    if (start < this.first) {
      const holes = this.first - start;
      this.list = [...new Array(holes).fill(undefined), ...this.list];
      this.first = start;
      this.#open += this.#unsettled(start, start + holes);
      this.missed += holes - this.#unsettled(start, start + holes); // until they are filled, in a moment
    }
  }

  #fill(number, row) {
    this.list[number - this.first] = row;
    if (number < this.#settled) {
      this.missed -= 1; // it came all the same
    } else {
      this.#open -= 1;
    }
  }

  #trim() {
    const many = this.list.length - this.#limit;
    if (many > 0) {
      this.#give(this.first + many);
      this.list.splice(0, many);
      this.first += many;
    }
  }

  /** Holes below are out of sight. @param {number} end */
  #give(end) {
    if (this.#open > 0) {
      this.settle(end);
    }
  }

  /** How many of these numbers are not given up. */
  #unsettled(start, end) {
    return Math.max(0, end - Math.max(start, this.#settled));
  }
}
