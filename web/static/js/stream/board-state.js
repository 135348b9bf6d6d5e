/**
 * What there is to say about a board: as page/state.js about a picture, but that nothing has to come
 * all the time: a quiet board is no fault. Pure.
 */

import { QUIET_AFTER_S, messageFor } from "./state.js";

const UNREADABLE_S = 2;

/** @typedef {import("./state.js").Known} Known */

/** @param {Known} known @returns {import("./state.js").StateMessage} */
export function describeBoard(known) {
  const state = stateOf(known);
  return { ...messageFor(state, known), ...OWN[state]?.(known) };
}

/** @param {Known} known */
function stateOf({ link, status, statusS, watchingS, unreadableS }) {
  if (link !== "watching") {
    return link;
  }
  if ((statusS ?? watchingS) > QUIET_AFTER_S) {
    return "quiet";
  }
  if (status && status.state !== "live") {
    return String(status.state);
  }
  return unreadableS !== null && unreadableS <= UNREADABLE_S ? "unreadable" : "live";
}

/** @type {Record<string, (known: Known) => Partial<import("./state.js").StateMessage>>} */
const OWN = {
  asking: () => ({
    badge: "Connecting",
    tone: "wait",
    title: "Asking for the board",
    cause: "",
    action: "This takes a moment.",
  }),
  logged_out: () => ({
    action: "Log in again. If you do in another tab, the board comes back here by itself.",
  }),
  refused: ({ refusal, stream }) =>
    refusal?.part === "stream"
      ? {
          title: `No board is called “${stream}”`,
          cause: `None of that name has run; python -m ingest.push --board ${stream} starts one (${refusal.hint})`,
          action: "The board comes by itself then.",
        }
      : { title: refusal?.error || "The server does not show this board" },
  no_ingest: ({ stream }) => ({
    title: `Nothing feeds the board “${stream}”`,
    cause:
      "Its ingest process is not running, was just stopped, or feeds another name. " +
      `Start it with: python -m ingest.push --board ${stream}`,
    action: "If it should be running, look at its log. The board goes on by itself.",
  }),
  waiting: ({ status }) => ({
    title: "Waiting for the first message",
    cause: `Nothing has been pushed yet. Programs push to ${status?.source || "the board's ingest"}.`,
    action:
      "Each card appears by itself with its first message." +
      (status?.source ? ` To try it: curl -d '{"id": "Test", "value": 1}' ${status.source}` : ""),
  }),
  broker_lost: () => ({
    action: "The board comes back by itself when Redis works.",
  }),
  unreadable: () => ({
    title: "Messages arrive, but this page cannot read them",
    cause: "The page may be older than the server, or the messages are damaged on their way.",
  }),
};
