/**
 * The texts for each state of a stream: bsread, video, and pictures that programs push. Pure.
 *
 * `reason`, `title` and `action` are for whoever looks at the picture; `cause` is for whoever repairs it, and
 * stands below the others, folded.
 */

import { NO_VALUE } from "../lib/format.js";

/**
 * @typedef {import("./state.js").Facts} Facts
 * @typedef {Omit<import("./state.js").StateMessage, "state" | "mode">} StateText
 * @typedef {Record<string, (facts: Facts) => StateText>} StateTexts
 */

/** @param {string} state @param {Facts} facts @returns {StateText} */
export function textFor(state, facts) {
  const special = BY_MODE.get(facts.status?.mode) ?? {};
  const texts = Object.hasOwn(special, state) ? special : TEXTS;
  return (Object.hasOwn(texts, state) ? texts[state] : TEXTS.unknown)(facts);
}

/** Of a live stream of which no picture was seen yet. */
export const FIRST_PICTURE = text(
  ["Waiting", "wait", "waiting for data"],
  "Waiting for the first picture",
  "",
  "It appears as soon as the source sends it.",
);

/** Of a live stream without pictures, where only these are shown. */
export const VALUES_ONLY = text(
  ["No picture", "wait", "values only"],
  "This stream has no picture",
  "",
  "Open it to see its values.",
);

/** Of a board in place of a camera. */
export const BOARD_STREAM = text(
  ["No picture", "wait", "a board"],
  "This stream is a board and has no picture",
  "",
  "Open it to see its cards.",
);

/** Of a picture that programs push to a board: its stream has no ingest, or is not known. */
export const NO_PUSH_SOURCE = text(
  ["No source", "bad", "no source"],
  "This picture has no source",
  "It appears with the next push while python -m ingest.push runs.",
  "It appears when a program pushes it.",
);

/** @type {StateTexts} */
const TEXTS = {
  live: () => text(["Live", "good", ""], "Live", "", ""),
  frozen: () =>
    text(["Frozen", "wait", "frozen"], "The picture is frozen", "", "The stream continues. Press “Go on” to resume."),
  opening: () => text(["Connecting", "wait", "connecting"], "Connecting to the server", "", "This takes a moment."),
  unreachable: () =>
    text(
      ["No connection", "bad", "web server lost"],
      "The web server does not answer",
      "The connection was refused or timed out: the web worker may be restarting, or this screen lost its network.",
      "The page reconnects by itself. If this lasts, check this computer's network.",
    ),
  logged_out: () =>
    text(
      ["Logged out", "wait", "logged out"],
      "You are logged out",
      "The login expired or was ended.",
      "Log in again. After a login in another tab, the picture returns by itself.",
    ),
  turned_away: ({ refusal }) =>
    text(
      ["Refused", "bad", "server full"],
      refusal?.error || "The server is full",
      refusal?.hint || "",
      "The page tries again by itself.",
    ),
  quiet: () =>
    text(
      ["No connection", "bad", "web server lost"],
      "Nothing arrives from the web server",
      "The connection is open, but interrupted or congested, or the web worker hangs.",
      "The page continues by itself when the server answers. If this lasts, check this computer's network.",
    ),
  hidden: () =>
    text(["Paused", "wait", "paused"], "Paused while this tab is hidden", "", "It continues when the tab is visible."),
  refused: ({ refusal, stream }) =>
    refusal?.part === "stream"
      ? text(
          ["No source", "bad", "unknown stream"],
          `No stream is called “${stream}”`,
          `No ingest process has run for it. Start one with: python -m ingest --source ADDRESS --stream ${stream} ` +
            `(${refusal.hint})`,
          "Check the name. If it is right, the picture appears as soon as its source is started.",
        )
      : text(
          ["Refused", "bad", "refused"],
          refusal?.error || "The server refused this stream",
          refusal?.hint || "",
          "The page tries again every second.",
        ),
  first_frame: (facts) =>
    isPictured(facts) ? { ...FIRST_PICTURE, title: "Waiting for the next picture" } : FIRST_PICTURE,
  no_ingest: ({ stream }) =>
    text(
      ["No source", "bad", "camera service down"],
      "The camera's Beamcast service is not running",
      `No ingest process feeds the stream “${stream}”: it was not started, was just stopped, or feeds a stream ` +
        `of another name. Start it with: python -m ingest --stream ${stream}. If it should be running, check its log.`,
      "The picture returns by itself when the service is started.",
    ),
  connecting: ({ status }) =>
    text(
      ["No source", "bad", "source lost"],
      "The camera does not answer",
      `No connection to ${source(status)}: the camera's server is not running, the address or port is ` +
        "wrong (BEAMCAST_SOURCE), or a firewall blocks it.",
      "Check that the camera and its server are on. The picture appears by itself.",
    ),
  waiting: ({ status }) =>
    text(
      ["Waiting", "wait", "source stopped"],
      "The camera is connected, but sends nothing",
      `${source(status)} accepts connections, but has sent no message.`,
      "Start the acquisition, or check the trigger.",
    ),
  silent: ({ status }) =>
    text(
      ["Stalled", "bad", "source stopped"],
      "The source stopped sending",
      `The connection to ${source(status)} is open.`,
      "Check the acquisition and the trigger of the camera. The picture goes on by itself when it sends again.",
    ),
  lost: ({ status }) =>
    text(
      ["Source lost", "bad", "source lost"],
      "The connection to the camera was lost",
      `The camera's server at ${source(status)} was stopped or restarted, or its network failed.`,
      "Check the camera's server and its network. The picture returns by itself.",
    ),
  mismatch: ({ status }) =>
    text(
      ["Wrong source", "bad", "wrong source"],
      "The source is not a camera stream",
      `${source(status)} accepts connections, but is neither a PUB nor a PUSH socket of bsread. ` +
        "Check the port and the mode of ingest (BEAMCAST_MODE=auto detects it).",
      "Somebody has to correct the source's address.",
    ),
  closed: ({ status }) =>
    text(
      ["Opening", "wait", "opening the source"],
      "Opening the source",
      `${source(status)} is open only while somebody watches.`,
      "The picture appears by itself.",
    ),
  broker_lost: (facts) =>
    text(
      ["No pictures", "bad", "picture server down"],
      `${isPictured(facts) ? "No new pictures" : "No pictures"}: the picture server is down`,
      "Redis was stopped or is restarting, or the network between it and the web server failed.",
      "It recovers by itself.",
    ),
  stalled: ({ status, drawnS }) =>
    text(
      ["Stalled", "bad", "pictures stopped"],
      drawnS === null ? "No pictures arrive" : "Pictures stopped arriving",
      status?.message
        ? `The source is reported live, but: ${status.message}`
        : "The source is reported live, so the fault is likely after it: " +
            "ingest or Redis is overloaded, or the connection to this screen is interrupted. " +
            "See the rates under “Source” and the log of ingest.",
      "The camera is sending. The picture goes on by itself when pictures arrive.",
    ),
  unreadable: () =>
    text(
      ["Unreadable", "bad", "pictures unreadable"],
      "Pictures arrive, but this page cannot read them",
      "The page may be older than the server, or the frames are damaged in transit. The browser's console has " +
        "the error.",
      "Reload the page.",
    ),
  late: ({ isPageSlow }) =>
    isPageSlow
      ? text(
          ["Late", "bad", "computer too slow"],
          "The picture is late: this computer is too slow for it",
          "Frames arrive in time, but are drawn late.",
          "Close other pages and programs, make the window smaller, or end averages and regions.",
        )
      : text(
          ["Late", "bad", "line too slow"],
          "The picture is late: the line to this screen is too slow for it",
          "Frames arrive late over this connection.",
          "Use a faster network, or choose a smaller picture under “This screen”.",
        ),
  unknown: ({ status }) =>
    text(
      ["Waiting", "wait", "state unknown"],
      `The stream's state is “${status?.state}”`,
      "This page does not know this state; see docs/protocol.md. It may be older than the server.",
      "Reload the page.",
    ),
};

