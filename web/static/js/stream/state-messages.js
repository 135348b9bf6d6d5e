/** The texts for each state of a stream: bsread, video, and pictures that programs push. Pure. */

import { NO_VALUE } from "../lib/format.js";

/**
 * @typedef {import("./state.js").Facts} Facts
 * @typedef {Omit<import("./state.js").StateMessage, "state">} StateText
 * @typedef {Record<string, (facts: Facts) => StateText>} StateTexts
 */

/** @param {string} state @param {Facts} facts @returns {StateText} */
export function textFor(state, facts) {
  const special = BY_MODE.get(facts.status?.mode) ?? {};
  const texts = Object.hasOwn(special, state) ? special : TEXTS;
  return (Object.hasOwn(texts, state) ? texts[state] : TEXTS.unknown)(facts);
}

/** @type {StateTexts} */
const TEXTS = {
  live: () => text("Live", "good", "Live", "", ""),
  frozen: () =>
    text(
      "Frozen",
      "wait",
      "The picture is frozen",
      "",
      "The stream continues. Press Freeze or the space bar to resume.",
    ),
  opening: () => text("Connecting", "wait", "Connecting to the server", "", "This takes a moment."),
  unreachable: () =>
    text(
      "No connection",
      "bad",
      "The server does not answer",
      "It may be restarting, or this screen lost its network.",
      "The page retries automatically. If this lasts, check this computer's network, " +
        "then that the Beamcast web server is running.",
    ),
  logged_out: () =>
    text(
      "Logged out",
      "wait",
      "You are logged out",
      "The login expired or was ended.",
      "Log in again. After a login in another tab, the picture returns automatically.",
    ),
  turned_away: ({ refusal }) =>
    text(
      "Refused",
      "bad",
      refusal?.error || "The server is full",
      refusal?.hint || "",
      "The page retries automatically.",
    ),
  quiet: () =>
    text(
      "No connection",
      "bad",
      "Nothing arrives from the server",
      "The connection to the server is interrupted or congested, or the server hangs.",
      "The page continues automatically when the server answers. If this lasts, check the network, " +
        "then the web server.",
    ),
  hidden: () => text("Paused", "wait", "Paused while this tab is hidden", "", "It continues when the tab is visible."),
  refused: ({ refusal, stream }) =>
    refusal?.part === "stream"
      ? text(
          "No source",
          "bad",
          `No stream is called “${stream}”`,
          `No ingest process has run for it. Start one with: python -m ingest --source ADDRESS --stream ${stream} ` +
            `(${refusal.hint})`,
          "The picture then appears automatically.",
        )
      : text(
          "Refused",
          "bad",
          refusal?.error || "The server refused this stream",
          refusal?.hint || "",
          "The page retries every second.",
        ),
  first_frame: () =>
    text("Waiting", "wait", "Waiting for the first frame", "", "It appears as soon as the source sends it."),
  no_ingest: ({ stream }) =>
    text(
      "No source",
      "bad",
      `No ingest process feeds the stream “${stream}”`,
      "It is not running, was just stopped, or feeds a stream of another name. " +
        `Start it with: python -m ingest --stream ${stream}`,
      "If it should be running, check its log. The picture returns automatically.",
    ),
  connecting: ({ status }) =>
    text(
      "No source",
      "bad",
      "Nothing answers at the source's address",
      `No connection to ${source(status)}: the camera's server is not running, the address or port is ` +
        "wrong, or a firewall blocks it.",
      "Start the camera's server, or correct the address (BEAMCAST_SOURCE). " +
        "The picture appears automatically.",
    ),
  waiting: ({ status }) =>
    text(
      "Waiting",
      "wait",
      "Connected to the source, no message yet",
      `${source(status)} accepts connections but sends nothing: the camera may be stopped or waiting for a trigger.`,
      "Start the acquisition, or check the trigger.",
    ),
  silent: ({ status }) =>
    text(
      "Stalled",
      "bad",
      "The source stopped sending",
      `The connection to ${source(status)} is open, but the camera may be stopped, or its trigger is missing.`,
      "Check the acquisition and the trigger. The picture continues automatically.",
    ),
  lost: ({ status }) =>
    text(
      "Source lost",
      "bad",
      "The connection to the source was lost",
      `The camera's server at ${source(status)} was stopped or restarted, or its network failed.`,
      "Check that server and the network to it. The picture returns automatically.",
    ),
  mismatch: ({ status }) =>
    text(
      "Wrong source",
      "bad",
      "The source is not a bsread stream",
      `${source(status)} accepts connections, but is neither a PUB nor a PUSH socket.`,
      "Check the port and the mode of ingest (BEAMCAST_MODE=auto detects it).",
    ),
  closed: ({ status }) =>
    text(
      "Opening",
      "wait",
      "Opening the source",
      `${source(status)} is open only while somebody watches.`,
      "The picture appears automatically.",
    ),
  broker_lost: () =>
    text(
      "Broker lost",
      "bad",
      "The server cannot work with Redis",
      "Redis was stopped or is restarting, or the network between it and the web server failed.",
      "The picture returns automatically when Redis works.",
    ),
  stalled: ({ status, drawnS }) =>
    text(
      "Stalled",
      "bad",
      drawnS === null ? "No frame arrives" : "Frames stopped arriving",
      status?.message
        ? `The source is reported live, but: ${status.message}`
        : "The source is reported live, so the fault is likely after it: " +
            "ingest or Redis is overloaded, or the connection to this screen is interrupted.",
      "The picture continues automatically when frames arrive. If this lasts, check the rates under “Source” " +
        "and the log of ingest.",
    ),
  unreadable: () =>
    text(
      "Unreadable",
      "bad",
      "Frames arrive, but this page cannot read them",
      "The page may be older than the server, or the frames are damaged in transit.",
      "Reload the page. If this lasts, see the browser's console for the error.",
    ),
  late: () =>
    text(
      "Late",
      "bad",
      "The picture is delayed",
      "Frames arrive late: the connection to this screen, or this computer, is too slow for them.",
      "Close other demanding pages, or use a faster connection.",
    ),
  unknown: ({ status }) =>
    text("Waiting", "wait", `The stream's state is “${status?.state}”`, "", "See docs/protocol.md."),
};

