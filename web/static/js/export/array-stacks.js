/** Stacks the arrays of many frames; an array of another type or shape starts another stack. */

/**
 * @typedef {import("./npz.js").NamedArray} NamedArray
 *
 * @typedef {import("./npz.js").Chunk} Chunk
 */

/**
 * @template Properties
 * @typedef {object} Stack
 * @property {string} dtype numpy's name
 * @property {number[]} shape of one frame's array
 * @property {number[]} rows the frames it has arrays of
 * @property {Chunk[]} chunks
 * @property {Properties} properties what else is the same for all of them
 */

/** @template [Properties=null] */
export class ArrayStacks {
  /** @type {Map<string, Stack<Properties>>} */
  #all = new Map();

  get isEmpty() {
    return this.#all.size === 0;
  }

  /** @returns {Stack<Properties>[]} in the order of their first frames */
  get all() {
    return [...this.#all.values()];
  }

  /**
   * @param {number} row the frame's
   * @param {string} dtype
   * @param {number[]} shape
   * @param {Chunk} chunk
   * @param {Properties} properties other ones start another stack too
   */
  add(row, dtype, shape, chunk, properties) {
    const key = JSON.stringify([dtype, shape, properties]);
    const stack = this.#all.get(key) ?? { dtype, shape, rows: [], chunks: [], properties };
    stack.rows.push(row);
    stack.chunks.push(chunk);
    this.#all.set(key, stack);
  }
}

/**
 * Return a stack as it is saved, and where frames are missing in it `<name>_index`: the frames that it has.
 * @param {Stack<unknown>} stack
 * @param {number} frames how many there are
 * @param {string} name
 * @returns {NamedArray[]}
 */
export function stackArrays({ dtype, shape, rows, chunks }, frames, name) {
  /** @type {NamedArray[]} */
  const arrays = [{ name, dtype, shape: [rows.length, ...shape], chunks }];
  if (rows.length < frames) {
    const index = Int32Array.from(rows);
    arrays.push({ name: `${name}_index`, dtype: "int32", shape: [rows.length], chunks: [index] });
  }
  return arrays;
}
