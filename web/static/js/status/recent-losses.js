/** What each stream lost in the last minute, from counters that are read now and then. Pure. */

import { STATUS_COUNTERS } from "../stream/losses.js";
import { formatCount } from "../lib/format.js";

const WINDOW_S = 60;
const MAX_GAP_S = 15; // after a longer one nobody knows when the counter rose
/** @type {[string, string, string][]} counter, name, explanation */
const COUNTERS = [
  ...STATUS_COUNTERS,
  ["withheld", "withheld", "frames that ingest did not publish: another may hold the stream's name"],
];

/** @typedef {Record<string, number>} Counts by counter */

export class RecentLosses {
  /** @type {Map<string, {atS: number, counts: Counts, rises: {atS: number, counts: Counts}[]}>} */
  #streams = new Map();

  /**
   * Take the counters of all streams; those that are missing are forgotten.
   * @param {Map<string, Counts>} streams their counters, which only rise unless they start again
   * @param {number} nowS
   */
  update(streams, nowS) {
    for (const stream of this.#streams.keys()) {
      if (!streams.has(stream)) {
        this.#streams.delete(stream);
      }
    }
    for (const [stream, counts] of streams) {
      const before = this.#streams.get(stream);
      const isKnown = before !== undefined && nowS - before.atS <= MAX_GAP_S;
      const rise = isKnown ? riseOf(before.counts, counts) : {};
      const rises = (before?.rises ?? []).filter(({ atS }) => nowS - atS < WINDOW_S);
      if (Object.keys(rise).length) {
        rises.push({ atS: nowS, counts: rise });
      }
      this.#streams.set(stream, { atS: nowS, counts, rises });
    }
  }

  /** Return what a stream lost in the last minute; empty: nothing. @param {string} stream @returns {Counts} */
  of(stream) {
    /** @type {Counts} */
    const sum = {};
    for (const { counts } of this.#streams.get(stream)?.rises ?? []) {
      for (const [name, count] of Object.entries(counts)) {
        sum[name] = (sum[name] ?? 0) + count;
      }
    }
    return sum;
  }
}

/** A counter that is smaller than before started again. @param {Counts} before @param {Counts} counts */
function riseOf(before, counts) {
  const rises = Object.entries(counts).map(([name, count]) => {
    const last = before[name] ?? 0;
    return [name, count >= last ? count - last : count];
  });
  return Object.fromEntries(rises.filter(([, rise]) => Number(rise) > 0));
}

/** Return the sentences about losses. @param {Counts} counts not empty @returns {{cause: string, cure: string}} */
export function lossText(counts) {
  const names = Object.keys(counts);
  const total = names.reduce((sum, name) => sum + counts[name], 0);
  const parts = names.map((name) => {
    const [, where = name.replace(/_/g, " "), why = ""] = COUNTERS.find(([counter]) => counter === name) ?? [];
    const text = names.length > 1 ? `${formatCount(counts[name])} ${where}` : capitalize(where);
    return `${text}${why && `: ${why}`}.`;
  });
  return { cause: `${formatCount(total)} lost in the last minute.`, cure: parts.join(" ") };
}

/** @param {string} text */
function capitalize(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
