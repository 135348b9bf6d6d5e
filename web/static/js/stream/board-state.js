/**
 * The state of a board, and its texts: as state.js for a picture, except that nothing has to arrive
 * regularly: a board without new messages is not an error. Pure.
 */

import { QUIET_AFTER_S, messageFor, withoutWatch } from "./state.js";

const UNREADABLE_S = 2;

/**
 * @typedef {import("./state.js").Facts} Facts
 * @typedef {import("./state.js").StateMessage} StateMessage
 */

/** Determine a board's state and its texts. @param {Facts} facts @returns {StateMessage} */
export function describeBoard(facts) {
  const state = stateOf(facts);
  return { ...messageFor(state, facts), ...BOARD_TEXTS[state]?.(facts) };
}

/** @param {Facts} facts */
function stateOf(facts) {
  const { connection, status, statusS, watchingS, unreadableS } = facts;
  if (connection !== "watching") {
    return withoutWatch(facts);
  }
  if ((statusS ?? watchingS) > QUIET_AFTER_S) {
    return "quiet";
  }
  if (status && status.state !== "live") {
    return String(status.state);
  }
  return unreadableS !== null && unreadableS <= UNREADABLE_S ? "unreadable" : "live";
}

/** Where a board's texts differ from a stream's. @type {Record<string, (facts: Facts) => Partial<StateMessage>>} */
const BOARD_TEXTS = {
  asking: () => ({
    badge: "Connecting",
    tone: "wait",
    title: "Requesting the board",
    cause: "",
    action: "This takes a moment.",
  }),
  logged_out: () => ({
    action: "Log in again. After a login in another tab, the board returns automatically.",
  }),
  refused: ({ refusal, stream }) =>
    refusal?.part === "stream"
      ? {
          title: `No board is called “${stream}”`,
          cause:
            "No ingest process has run for it. " +
            `Start one with: python -m ingest.push --board ${stream} (${refusal.hint})`,
          action: "The board then appears automatically.",
        }
      : { title: refusal?.error || "The server refused this board" },
  no_ingest: ({ stream }) => ({
    title: "The board's Beamcast service is not running",
    cause:
      `No ingest process feeds the board “${stream}”: it was not started, was just stopped, or feeds a board of ` +
      `another name. Start it with: python -m ingest.push --board ${stream}. If it should be running, check its log.`,
    reason: "board service down",
    action: "The board continues by itself when the service is started.",
  }),
  waiting: ({ status, hasPicture }) => ({
    reason: "nothing pushed yet",
    title: `Waiting for the ${hasPicture ? "next" : "first"} message`,
    cause:
      `Nothing has been pushed yet. Programs push to ${status?.source || "the board's ingest"}.` +
      (status?.source ? ` To try it: curl -d '{"id": "Test", "value": 1}' ${status.source}` : ""),
    action: hasPicture
      ? "Each card changes with its next message."
      : "Each card appears automatically with its first message.",
  }),
  broker_lost: () => ({
    badge: "No updates",
    reason: "message server down",
    title: "No updates: the message server is down",
  }),
  turned_away: () => ({ action: "The page tries again by itself." }),
  unreadable: () => ({
    reason: "messages unreadable",
    title: "Messages arrive, but this page cannot read them",
    cause: "The page may be older than the server, or the messages are damaged in transit.",
  }),
};
