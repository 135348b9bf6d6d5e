/** Names of the arrays in one file: each once, and none that is a path. */

const LONGEST = 200;

export class ArrayNames {
  #taken = new Set();

  /**
   * @param {string} wanted anything
   * @param {string[]} [companions] what is put behind it for the arrays that go with it, also taken
   * @returns {string} it, or where one of these is taken `<wanted>_2`, `<wanted>_3`, …
   */
  take(wanted, companions = []) {
    const plain = [...wanted.toWellFormed()].slice(0, LONGEST).join("").replace(/[\p{Cc}/\\]/gu, "_");
    const all = (/** @type {string} */ name) => ["", ...companions].map((end) => name + end);
    let name = plain;
    for (let number = 2; all(name).some((one) => this.#taken.has(one)); number += 1) {
      name = `${plain}_${number}`;
    }
    all(name).forEach((one) => this.#taken.add(one));
    return name;
  }
}
