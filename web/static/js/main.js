/** The page: one stream, watched, shown and explained. Wires the other modules together. */

import { io } from "/lib/socket.io-client/socket.io.esm.min.js";

import { ServerClock } from "./watch/clock.js";
import { Connection } from "./watch/connection.js";
import { Data } from "./data/data.js";
import { Drawing } from "./picture/drawing.js";
import { BadEnvelope, blob, unpack } from "./watch/envelope.js";
import { Face } from "./page/face.js";
import { Kept } from "./page/kept.js";
import { Look } from "./picture/look.js";
import { Newest } from "./watch/newest.js";
import { Picture } from "./picture/picture.js";
import { Rate } from "./watch/rate.js";
import { Rendition, cameraSize } from "./watch/rendition.js";
import { Reports } from "./watch/reports.js";
import { captionParts, screenRows, sourceRows } from "./data/rows.js";
import { isOfNow, layout, view } from "./page/state.js";
import { offerStreams } from "./watch/streams.js";
import { Table } from "./data/table.js";
import { themed } from "./page/theme.js";
import { Tools } from "./page/tools.js";
import { offerRenditions } from "./watch/wish.js";

const TICK_MS = 250;
const OLD_S = 1; // not worth drawing where newer frames have come

const stream = document.documentElement.dataset.stream || "camera";
const nowS = () => performance.now() / 1000;
const element = (/** @type {string} */ id) => document.getElementById(id);

const face = new Face(element);
const look = new Look();
const asked = new URLSearchParams(location.search).get("painter");
const picture = new Picture(element("stage"), element("picture"), look, asked);
const tools = new Tools(element, picture, look, new Kept(stream), () => tick());
const data = new Data(element("curves"), element("values"), nowS);
const sourceTable = new Table(element("source"));
const screenTable = new Table(element("screen"));
const clock = new ServerClock();
const newest = new Newest();
const reports = new Reports();
const rendition = new Rendition();
const arrivals = new Rate();
const shown = new Rate();
const here = { bytes: 0, frames: 0, unreadable: 0 };

/** @type {{to: import("./page/state.js").Link, refusal: {error: string, hint: string} | null}} */
let link = { to: "opening", refusal: null };
/** @type {Record<string, any> | null} */
let status = null;
/** @type {Record<string, any> | null} */
let schema = null;
/** @type {import("./watch/envelope.js").Frame | null} the frame that is seen */
let frame = null;
let complaint = "";
let reporting = 0;
let watched = "full";

/** When things last happened, in seconds on this page's clock; null: not in this watch. */
const at = { watching: null, status: null, state: null, drawn: null, unreadable: null, image: null };

/** @type {import("./watch/connection.js").Timers} */
const timers = {
  start: (run, ms) => setTimeout(run, ms),
  stop: (timer) => clearTimeout(timer),
  random: Math.random,
  nowS,
};

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
    link(to, refusal) {
      link = { to, refusal };
      clearTimeout(reporting);
      newest.clear(); // what waits to be drawn is of an earlier watch, as is what is shown
      at.status = at.drawn = at.unreadable = null;
      if (to === "watching") {
        at.watching = nowS();
        arrivals.restart();
        shown.restart();
        reports.restart();
        rendition.line.restart(at.watching);
      }
      tick();
    },
    connected: () => clock.renew(),
    answered: (sentS, serverS) => clock.answered(sentS, serverS, nowS()),
    frame: received,
    status(told) {
      at.status = nowS();
      if (told.state !== status?.state) {
        at.state = at.status;
      }
      status = told;
      tick();
    },
    schema: (told) => (schema = told),
    notice: (text) => face.notice(text),
  },
  timers,
);
const streams = offerStreams(element("stream"), stream, timers);
const drawing = new Drawing(newest, {
  decode: async ({ header: { image }, body }) =>
    image ? picture.decoded(blob(image, body), image.format) : null,
  paint,
  drop,
  failed(left, problem) {
    unreadable(problem);
    report(left); // it has passed the line all the same
  },
  animationFrame: () => new Promise((now) => requestAnimationFrame(() => now())),
  isOld: ({ header }) => clock.ageS(header.t_received, nowS()) > OLD_S,
  nowS,
});

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
    rendition.came({ missed: newest.missed, skipped: newest.skipped, busyS: drawing.busyS }, nowS());
    drawing.wake();
  }
}

