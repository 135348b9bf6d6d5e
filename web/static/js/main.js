/** The page of one stream: connects its picture, the tools and the data. */

import { Analysis } from "./analysis/analysis.js";
import { DataPanels } from "./plots/panels.js";
import { Maximiser } from "./plots/maximise.js";
import { captionParts, screenRows, sourceRows } from "./plots/table-rows.js";
import { OwnCalibration } from "./page/own-calibration.js";
import { Table, getById } from "./lib/dom.js";
import { Player } from "./page/player.js";
import { SaveMenu } from "./export/save-menu.js";
import { FrameBuffer } from "./replay/frame-buffer.js";
import { StatusDisplay } from "./page/status-display.js";
import { Preferences } from "./lib/preferences.js";
import { Shortcuts } from "./lib/shortcuts.js";
import { attachKiosk } from "./page/kiosk.js";
import { sizeOf } from "./stream/rendition.js";
import { chooseLayout } from "./stream/state.js";
import { attachThemeButton } from "./page/theme.js";
import { Toolbar } from "./page/toolbar.js";
import { readCalibration } from "./picture/calibration.js";
import { Histogram } from "./picture/histogram.js";
import { DisplaySettings } from "./picture/display-settings.js";
import { Overlay } from "./picture/overlay.js";
import { Picture } from "./picture/picture.js";
import { attachImagePicker } from "./page/image-picker.js";
import { LivePicture } from "./picture/live-picture.js";
import { attachStreamPicker } from "./page/stream-picker.js";
import { nowS, timers } from "./lib/timers.js";
import { attachQualityPicker } from "./page/quality-picker.js";

const TICK_MS = 250;

const stream = document.documentElement.dataset.stream || "camera";
const display = new StatusDisplay(getById);
const settings = new DisplaySettings();
const painter = new URLSearchParams(location.search).get("painter") ?? "";
const canvas = getById("picture", HTMLCanvasElement);
const picture = new Picture(getById("stage"), canvas, settings, painter, getById("exact", HTMLCanvasElement));
const live = new LivePicture(stream, picture, {
  onPulses: (header) => data.addPulses(header),
  onFrame: (frame) => buffer.add(frame, nowS()),
  onShown,
  onChange: tick,
  onNotice: (text) => display.showNotice(text),
});
const preferences = new Preferences(stream);
const calibration = new OwnCalibration(preferences);
const shortcuts = new Shortcuts(getById("keys", HTMLDialogElement));
const overlay = new Overlay(getById("overlay", SVGSVGElement), () => toolbar.onChange());
const histogram = new Histogram(getById, settings.levels, () => toolbar.onChange());
const toolbar = new Toolbar({ picture, settings, overlay, live, preferences, shortcuts, changed: redraw });
const maximiser = new Maximiser(getById("hero"));
const analysis = new Analysis({
  getById, picture, overlay, preferences, shortcuts, maximiser, nowS,
  isFrozen: () => live.frozen,
  onResults: (frame, results) => data.addResults(frame, results),
  toggleTrend: (name) => data.toggleTrend(name),
});
picture.onPlacement = (placement) => {
  overlay.place(placement);
  analysis.place(placement);
  toolbar.renderReadOut();
};
const data = new DataPanels({ getById, stream, preferences, shortcuts, maximiser, nowS });
const buffer = FrameBuffer.fromText(preferences.get("memory"));
const player = new Player({ getById, live, picture, buffer, shortcuts });
new SaveMenu({ getById, stream, picture, live, player, shortcuts, notice: (text) => display.showNotice(text) });
const sourceTable = new Table(getById("source", HTMLTableSectionElement));
const screenTable = new Table(getById("screen", HTMLTableSectionElement));
const streams = attachStreamPicker(getById("stream", HTMLSelectElement), stream, timers);

/** @param {import("./stream/latest-frame.js").Frame} frame */
function onShown({ header: { image, epoch, seq, pulse_id: pulseId, rendition } }) {
  if (image) {
    overlay.axes = calibration.axes(readCalibration(live.frame, live.schema, live.camera));
    overlay.draw();
    histogram.show(picture.counts);
  }
  display.setFrameFacts({ epoch, seq, pulseId, rendition, frames: live.totals.frames });
  renderCaption();
  drawData();
  tick();
}

/** Draws the frame that is shown again, with another look or overlay. */
function redraw() {
  picture.redraw();
  overlay.draw();
  histogram.show(picture.counts);
}

function renderCaption() {
  const { frame, camera } = live;
  const image = frame?.header.image;
  if (image && camera) {
    const { channel, reason, linkQuality } = live.rendition;
    const { rendition } = frame.header;
    const isCurrent = channel === rendition; // else another one is taking over
    display.showCaption(captionParts(image, camera, {
      name: sizeOf(rendition),
      reason: isCurrent ? reason : "",
      isTooSlow: isCurrent && linkQuality.isTooSlow,
    }));
  }
}

function drawData() {
  const { frame, schema, imageS } = live;
  if (frame) {
    analysis.onFrame(frame);
    data.show(frame, schema);
    const image = Boolean(frame.header.image);
    display.setLayout(chooseLayout({ image, imageS, curves: data.curveCount > 0 }));
    display.showWaveformCount(data.curveCount, data.omittedCurves);
  }
}

/** Updates the state and the meters; the age grows while nothing arrives. */
function tick() {
  live.updateRendition();
  player.update();
  toolbar.render();
  const { ageS, status, rate } = live;
  display.showView(live.message, { ageS, pulseId: live.frame?.header.pulse_id });
  display.showNote(status?.state === "live" ? status.message : "");
  display.showMeters({ rate, ageS, viewers: status?.viewers }, live.isStatusCurrent);
}

function slowTick() {
  if (live.isBoard) {
    location.replace(`/board/${encodeURIComponent(stream)}`); // it had no card yet when the server chose this page
    return;
  }
  live.onIdle();
  document.body.dataset.transport = live.transport;
  drawData();
  sourceTable.show(sourceRows(live.status ?? {}));
  screenTable.show(screenRows(live.status ?? {}, live.counts));
  updateImages(live.status, live.refusal);
  renderCaption();
  tick();
}

function updateVisibility() {
  const isVisible = document.visibilityState === "visible";
  live.setVisible(isVisible);
  streams.setVisible(isVisible);
}

document.addEventListener("visibilitychange", updateVisibility);
window.addEventListener("online", () => live.retryNow());
attachThemeButton(getById("theme", HTMLButtonElement), () => {
  data.restyle();
  analysis.restyle();
  histogram.restyle();
});
attachKiosk(getById("kiosk"), new URLSearchParams(location.search).get("kiosk") === "1");
shortcuts.add({ k: () => getById("kiosk").click() }, "full screen on or off");
const updateImages = attachImagePicker(getById("image", HTMLSelectElement), preferences, (image) => {
  live.rendition.image = image;
  live.updateRendition();
}, (text) => display.showNotice(text));
attachQualityPicker(getById("rendition", HTMLSelectElement), (name) => {
  live.rendition.force(name);
  live.updateRendition();
});
setInterval(slowTick, TICK_MS);
updateVisibility();
live.open();
slowTick();
