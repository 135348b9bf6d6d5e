/** Which streams have a tile on the overview, and in which order: cameras first, then boards. Pure. */

const byName = new Intl.Collator("en", { numeric: true }).compare; // cam10 after cam2

export class Order {
  /** @type {Map<string, boolean>} stream → whether it is a board */
  #streams = new Map();

  /**
   * Takes the statuses of all known streams. A stream that is no longer among them keeps its tile, which
   * shows its state. The streams of a board's pictures have no tile: the board's page shows them.
   * @param {Record<string, any>[]} statuses
   */
  update(statuses) {
    for (const { stream, kind, mode } of statuses) {
      if (mode !== "push") {
        this.#streams.set(String(stream), kind === "board" || this.#streams.get(String(stream)) === true);
      }
    }
  }

  get streams() {
    const rank = (/** @type {string} */ stream) => Number(this.#streams.get(stream));
    return [...this.#streams.keys()].sort((one, other) => rank(one) - rank(other) || byName(one, other));
  }
}
