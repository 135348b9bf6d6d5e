/**
 * What there is to say about the picture: one state, a badge, and the words that stand in the
 * picture whenever it is not live. Pure: what is known goes in, what to show comes out.
 */

import { textFor } from "./state-messages.js";

const STALLED_AFTER_S = 2;
const STALLED_AFTER_PERIODS = 3;
const UNDER_WAY_S = 0.5; // a frame that comes so soon after bad news was sent before it
export const QUIET_AFTER_S = 5; // the server tells the status about once a second

/**
 * @typedef {"opening" | "unreachable" | "logged_out" | "turned_away" | "hidden" | "asking" | "refused" | "watching"} Link
 *
 * @typedef {object} Known times are seconds; null: never
 * @property {string} stream
 * @property {Link} link
 * @property {{error: string, hint: string, part?: string} | null} refusal why the server does not let us watch
 * @property {Record<string, any> | null} status the last status of the stream
 * @property {number | null} statusS since it came
 * @property {number} stateS since the status changed to the state that it has
 * @property {number} watchingS since the server accepted this watch
 * @property {number | null} drawnS since a frame of this watch was last shown
 * @property {number | null} unreadableS since one came that could not be shown
 * @property {number | null} ageS of the frame that is shown, since the server received it
 * @property {number | null} periodS the usual distance of two frames
 * @property {boolean} [frozen] somebody holds the frame that is shown
 *
 * @typedef {object} StateMessage
 * @property {string} state for programs: `live`, a status state, or one of this file's own
 * @property {string} badge
 * @property {"good" | "wait" | "bad"} tone
 * @property {string} title what happened
 * @property {string} cause why, in the words of whoever saw it, or else why it likely is
 * @property {string} action what to do
 */

/** @param {Known} known @returns {StateMessage} */
export function describe(known) {
  return messageFor(stateOf(known), known);
}

/** What there is to say in a state. @param {string} state @param {Known} known @returns {StateMessage} */
export function messageFor(state, known) {
  const { message } = known.link === "watching" && known.status?.state === state ? known.status : {};
  return { state, ...textFor(state, known), ...(typeof message === "string" && message && { cause: message }) };
}

/** How long after a frame the next one is missed. @param {number | null} periodS */
export function stalledAfterS(periodS) {
  return Math.max(STALLED_AFTER_S, STALLED_AFTER_PERIODS * (periodS ?? 0));
}

/**
 * Whether a status has the numbers of now: the source's state and rates, the viewers.
 * @param {Record<string, any> | null} status
 * @param {number | null} statusS since it came
 */
export function isStatusCurrent(status, statusS) {
  const { state } = status ?? {};
  return statusS !== null && statusS <= QUIET_AFTER_S && state !== "broker_lost" && state !== "no_ingest";
}

/** @param {Known} known @returns {string} */
function stateOf(known) {
  if (known.link === "asking") {
    return "first_frame";
  }
  if (known.link !== "watching") {
    return known.link;
  }
  const limitS = stalledAfterS(known.periodS);
  const { drawnS, unreadableS, ageS, statusS } = known;
  const drawing = drawnS !== null && drawnS <= limitS;
  const told = known.status?.state ?? "live";
  if (told !== "live" && !(drawing && drawnS < statusS - UNDER_WAY_S)) {
    return statusS > QUIET_AFTER_S ? "quiet" : told;
  }
  if (drawing) {
    return known.frozen ? "frozen" : ageS !== null && ageS > limitS ? "late" : "live";
  }
  if (unreadableS !== null && unreadableS <= limitS) {
    return "unreadable";
  }
  if ((statusS ?? known.watchingS) > QUIET_AFTER_S) {
    return "quiet";
  }
  return Math.min(known.watchingS, known.stateS) <= limitS ? "first_frame" : "stalled";
}

/**
 * What takes the page's main place.
 * @param {{image: boolean, imageS: number | null, curves: boolean}} has whether the newest frame has
 *   an image; seconds since the last one that had; whether it has waveforms
 * @returns {"picture" | "curves" | "values"}
 */
export function chooseLayout({ image, imageS, curves }) {
  if (image || (imageS !== null && imageS < STALLED_AFTER_S)) {
    return "picture"; // one image missing moves nothing; an old one does not stay
  }
  return curves ? "curves" : "values";
}