/** @type {StateTexts} */
const VIDEO_TEXTS = {
  connecting: ({ status }) =>
    text(
      "No source",
      "bad",
      "The source cannot be opened",
      `${source(status)} does not answer or does not exist.`,
      "Switch the camera on, start the sender, or correct the address (BEAMCAST_SOURCE). " +
        "The picture appears automatically.",
    ),
  waiting: ({ status }) =>
    text(
      "Waiting",
      "wait",
      "The source is open, no picture yet",
      `${source(status)} answers, but has sent no picture: it may be stopped or about to start.`,
      "Check the camera or the sender.",
    ),
  mismatch: ({ status }) =>
    text(
      "Wrong source",
      "bad",
      "The source cannot be shown",
      `${source(status)} is not a video, or not one that can be decoded.`,
      "Correct the source's address (BEAMCAST_SOURCE), or the camera's settings.",
    ),
};

/** @type {StateTexts} */
const PUSH_TEXTS = {
  waiting: () =>
    text(
      "Waiting",
      "wait",
      "No picture yet",
      "Nothing has been pushed since the board was started.",
      "It appears with the next push.",
    ),
  stalled: (facts) =>
    facts.status?.fps_in > 1 // one should have arrived
      ? TEXTS.stalled(facts)
      : text(
          "Waiting",
          "wait",
          facts.drawnS === null ? "No picture yet" : "No newer picture",
          "A picture is shown when it is pushed; earlier ones are not stored.",
          "It appears with the next push.",
        ),
};

/** @type {Map<unknown, StateTexts>} by the status's mode */
const BY_MODE = new Map([["video", VIDEO_TEXTS], ["push", PUSH_TEXTS]]);

/**
 * @param {string} badge
 * @param {StateText["tone"]} tone
 * @param {string} title
 * @param {string} cause
 * @param {string} action
 * @returns {StateText}
 */
function text(badge, tone, title, cause, action) {
  return { badge, tone, title, cause, action };
}

/** @param {Facts["status"]} status @returns {string} */
function source(status) {
  return status?.source || NO_VALUE;
}
