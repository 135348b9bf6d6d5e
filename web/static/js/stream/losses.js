/** Counts what did not reach this screen since the page was opened, under one word: lost. Pure. */

/**
 * @typedef {object} Loss
 * @property {string} name
 * @property {number} count
 * @property {string} explanation
 */

/** Counters of the status, which count from the start of ingest or of the connection. @type {[string, string, string][]} */
export const STATUS_COUNTERS = [
  ["missed", "before Beamcast", "pulses that did not arrive from the source: its pulse id jumped"],
  ["publish_failed", "at the picture server", "pictures that Redis did not accept"],
  ["pulses_lost", "values", "pulses whose values did not fit into a picture's message"],
  ["dropped", "on the line to this screen", "pictures that the web server dropped: the line was busy"],
];
/** Counters of this page. @type {[string, string, string][]} */
const PAGE_COUNTERS = [
  ["skipped", "in this computer", "pictures that arrived, but were not drawn: a newer one was there"],
  ["disordered", "out of order", "pictures that arrived after a newer one"],
  ["unreadable", "unreadable", "pictures that this page could not decode"],
];

export class Losses {
  /** @type {Map<string, {last: number, lost: number}>} */
  #counters = new Map();

  /**
   * @param {Record<string, any> | null} status of the stream
   * @param {Record<string, any>} counts of this page
   * @returns {{total: number, losses: Loss[]}} all losses, also those of which there are none
   */
  update(status, counts) {
    const losses = [
      ...STATUS_COUNTERS.map((counter) => this.#loss(counter, this.#sinceOpened(counter[0], status?.[counter[0]]))),
      ...PAGE_COUNTERS.map((counter) => this.#loss(counter, Number(counts[counter[0]]) || 0)),
    ];
    return { total: losses.reduce((sum, { count }) => sum + count, 0), losses };
  }

  /** @param {[string, string, string]} counter @param {number} count @returns {Loss} */
  #loss([, name, explanation], count) {
    return { name, count, explanation };
  }

  /** Count on from the first value; a smaller one is that of a counter that starts again. */
  #sinceOpened(/** @type {string} */ name, /** @type {unknown} */ value) {
    if (typeof value !== "number" || !Number.isFinite(value)) {
      return this.#counters.get(name)?.lost ?? 0;
    }
    const counter = this.#counters.get(name) ?? { last: name === "dropped" ? 0 : value, lost: 0 };
    counter.lost += value >= counter.last ? value - counter.last : value;
    counter.last = value;
    this.#counters.set(name, counter);
    return counter.lost;
  }
}
