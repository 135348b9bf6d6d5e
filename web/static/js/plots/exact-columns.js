/** Columns of numbers, among which integers beyond 2⁵³ are kept exactly. Pure. */

import { RingColumns } from "./ring-columns.js";

export class ExactColumns extends RingColumns {
  /** @type {Map<number, number>} column → that of what its numbers lack of such integers; only columns with any */
  #remainders = new Map();

  /** Set a number if its row is still kept. @param {number} column @param {number} row @param {number | bigint} number */
  setNumber(column, row, number) {
    this.set(column, row, Number(number));
    if (typeof number === "bigint") {
      let remainderColumn = this.#remainders.get(column);
      if (remainderColumn === undefined) {
        remainderColumn = this.addColumns(1);
        this.#remainders.set(column, remainderColumn);
      }
      this.set(remainderColumn, row, Number(number - BigInt(Number(number))));
    }
  }

  /**
   * Copy the kept numbers between two rows as `slice`, but such integers exactly.
   * @param {number} column
   * @param {number} from
   * @param {number} to exclusive
   * @returns {ArrayLike<number | bigint>}
   */
  exactSlice(column, from, to) {
    const numbers = this.slice(column, from, to);
    const remainderColumn = this.#remainders.get(column);
    if (remainderColumn === undefined) {
      return numbers;
    }
    const remainders = this.slice(remainderColumn, from, to);
    return Array.from(numbers, (number, row) =>
      Number.isNaN(remainders[row]) ? number : BigInt(number) + BigInt(remainders[row]),
    );
  }
}
