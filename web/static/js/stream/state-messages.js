/** What is said in each state: of bsread, a video, and a picture that programs push. Pure. */

import { NO_VALUE } from "../lib/format.js";

/**
 * @typedef {import("./state.js").Known} Known
 * @typedef {Omit<import("./state.js").StateMessage, "state">} Told
 */

/** @param {string} state @param {Known} known @returns {Told} */
export function textFor(state, known) {
  const own = OF.get(known.status?.mode) ?? {};
  const all = Object.hasOwn(own, state) ? own : TOLD;
  return (Object.hasOwn(all, state) ? all[state] : TOLD.unknown)(known);
}

/** @type {Record<string, (known: Known) => Told>} */
const TOLD = {
  live: () => say("Live", "good", "Live", "", ""),
  frozen: () =>
    say("Frozen", "wait", "This picture is held", "", "The stream goes on. Press Freeze or the space bar to go on."),
  opening: () =>
    say("Connecting", "wait", "Connecting to the server", "", "This takes a moment."),
  unreachable: () =>
    say(
      "No connection",
      "bad",
      "The server does not answer",
      "It may be restarting, or this screen lost its network.",
      "The page keeps trying by itself. If this lasts, check the network of this computer, " +
        "then that the Beamcast web server runs.",
    ),
  logged_out: () =>
    say(
      "Logged out",
      "wait",
      "You are logged out",
      "The login has ended: its time was over, or somebody ended it.",
      "Log in again. If you do in another tab, the picture comes back here by itself.",
    ),
  turned_away: ({ refusal }) =>
    say(
      "Refused",
      "bad",
      refusal?.error || "The server takes no more viewers",
      refusal?.hint || "",
      "The page tries again by itself.",
    ),
  quiet: () =>
    say(
      "No connection",
      "bad",
      "Nothing comes from the server any more",
      "The line to the server is cut or congested, or the server hangs.",
      "The page goes on by itself when it answers. If this lasts, check the network, then the web server.",
    ),
  hidden: () =>
    say("Paused", "wait", "Paused while this tab is hidden", "", "It goes on when the tab is seen."),
  refused: ({ refusal, stream }) =>
    refusal?.part === "stream"
      ? say(
          "No source",
          "bad",
          `No stream is called “${stream}”`,
          `No ingest of that name has run; python -m ingest --source ADDRESS --stream ${stream} starts one ` +
            `(${refusal.hint})`,
          "The picture comes by itself then.",
        )
      : say(
          "Refused",
          "bad",
          refusal?.error || "The server does not show this stream",
          refusal?.hint || "",
          "The page asks again every second.",
        ),
  first_frame: () =>
    say(
      "Waiting",
      "wait",
      "Waiting for the first frame",
      "",
      "It appears as soon as the source sends it.",
    ),
  no_ingest: ({ stream }) =>
    say(
      "No source",
      "bad",
      `Nothing feeds the stream “${stream}”`,
      "Its ingest process is not running, was just stopped, or feeds another name. " +
        `Start it with: python -m ingest --stream ${stream}`,
      "If it should be running, look at its log. The picture comes back by itself.",
    ),
  connecting: ({ status }) =>
    say(
      "No source",
      "bad",
      "Nothing answers at the source's address",
      `Nobody is at ${source(status)}: the camera's server is not running, the address or port is ` +
        "wrong, or a firewall is between.",
      "Start the camera's server, or correct the address (BEAMCAST_SOURCE). " +
        "The picture comes by itself.",
    ),
  waiting: ({ status }) =>
    say(
      "Waiting",
      "wait",
      "Connected to the source, no message yet",
      `${source(status)} answers, but sends nothing: the camera may be stopped or wait for a trigger.`,
      "Start the acquisition, or check the trigger.",
    ),
  silent: ({ status }) =>
    say(
      "Stalled",
      "bad",
      "The source stopped sending",
      `The line to ${source(status)} stands; the camera may be stopped, or its trigger is missing.`,
      "Check the acquisition and the trigger. The picture goes on by itself.",
    ),
  lost: ({ status }) =>
    say(
      "Source lost",
      "bad",
      "The connection to the source broke",
      `The camera's server at ${source(status)} was stopped or restarted, or its network failed.`,
      "Check that server and the network to it. The picture comes back by itself.",
    ),
  mismatch: ({ status }) =>
    say(
      "Wrong source",
      "bad",
      "The source is not a bsread stream",
      `Something answers at ${source(status)}, but neither as a PUB nor as a PUSH socket.`,
      "Check the port, and the ingest's mode (BEAMCAST_MODE=auto finds out by itself).",
    ),
  closed: ({ status }) =>
    say(
      "Opening",
      "wait",
      "The source is being opened",
      `${source(status)} is open only while somebody watches.`,
      "The picture comes by itself.",
    ),
  broker_lost: () =>
    say(
      "Broker lost",
      "bad",
      "The server cannot work with Redis",
      "Redis was stopped or restarts, or the network between it and the web server failed.",
      "The picture comes back by itself when Redis works.",
    ),
  stalled: ({ status, drawnS }) =>
    say(
      "Stalled",
      "bad",
      drawnS === null ? "No frame arrives" : "Frames stopped arriving",
      status?.message
        ? `The source is reported live, but: ${status.message}`
        : "The source is reported live, so the way from there is the likely fault: " +
            "ingest or Redis is overloaded, or the line to this screen is cut.",
      "It goes on by itself when frames come. If this lasts, look at the rates under “Source”, " +
        "and at the log of ingest.",
    ),
  unreadable: () =>
    say(
      "Unreadable",
      "bad",
      "Frames arrive, but this page cannot read them",
      "The page may be older than the server, or the frames are damaged on their way.",
      "Reload the page. If this lasts, the browser's console names what is wrong.",
    ),
  late: () =>
    say(
      "Late",
      "bad",
      "The picture is behind",
      "Frames arrive, but old: the line to this screen or this computer is too slow for them.",
      "Close other heavy pages, or use a faster line.",
    ),
  unknown: ({ status }) =>
    say("Waiting", "wait", `The stream's state is “${status?.state}”`, "", "See docs/protocol.md."),
};