/** @type {StateTexts} */
const VIDEO_TEXTS = {
  connecting: ({ status }) =>
    text(
      ["No source", "bad", "source lost"],
      "The camera cannot be opened",
      `${source(status)} does not answer or does not exist (BEAMCAST_SOURCE).`,
      "Switch the camera on, or start the sender. The picture appears by itself.",
    ),
  waiting: ({ status }) =>
    text(
      ["Waiting", "wait", "source stopped"],
      "The camera is open, but sends nothing",
      `${source(status)} answers, but has sent no picture: it may be stopped or about to start.`,
      "Check the camera or the sender.",
    ),
  mismatch: ({ status }) =>
    text(
      ["Wrong source", "bad", "wrong source"],
      "The source cannot be shown",
      `${source(status)} is not a video, or not one that can be decoded (BEAMCAST_SOURCE).`,
      "Somebody has to correct the source's address, or the camera's settings.",
    ),
};

/** @type {StateTexts} */
const PUSH_TEXTS = {
  waiting: (facts) =>
    text(
      ["Waiting", "wait", "waiting for data"],
      isPictured(facts) ? "No newer picture" : "No picture yet",
      "Nothing has been pushed since the board was started.",
      "It appears with the next push.",
    ),
  stalled: (facts) =>
    facts.status?.fps_in > 1 // one should have arrived
      ? TEXTS.stalled(facts)
      : text(
          ["Waiting", "wait", isPictured(facts) ? "no newer picture" : "waiting for data"],
          isPictured(facts) ? "No newer picture" : "No picture yet",
          "A picture is shown when it is pushed; earlier ones are not stored.",
          "It appears with the next push.",
        ),
};

/** @type {Map<unknown, StateTexts>} by the status's mode */
const BY_MODE = new Map([["video", VIDEO_TEXTS], ["push", PUSH_TEXTS]]);

/**
 * @param {[badge: string, tone: StateText["tone"], reason: string]} short
 * @param {string} title
 * @param {string} cause
 * @param {string} action
 * @returns {StateText}
 */
function text([badge, tone, reason], title, cause, action) {
  return { badge, tone, reason, title, cause, action };
}

/** Whether a picture is displayed, of this watch or an earlier one. @param {Facts} facts */
function isPictured({ hasPicture, drawnS }) {
  return hasPicture ?? drawnS !== null;
}

/** @param {Facts["status"]} status @returns {string} */
function source(status) {
  return status?.source || NO_VALUE;
}