/** @param {import("./watch/newest.js").Frame} next @param {any} decoded its image, if it has one */
function paint(next, decoded) {
  const { image, epoch, seq, pulse_id: pulseId, rendition: named } = next.header;
  at.drawn = nowS();
  report(next);
  if (tools.frozen) {
    drop(decoded);
    return;
  }
  if (image) {
    picture.show(decoded, image, cameraSize(image, status), nowS());
    tools.show();
    at.image = nowS();
  }
  frame = next;
  here.frames += 1;
  shown.mark(at.drawn);
  face.seen({ epoch, seq, pulseId, rendition: named, frames: here.frames });
  caption();
  drawData();
  tick();
}

/** @param {import("./picture/picture.js").Decoded | null} decoded gives its memory back at once */
function drop(decoded) {
  if (decoded && "close" in decoded.bitmap) {
    decoded.bitmap.close();
  }
}

/** @param {import("./watch/newest.js").Frame} done drawn at this time, or left as it cannot be */
function report(done, atS = nowS()) {
  clearTimeout(reporting);
  const waitS = reports.waitS({ missed: done.missed, skipped: newest.skipped }, nowS());
  if (waitS > 0) {
    reporting = setTimeout(report, 1000 * waitS, done, atS); // if nothing newer is drawn until then
  } else {
    connection.report(done.header, nowS() - atS, clock.wantsToAsk(nowS()));
  }
}

function caption() {
  const image = frame?.header.image;
  if (image) {
    const { name, reason, line } = rendition;
    const current = name === frame.header.rendition; // else another one is just taking over
    face.caption(captionParts(image, cameraSize(image, status), {
      name: frame.header.rendition,
      reason: current ? reason : "",
      thin: current && line.thin,
    }));
  }
}

/** Watches the rendition that is wanted now. */
function choose() {
  const camera = cameraSize(frame?.header.image ?? null, status);
  rendition.drawn(picture.drawnSize(camera), camera, nowS());
  if (rendition.name !== watched) {
    watched = rendition.name;
    rendition.line.restart(nowS());
    connection.setRendition(watched);
  }
}

function drawData() {
  if (frame) {
    data.show(frame, schema);
    const image = Boolean(frame.header.image);
    face.layout(layout({ image, imageS: since(at.image), curves: data.drawn > 0 }));
    face.curves(data.drawn, data.left);
  }
}

/** A frame that cannot be shown is counted and left; anything else is a fault of this page. */
function unreadable(problem) {
  if (!(problem instanceof BadEnvelope || problem instanceof DOMException)) {
    throw problem;
  }
  here.unreadable += 1;
  at.unreadable = nowS();
  if (problem.message !== complaint) {
    complaint = problem.message; // once, not for every frame
    console.warn("Frame left out:", complaint);
  }
}

/** @param {number | null} then */
function since(then) {
  return then === null ? null : nowS() - then;
}

/** Says anew what is going on; the age grows even if nothing comes. */
function tick() {
  choose();
  const ageS = frame && clock.ageS(frame.header.t_received, nowS());
  const told = view({
    stream,
    link: link.to,
    refusal: link.refusal,
    status,
    statusS: since(at.status),
    stateS: since(at.state) ?? Infinity,
    watchingS: since(at.watching) ?? 0,
    drawnS: since(at.drawn),
    unreadableS: since(at.unreadable),
    ageS,
    frozen: tools.frozen,
    periodS: arrivals.periodS ?? (status?.fps_in > 0 ? 1 / status.fps_in : null),
  });
  face.view(told, { ageS, pulseId: frame?.header.pulse_id });
  face.note(status?.state === "live" ? status.message : "");
  face.meters(
    { rate: shown.perSecond(nowS()), ageS, viewers: status?.viewers },
    isOfNow(status, since(at.status)),
  );
}

function slowTick() {
  const publishing = link.to === "watching" && status?.state === "live";
  rendition.waited((publishing && status.fps_out) || 0, nowS());
  const transport = socket.connected ? socket.io.engine.transport.name : "none";
  document.body.dataset.transport = transport;
  drawData();
  sourceTable.show(sourceRows(status ?? {}));
  const { skipped, disordered } = newest;
  const { share } = rendition.line;
  const told = { ...here, skipped, disordered, transport, rendition: watched, share };
  screenTable.show(screenRows(status ?? {}, told));
  caption();
  tick();
}

function lookUp() {
  const seen = document.visibilityState === "visible";
  connection.setSeen(seen);
  streams.setSeen(seen);
}

document.addEventListener("visibilitychange", lookUp);
window.addEventListener("online", () => connection.hurry());
themed(element("theme"), () => data.restyle());
offerRenditions(element("rendition"), (name) => {
  rendition.insist(name);
  choose();
});
setInterval(slowTick, TICK_MS);
lookUp();
connection.open();
slowTick();