/** What is said in another way of a video. @type {typeof TOLD} */
const OF_VIDEO = {
  connecting: ({ status }) =>
    say(
      "No source",
      "bad",
      "The source cannot be opened",
      `${source(status)} does not answer, or is not there.`,
      "Switch the camera on, start the sender, or correct the address (BEAMCAST_SOURCE). " +
        "The picture comes by itself.",
    ),
  waiting: ({ status }) =>
    say(
      "Waiting",
      "wait",
      "The source is open, no picture yet",
      `${source(status)} answers, but no picture has come: it may be stopped, or about to begin.`,
      "Look after the camera, or the sender.",
    ),
  mismatch: ({ status }) =>
    say(
      "Wrong source",
      "bad",
      "The source cannot be shown",
      `What is at ${source(status)} is not a video, or not one that can be decoded.`,
      "Correct the source's address (BEAMCAST_SOURCE), or the camera's settings.",
    ),
};

/** What is said in another way of a picture that programs push. @type {typeof TOLD} */
const OF_PUSH = {
  waiting: () =>
    say(
      "Waiting",
      "wait",
      "No picture yet",
      "Nothing has been pushed since the board was started.",
      "It appears with the next push.",
    ),
  stalled: (known) =>
    known.status.fps_in > 1 // so one should have come
      ? TOLD.stalled(known)
      : say(
          "Waiting",
          "wait",
          known.drawnS === null ? "No picture yet" : "No newer picture",
          "A picture is seen when it is pushed, and none from before.",
          "It appears with the next push.",
        ),
};

const OF = new Map([["video", OF_VIDEO], ["push", OF_PUSH]]);

function say(badge, tone, title, cause, action) {
  return { badge, tone, title, cause, action };
}

function source(status) {
  return status?.source || NO_VALUE;
}
