/** Columns of numbers of one length, whose oldest rows make way for the newest. Pure. */

const FIRST_ROWS = 625;

export class RingColumns {
  #mostRows;
  #mostValues;
  #capacity = FIRST_ROWS;
  /** @type {Float64Array[]} */
  #columns = [];

  /** the number of the row after the newest; rows are counted since the start */
  end = 0;

  /**
   * @param {number} mostRows what it grows to, by doubling
   * @param {number} mostValues in all columns together: more columns have fewer rows each
   */
  constructor(mostRows, mostValues) {
    this.#mostRows = mostRows;
    this.#mostValues = mostValues;
  }

  /** The number of the oldest row that is still there. */
  get first() {
    return Math.max(0, this.end - this.#capacity);
  }

  /**
   * Opens columns, in which all rows up to now are empty (NaN).
   * @param {number} count
   * @returns {number} the number of the first of them
   */
  open(count) {
    const opened = this.#columns.length;
    let capacity = this.#capacity;
    while (capacity > FIRST_ROWS && !this.#fits(capacity, opened + count)) {
      capacity /= 2;
    }
    this.#resize(capacity);
    for (let made = 0; made < count; made += 1) {
      this.#columns.push(new Float64Array(capacity).fill(NaN));
    }
    return opened;
  }

  /** Begins a row, empty. @returns {number} its number */
  begin() {
    if (this.end === this.#capacity && this.#fits(2 * this.#capacity, this.#columns.length)) {
      this.#resize(2 * this.#capacity);
    }
    const place = this.end % this.#capacity;
    for (const column of this.#columns) {
      column[place] = NaN;
    }
    this.end += 1;
    return this.end - 1;
  }

  /** Writes where the row is still there. @param {number} column @param {number} row @param {number} value */
  set(column, row, value) {
    if (row >= this.first) {
      this.#columns[column][row % this.#capacity] = value;
    }
  }

  /** @param {number} column @param {number} row from `first` to before `end` */
  get(column, row) {
    return this.#columns[column][row % this.#capacity];
  }

  /**
   * A copy of what is there between two rows.
   * @param {number} column
   * @param {number} from
   * @param {number} to exclusive
   */
  slice(column, from, to) {
    const ring = this.#columns[column];
    const start = Math.max(from, this.first);
    const copy = new Float64Array(Math.max(0, Math.min(to, this.end) - start));
    const place = start % this.#capacity;
    const whole = ring.subarray(place, place + copy.length); // up to the ring's seam
    copy.set(whole);
    copy.set(ring.subarray(0, copy.length - whole.length), whole.length);
    return copy;
  }

  #fits(capacity, columns) {
    return capacity <= this.#mostRows && capacity * columns <= this.#mostValues;
  }

  /** Moves the newest rows into rings of another length. */
  #resize(capacity) {
    if (capacity === this.#capacity) {
      return;
    }
    const { end } = this;
    const start = Math.max(this.first, end - capacity);
    this.#columns = this.#columns.map((_, index) => {
      const ring = new Float64Array(capacity);
      this.slice(index, start, end).forEach((value, row) => (ring[(start + row) % capacity] = value));
      return ring;
    });
    this.#capacity = capacity;
  }
}
