/** The streams of the overview: what its filters have, what is searched, what a tile says in small. Pure. */

import { NO_VALUE } from "../lib/format.js";
import { textFor } from "../stream/state-messages.js";

/**
 * @typedef {object} Entry
 * @property {string} stream
 * @property {boolean} isBoard
 * @property {boolean} isNotLive
 * @property {string} about one line: the source of its data
 * @property {string[]} titles of the first cards of a board
 */

/** @type {Record<string, (entry: Entry) => boolean>} */
export const FILTERS = {
  "not-live": ({ isNotLive }) => isNotLive,
  cameras: ({ isBoard }) => !isBoard,
  boards: ({ isBoard }) => isBoard,
};

/** Return the entry of a stream. @param {Record<string, any>} status as of `/api/streams` @returns {Entry} */
export function entryOf(status) {
  const { stream, state, source, titles } = status;
  return {
    stream: String(stream),
    isBoard: status.kind === "board",
    isNotLive: textFor(String(state), /** @type {any} */ ({ stream, status, drawnS: null })).tone === "bad",
    about: String(source || NO_VALUE),
    titles: Array.isArray(titles) ? titles.map(String) : [],
  };
}

/**
 * Return the entries after newer statuses. A board stays one while nothing runs for it, and a stream that is not
 * among them any more is not live.
 * @param {Map<string, Entry>} before
 * @param {Record<string, any>[]} statuses of all known streams; empty: the server did not answer
 */
export function mergeEntries(before, statuses) {
  if (statuses.length === 0) {
    return before;
  }
  const entries = new Map([...before].map(([stream, entry]) => [stream, { ...entry, isNotLive: true }]));
  for (const status of statuses) {
    const entry = entryOf(status);
    entries.set(entry.stream, { ...entry, isBoard: entry.isBoard || before.get(entry.stream)?.isBoard === true });
  }
  return entries;
}

/** Return the texts of a stream that are searched. @param {Entry} entry */
export function textsOf({ stream, about, titles }) {
  return [stream, about, ...titles];
}
