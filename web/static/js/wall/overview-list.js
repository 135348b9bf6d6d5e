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

/** Return the texts of a stream that are searched. @param {Entry} entry */
export function textsOf({ stream, about, titles }) {
  return [stream, about, ...titles];
}
