/** Columns of numbers of equal length, in which new rows overwrite the oldest. Pure. */

const MIN_ROWS = 625;

export class RingColumns {
  #maxRows;
  #maxValues;
  #capacity = MIN_ROWS;
  /** @type {Float64Array[]} */
  #columns = [];

  /** the number of the row after the newest; rows are numbered from the start */
  end = 0;

  /**
   * @param {number} maxRows the capacity grows up to this by doubling
   * @param {number} maxValues in all columns together: the more columns, the fewer rows each has
   */
  constructor(maxRows, maxValues) {
    this.#maxRows = maxRows;
    this.#maxValues = maxValues;
  }

  /** The number of the oldest row that is kept. */
  get first() {
    return Math.max(0, this.end - this.#capacity);
  }

  /**
   * Add columns, in which all rows so far are empty (NaN).
   * @param {number} count
   * @returns {number} the number of the first new column
   */
  addColumns(count) {
    const firstColumn = this.#columns.length;
    let capacity = this.#capacity;
    while (capacity > MIN_ROWS && !this.#fits(capacity, firstColumn + count)) {
      capacity /= 2;
    }
    this.#resize(capacity);
    for (let added = 0; added < count; added += 1) {
      this.#columns.push(new Float64Array(capacity).fill(NaN));
    }
    return firstColumn;
  }

  /** Add an empty row. @returns {number} its number */
  addRow() {
    if (this.end === this.#capacity && this.#fits(2 * this.#capacity, this.#columns.length)) {
      this.#resize(2 * this.#capacity);
    }
    const position = this.end % this.#capacity;
    for (const column of this.#columns) {
      column[position] = NaN;
    }
    this.end += 1;
    return this.end - 1;
  }

  /** Set a value if the row is still kept. @param {number} column @param {number} row @param {number} value */
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
   * Copy the kept values between two rows.
   * @param {number} column
   * @param {number} from
   * @param {number} to exclusive
   */
  slice(column, from, to) {
    const ring = this.#columns[column];
    const start = Math.max(from, this.first);
    const copy = new Float64Array(Math.max(0, Math.min(to, this.end) - start));
    const position = start % this.#capacity;
    const head = ring.subarray(position, position + copy.length); // up to the end of the ring
    copy.set(head);
    copy.set(ring.subarray(0, copy.length - head.length), head.length);
    return copy;
  }

  /** @param {number} capacity @param {number} columnCount */
  #fits(capacity, columnCount) {
    return capacity <= this.#maxRows && capacity * columnCount <= this.#maxValues;
  }

  /** Move the newest rows into rings of another capacity. @param {number} capacity */
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
