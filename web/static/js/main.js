/** The page of one stream: wires what shows it, the tools and the data together. */

import { Analysis } from "./analysis/analysis.js";
import { DataPanels } from "./plots/panels.js";
import { Maximiser } from "./plots/maximise.js";
import { captionParts, screenRows, sourceRows } from "./plots/table-rows.js";
import { Table } from "./lib/dom.js";
import { Player } from "./replay/player.js";
import { Save } from "./export/save-menu.js";
import { Seconds } from "./replay/frame-buffer.js";
import { Face } from "./page/status-display.js";
import { Kept } from "./lib/preferences.js";
import { Keys } from "./page/shortcuts.js";
import { offerKiosk } from "./page/kiosk.js";
import { layout } from "./stream/state.js";
import { themed } from "./page/theme.js";
import { Tools } from "./page/toolbar.js";
import { calibration } from "./picture/calibration.js";
import { Histogram } from "./picture/histogram.js";
import { Look } from "./picture/display-settings.js";
import { Overlay } from "./picture/overlay.js";
import { Picture } from "./picture/picture.js";
import { offerImages } from "./page/image-picker.js";
import { Live } from "./picture/live-picture.js";
import { offerStreams } from "./page/stream-picker.js";
import { nowS, timers } from "./lib/timers.js";
import { offerRenditions } from "./page/quality-picker.js";

const TICK_MS = 250;

const stream = document.documentElement.dataset.stream || "camera";
const element = (/** @type {string} */ id) => document.getElementById(id);

const face = new Face(element);
const look = new Look();
const asked = new URLSearchParams(location.search).get("painter");
const picture = new Picture(element("stage"), element("picture"), look, asked, element("exact"));
const live = new Live(stream, picture, {
  pulses: (header) => data.addPulses(header),
  came: (frame) => seconds.add(frame, nowS()),
  shown,
  changed: tick,
  notice: (text) => face.notice(text),
});
const kept = new Kept(stream);
const keys = new Keys(/** @type {HTMLDialogElement} */ (element("keys")));
const overlay = new Overlay(element("overlay"), () => tools.changed());
const histogram = new Histogram(element, look.levels, () => tools.changed());
const tools = new Tools({ element, picture, look, overlay, live, kept, keys, changed: redraw });
const maximiser = new Maximiser(element("hero"));
const analysis = new Analysis({
  element, picture, overlay, kept, keys, maximiser, nowS,
  isFrozen: () => live.frozen,
  onResults: (frame, results) => data.addResults(frame, results),
  toggleTrend: (name) => data.toggleTrend(name),
});
picture.placed = (placement) => {
  overlay.place(placement);
  analysis.place(placement);
  tools.readOut();
};
const data = new DataPanels({ element, stream, kept, keys, maximiser, nowS });
const seconds = Seconds.from(kept.get("memory"));
const player = new Player({ element, live, picture, seconds, keys });
new Save({ element, stream, picture, live, player, keys, notice: (text) => face.notice(text) });
const sourceTable = new Table(element("source"));
const screenTable = new Table(element("screen"));
const streams = offerStreams(element("stream"), stream, timers);

/** @param {import("./stream/latest-frame.js").Frame} frame */
function shown({ header: { image, epoch, seq, pulse_id: pulseId, rendition } }) {
  if (image) {
    overlay.axes = calibration(live.frame, live.schema, live.camera);
    overlay.draw();
    histogram.show(picture.counts);
  }
  face.seen({ epoch, seq, pulseId, rendition, frames: live.here.frames });
  caption();
  drawData();
  tick();
}

/** Look or overlay have changed. */
function redraw() {
  picture.redraw();
  overlay.draw();
  histogram.show(picture.counts);
}

function caption() {
  const image = live.frame?.header.image;
  if (image) {
    const { channel, reason, line } = live.rendition;
    const { rendition } = live.frame.header;
    const current = channel === rendition; // else another one is just taking over
    face.caption(captionParts(image, live.camera, {
      name: String(rendition).split("@")[0],
      reason: current ? reason : "",
      thin: current && line.thin,
    }));
  }
}

function drawData() {
  const { frame, schema, imageS } = live;
  if (frame) {
    analysis.onFrame(frame);
    data.show(frame, schema);
    const image = Boolean(frame.header.image);
    face.layout(layout({ image, imageS, curves: data.curveCount > 0 }));
    face.curves(data.curveCount, data.omittedCurves);
  }
}

/** Says anew what is going on; the age grows even if nothing comes. */
function tick() {
  live.choose();
  player.follow();
  tools.show();
  const { ageS, status, rate } = live;
  face.view(live.view, { ageS, pulseId: live.frame?.header.pulse_id });
  face.note(status?.state === "live" ? status.message : "");
  face.meters({ rate, ageS, viewers: status?.viewers }, live.isTold);
}

function slowTick() {
  if (live.isBoard) {
    location.replace(`/board/${encodeURIComponent(stream)}`); // it had no card yet when this page was asked for
    return;
  }
  live.waited();
  document.body.dataset.transport = live.transport;
  drawData();
  sourceTable.show(sourceRows(live.status ?? {}));
  screenTable.show(screenRows(live.status ?? {}, live.counts));
  images(live.status, live.refusal);
  caption();
  tick();
}

function lookUp() {
  const seen = document.visibilityState === "visible";
  live.setSeen(seen);
  streams.setSeen(seen);
}

document.addEventListener("visibilitychange", lookUp);
window.addEventListener("online", () => live.hurry());
themed(element("theme"), () => {
  data.restyle();
  analysis.restyle();
  histogram.restyle();
});
offerKiosk(element("kiosk"), new URLSearchParams(location.search).get("kiosk") === "1");
keys.add({ k: () => element("kiosk").click() }, "full screen, and back");
const images = offerImages(element("image"), kept, (image) => {
  live.rendition.image = image;
  live.choose();
}, (text) => face.notice(text));
offerRenditions(element("rendition"), (name) => {
  live.rendition.insist(name);
  live.choose();
});
setInterval(slowTick, TICK_MS);
lookUp();
live.open();
slowTick();
