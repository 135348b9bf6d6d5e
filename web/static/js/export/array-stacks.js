/** Arrays of many frames, one above the other; what is of another type or shape begins another stack. */

/**
 * @typedef {import("./npz.js").NamedArray} NamedArray
 *
 * @typedef {object} Stack
 * @property {string} dtype numpy's name
 * @property {number[]} shape of one frame's array
 * @property {number[]} rows of which frames
 * @property {(ArrayBufferView | Blob)[]} chunks
 * @property {any} about what else is the same in all of them
 */

export class ArrayStacks {
  /** @type {Map<string, Stack>} */
  #all = new Map();

  get isEmpty() {
    return this.#all.size === 0;
  }

  /** @returns {Stack[]} in the order in which they began */
  get all() {
    return [...this.#all.values()];
  }

  /**
   * @param {number} row the frame's
   * @param {string} dtype
   * @param {number[]} shape
   * @param {ArrayBufferView | Blob} chunk
   * @param {any} [about] another begins another stack too
   */
  add(row, dtype, shape, chunk, about) {
    const key = JSON.stringify([dtype, shape, about]);
    const stack = this.#all.get(key) ?? { dtype, shape, rows: [], chunks: [], about };
    stack.rows.push(row);
    stack.chunks.push(chunk);
    this.#all.set(key, stack);
  }
}

/**
 * A stack as it is saved, and beside it, where it has not all frames, `<name>_index`: which it has.
 * @param {Stack} stack
 * @param {number} frames how many there are
 * @param {string} name
 * @returns {NamedArray[]}
 */
export function stackArrays({ dtype, shape, rows, chunks }, frames, name) {
  const arrays = [{ name, dtype, shape: [rows.length, ...shape], chunks }];
  if (rows.length < frames) {
    const index = Int32Array.from(rows);
    arrays.push({ name: `${name}_index`, dtype: "int32", shape: [rows.length], chunks: [index] });
  }
  return arrays;
}
