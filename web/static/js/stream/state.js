/**
 * The state of a stream as this page sees it, and its message: the badge, and the texts that say why
 * it is not live. Pure.
 */

import { textFor } from "./state-messages.js";

const STALLED_AFTER_S = 2;
const STALLED_AFTER_PERIODS = 3;
const IN_FLIGHT_S = 0.5; // a frame that arrives so soon after a bad status was sent before it
export const QUIET_AFTER_S = 5; // the server sends the status about once a second

/**
 * @typedef {"opening" | "unreachable" | "logged_out" | "turned_away" | "hidden" | "asking" | "refused" |
 *   "watching"} ConnectionState
 *
 * @typedef {{error: string, hint: string, part?: string}} Refusal why the server refuses; `part`: what in the
 *   request is wrong
 *
 * @typedef {object} Facts times are seconds; null: never
 * @property {string} stream
 * @property {ConnectionState} connection
 * @property {Refusal | null} refusal
 * @property {Record<string, any> | null} status the last status of the stream
 * @property {number | null} statusS since the last status arrived
 * @property {number} stateS since the status changed to its present state
 * @property {number} watchingS since the server accepted this watch
 * @property {number | null} drawnS since a frame of this watch was last drawn
 * @property {number | null} unreadableS since a frame arrived that could not be drawn
 * @property {boolean} [hasPicture] whether a picture is displayed, of this watch or an earlier one; of a
 *   board: cards
 * @property {number | null} [ageS] of the displayed frame, since the server received it
 * @property {number | null} [periodS] the usual time between two frames
 * @property {boolean} [frozen] whether the viewer froze the picture
 * @property {boolean} [isPageSlow] whether this computer, not the connection, is too slow
 *
 * @typedef {object} StateMessage
 * @property {string} state for programs: `live`, a state of the status, or one that only the page knows
 * @property {string} badge
 * @property {"good" | "wait" | "bad"} tone
 * @property {string} reason why it is not live, in at most three words
 * @property {string} title what happened
 * @property {string} cause technical detail: as reported by the server, or else the likely cause
 * @property {string} action what to do
 * @property {unknown} mode how the source sends, as in the status
 */

/** Determine a stream's state and its texts. @param {Facts} facts @returns {StateMessage} */
export function describe(facts) {
  return messageFor(stateOf(facts), facts);
}

/** Return the message for a state. @param {string} state @param {Facts} facts @returns {StateMessage} */
export function messageFor(state, facts) {
  const { message } = (facts.connection === "watching" && facts.status?.state === state && facts.status) || {};
  const { mode } = facts.status ?? {};
  return { state, mode, ...textFor(state, facts), ...(typeof message === "string" && message && { cause: message }) };
}

/** Return how long after a frame the next one is overdue. @param {number | null} [periodS] */
export function stalledAfterS(periodS) {
  return Math.max(STALLED_AFTER_S, STALLED_AFTER_PERIODS * (periodS ?? 0));
}

/**
 * Whether the numbers of a status are current: the source's state and rates, the viewers.
 * @param {Record<string, any> | null} status
 * @param {number | null} statusS since it arrived
 */
export function isStatusCurrent(status, statusS) {
  const { state } = status ?? {};
  return statusS !== null && statusS <= QUIET_AFTER_S && state !== "broker_lost" && state !== "no_ingest";
}

/** Return the state of a page that watches nothing. @param {Pick<Facts, "connection" | "refusal">} facts @returns {string} */
export function withoutWatch({ connection, refusal }) {
  return connection === "refused" && refusal?.part === "redis" ? "broker_lost" : connection;
}

/** @param {Facts} facts @returns {string} */
function stateOf(facts) {
  if (facts.connection === "asking") {
    return "first_frame";
  }
  if (facts.connection !== "watching") {
    return withoutWatch(facts);
  }
  const limitS = stalledAfterS(facts.periodS);
  const { drawnS, unreadableS, ageS = null, statusS, watchingS } = facts;
  const isDrawing = drawnS !== null && drawnS <= limitS;
  const reported = facts.status?.state ?? "live";
  const sinceStatusS = statusS ?? 0; // a status of an earlier watch counts as new
  if (reported !== "live" && !(isDrawing && drawnS < sinceStatusS - IN_FLIGHT_S)) {
    return sinceStatusS > QUIET_AFTER_S ? "quiet" : reported;
  }
  if (isDrawing) {
    return facts.frozen ? "frozen" : ageS !== null && ageS > limitS ? "late" : "live";
  }
  if (unreadableS !== null && unreadableS <= limitS) {
    return "unreadable";
  }
  if ((statusS ?? watchingS) > QUIET_AFTER_S) {
    return "quiet";
  }
  return Math.min(watchingS, facts.stateS) <= limitS ? "first_frame" : "stalled";
}

/**
 * Choose what takes the main area of the page.
 * @param {{image: boolean, imageS: number | null, curves: boolean}} content whether the newest frame has
 *   an image; seconds since the last frame with one; whether it has waveforms
 * @returns {"picture" | "curves" | "values"}
 */
export function chooseLayout({ image, imageS, curves }) {
  if (image || (imageS !== null && imageS < STALLED_AFTER_S)) {
    return "picture"; // a single frame without an image does not change the layout
  }
  return curves ? "curves" : "values";
}
