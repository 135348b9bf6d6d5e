/** Which streams have a tile on the overview, and in which order: cameras first, then boards. Pure. */

const byName = new Intl.Collator("en", { numeric: true }).compare; // cam10 after cam2

export class Order {
  /** @type {Map<string, boolean>} stream → whether it is a board */
  #known = new Map();

  /**
   * One that is gone from the list stays, and says so. Pictures of a board are seen there.
   * @param {Record<string, any>[]} statuses
   */
  learn(statuses) {
    for (const { stream, kind, mode } of statuses) {
      if (mode !== "push") {
        this.#known.set(String(stream), kind === "board" || this.#known.get(String(stream)) === true);
      }
    }
  }

  get streams() {
    const rank = (/** @type {string} */ stream) => Number(this.#known.get(stream));
    return [...this.#known.keys()].sort((one, other) => rank(one) - rank(other) || byName(one, other));
  }
}
