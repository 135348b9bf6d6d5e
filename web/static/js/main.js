/** The page: one stream, watched, shown and explained. Wires the other modules together. */

import { io } from "/lib/socket.io-client/socket.io.esm.min.js";

import { ServerClock } from "./clock.js";
import { Connection } from "./connection.js";
import { Curves } from "./curves.js";
import { BadEnvelope, blob, unpack } from "./envelope.js";
import { Face } from "./face.js";
import { Newest } from "./newest.js";
import { Picture } from "./picture.js";
import { Rate } from "./rate.js";
import { captionParts, screenRows, sourceRows, valueRows } from "./rows.js";
import { waveforms } from "./series.js";
import { QUIET_AFTER_S, layout, view } from "./state.js";
import { offerStreams } from "./streams.js";
import { Table } from "./table.js";
import { themed } from "./theme.js";

const TICK_MS = 250;
const VALUES_EVERY_S = 0.2; // nobody reads faster
const CURVES_EVERY_S = 1 / 15;
const CURVES_SHARE = 0.25; // of this computer's time, at most

const stream = document.documentElement.dataset.stream || "camera";
const nowS = () => performance.now() / 1000;
const element = (/** @type {string} */ id) => document.getElementById(id);

const face = new Face(element);
const picture = new Picture(element("stage"), element("picture"));
const curves = new Curves(element("curves"));
const values = new Table(element("values"));
const sourceTable = new Table(element("source"));
const screenTable = new Table(element("screen"));
const clock = new ServerClock();
const newest = new Newest();
const arrivals = new Rate();
const shown = new Rate();

/** @type {import("./state.js").Link} */
let link = "opening";
let refusal = null;
let status = null;
let schema = null;
let statusAt = null;
let stateAt = null;
let watchingAt = null;
let drawnAt = null;
let unreadableAt = null;
let imageAt = null;
let complaint = "";
let drawing = false;
/** @type {import("./envelope.js").Frame | null} the frame that is seen */
let frame = null;
let valuesAt = -Infinity;
let curvesAt = -Infinity;
let valuesOf = null;
let curvesOf = null;
let curvesEveryS = CURVES_EVERY_S;
const here = { bytes: 0, frames: 0, skipped: 0, disordered: 0, unreadable: 0, transport: "" };

const socket = io({
  autoConnect: false,
  reconnection: false, // connection.js does it, quicker
  transports: ["websocket", "polling"],
  tryAllTransports: true,
  timeout: 4000,
});

const connection = new Connection(
  socket,
  stream,
  {
    link(to, why) {
      link = to;
      refusal = why;
      if (to === "watching") {
        watchingAt = nowS();
        arrivals.restart();
        shown.restart();
      }
      drawnAt = unreadableAt = statusAt = null; // what is shown is of an earlier watch
      tick();
    },
    connected: () => clock.renew(),
    frame: received,
    status(told) {
      statusAt = nowS();
      if (told.state !== status?.state) {
        stateAt = statusAt;
      }
      status = told;
      tick();
    },
    schema: (told) => (schema = told),
    notice: (text) => face.notice(text),
  },
  {
    start: (run, ms) => setTimeout(run, ms),
    stop: (timer) => clearTimeout(timer),
    random: Math.random,
  },
);

/** @param {ArrayBuffer} message */
function received(message) {
  here.bytes += message?.byteLength ?? 0;
  let came;
  try {
    came = unpack(message);
  } catch (problem) {
    unreadable(problem);
    return;
  }
  if (came.header.stream !== stream) {
    return;
  }
  clock.learn(came.header.t_published, nowS());
  if (newest.offer(came)) {
    arrivals.mark(nowS());
    drawSoon();
  }
}

function drawSoon() {
  if (!drawing && newest.waiting) {
    drawing = true;
    requestAnimationFrame(async () => {
      try {
        await draw(newest.take());
      } catch (problem) {
        unreadable(problem);
      } finally {
        drawing = false;
        drawSoon();
      }
    });
  }
}

