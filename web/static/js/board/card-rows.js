/**
 * The last numbered rows of a card. A row that arrives twice is kept once. Numbers that are missing are
 * holes until their rows arrive late, or until the holes are closed and counted as missed. Pure.
 */

/** @typedef {any[]} Row as docs/push.md has it for each type of card */

export class CardRows {
  /** the number of the first row */
  first = 0;
  /** @type {(Row | undefined)[]} undefined: a hole */
  list = [];
  /** how many rows should have been shown and were not */
  missed = 0;
  #limit;
  #closedEnd = 0; // holes below this number are closed
  #openHoles = 0; // holes that may still be filled

  /** @param {number} limit how many rows to keep */
  constructor(limit) {
    this.#limit = limit;
  }

  /** The number after that of the last row. */
  get end() {
    return this.first + this.list.length;
  }

  /** Whether a row is missing that may still arrive. */
  get hasOpenHoles() {
    return this.#openHoles > 0;
  }

  /** @param {number} limit */
  setLimit(limit) {
    this.#limit = limit;
    this.#trim();
  }

  /** @param {number} first the number of the first of them @param {Row[]} rows in their order */
  put(first, rows) {
    const from = Math.max(first + rows.length, this.end) - this.#limit; // older rows are not shown
    const start = Math.max(first, from);
    const end = first + rows.length;
    if (start >= end) {
      return;
    }
    if (this.list.length === 0) {
      this.first = start;
    } else if (this.end <= from) {
      this.#closeOpenHoles(this.end);
      this.list = [];
      this.first = from;
    }
    this.#makeRoomBefore(start);
    while (this.end < start) {
      this.list.push(undefined);
      this.#openHoles += 1;
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

  /** @param {CardRows} other with rows of the same numbering */
  merge(other) {
    other.list.forEach((row, index) => row && this.put(other.first + index, [row]));
  }

  /** Counts the holes below a number as missed: no more rows are expected there. @param {number} end */
  closeHoles(end) {
    for (let number = Math.max(this.first, this.#closedEnd); number < Math.min(end, this.end); number += 1) {
      if (this.list[number - this.first] === undefined) {
        this.missed += 1;
        this.#openHoles -= 1;
      }
    }
    this.#closedEnd = Math.max(this.#closedEnd, end);
  }

  /** Adds holes for rows that arrive late and are older than all others. @param {number} start */
  #makeRoomBefore(start) {
    if (start < this.first) {
      const holes = this.first - start;
      this.list = [...new Array(holes).fill(undefined), ...this.list];
      this.first = start;
      const open = Math.max(0, start + holes - Math.max(start, this.#closedEnd));
      this.#openHoles += open;
      this.missed += holes - open; // until they are filled, right after this
    }
  }

  /** @param {number} number @param {Row} row */
  #fill(number, row) {
    this.list[number - this.first] = row;
    if (number < this.#closedEnd) {
      this.missed -= 1; // it arrived after its hole was closed
    } else {
      this.#openHoles -= 1;
    }
  }

  #trim() {
    const excess = this.list.length - this.#limit;
    if (excess > 0) {
      this.#closeOpenHoles(this.first + excess);
      this.list.splice(0, excess);
      this.first += excess;
    }
  }

  /**
   * Closes the holes below a number, if there are any: their rows are no longer shown.
   * @param {number} end
   */
  #closeOpenHoles(end) {
    if (this.#openHoles > 0) {
      this.closeHoles(end);
    }
  }
}