/** @param {import("./envelope.js").Frame} next */
async function draw(next) {
  const { image, epoch, seq, pulse_id: pulseId } = next.header;
  if (image) {
    await picture.show(blob(image, next.body), image.format);
    imageAt = nowS();
    face.caption(captionParts(image));
  }
  frame = next;
  drawnAt = nowS();
  here.frames += 1;
  shown.mark(nowS());
  face.seen({ epoch, seq, pulseId, frames: here.frames });
  drawData();
  tick();
}

/** Curves and values, no more often than they can be read and this computer can draw them. */
function drawData() {
  const startS = nowS();
  if (frame !== curvesOf && startS - curvesAt >= curvesEveryS) {
    curvesOf = frame;
    curvesAt = startS;
    const found = waveforms(frame);
    face.layout(
      layout({
        image: Boolean(frame.header.image),
        imageS: imageAt === null ? null : startS - imageAt,
        curves: found.curves.length > 0,
      }),
    );
    face.curves(found.curves.length, found.left);
    curves.show(found.curves);
    curvesEveryS = Math.max(CURVES_EVERY_S, (nowS() - startS) / CURVES_SHARE);
  }
  if (frame !== valuesOf && startS - valuesAt >= VALUES_EVERY_S) {
    valuesOf = frame;
    valuesAt = startS;
    values.show(valueRows(frame.header, schema));
  }
}

/** A frame that cannot be shown is counted and left; anything else is a fault of this page. */
function unreadable(problem) {
  const ofTheFrame = problem instanceof BadEnvelope || problem instanceof DOMException;
  if (!ofTheFrame) {
    throw problem;
  }
  here.unreadable += 1;
  unreadableAt = nowS();
  if (problem.message !== complaint) {
    complaint = problem.message; // once, not for every frame
    console.warn("Frame left out:", complaint);
  }
}

/** Says anew what is going on; the age grows even if nothing comes. */
function tick() {
  const now = nowS();
  const since = (/** @type {number | null} */ then) => (then === null ? null : now - then);
  const ageS = frame && clock.ageS(frame.header.t_received, now);
  const periodS = arrivals.periodS;
  face.view(
    view({
      stream,
      link,
      refusal,
      status,
      statusS: since(statusAt),
      stateS: since(stateAt) ?? Infinity,
      watchingS: since(watchingAt) ?? 0,
      drawnS: since(drawnAt),
      unreadableS: since(unreadableAt),
      ageS,
      periodS,
    }),
    { ageS: frame ? ageS : null, pulseId: frame?.header.pulse_id, note: note() },
  );
  const told = isKnown(status?.state) && statusAt !== null && now - statusAt < QUIET_AFTER_S;
  face.meters({ rate: shown.perSecond(now), ageS, viewers: status?.viewers }, told);
}

/** Whether a status of this state has the numbers of now. @param {string | undefined} state */
function isKnown(state) {
  return state !== "broker_lost" && state !== "no_ingest";
}

/** What a live stream's ingest wants to be known, such as that its source splits its messages. */
function note() {
  return status?.state === "live" && typeof status.message === "string" ? status.message : "";
}

function slowTick() {
  here.skipped = newest.skipped;
  here.disordered = newest.disordered;
  here.transport = socket.io.engine?.transport?.name ?? "none";
  document.body.dataset.transport = socket.connected ? here.transport : "none";
  drawData();
  sourceTable.show(sourceRows(status ?? {}));
  screenTable.show(screenRows(status ?? {}, here));
  tick();
}

const look = () => connection.setSeen(document.visibilityState === "visible");
document.addEventListener("visibilitychange", look);
window.addEventListener("online", () => connection.hurry());
themed(element("theme"), () => curves.restyle());
offerStreams(element("stream"), stream);
setInterval(slowTick, TICK_MS);
look();
connection.open();
slowTick();
