/** The page of one stream: connects its picture, the tools and the data. */

import { Analysis } from "./analysis/analysis.js";
import { LazyTools } from "./analysis/lazy-tools.js";
import { ProfilePlot } from "./analysis/profile-plot.js";
import { DataPanels } from "./plots/panels.js";
import { loadPlots } from "./plots/plot.js";
import { Maximiser } from "./plots/maximise.js";
import { captionParts, screenRows, sourceRows, unitsOf } from "./plots/table-rows.js";
import { OwnCalibration } from "./page/own-calibration.js";
import { Table, getById, write } from "./lib/dom.js";
import { formatRate } from "./lib/format.js";
import { Player } from "./page/player.js";
import { SaveMenu } from "./export/save-menu.js";
import { FrameBuffer } from "./replay/frame-buffer.js";
import { Axes } from "./page/axes.js";
import { Chips } from "./page/chips.js";
import { attachLinkButton } from "./page/link-button.js";
import { LossList } from "./page/loss-list.js";
import { attachPopovers } from "./page/popovers.js";
import { attachSheet } from "./page/sheet.js";
import { layOutStage } from "./page/stage-layout.js";
import { StateLine } from "./page/state-line.js";
import { StatusDisplay } from "./page/status-display.js";
import { processingSummary, settingChips, valuesText } from "./page/view-settings.js";
import { Preferences } from "./lib/preferences.js";
import { Shortcuts } from "./lib/shortcuts.js";
import { attachKiosk } from "./page/kiosk.js";
import { Losses } from "./stream/losses.js";
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
import { StreamOffer, attachStreamPicker } from "./page/stream-picker.js";
import { nowS, timers } from "./lib/timers.js";
import { attachQualityPicker } from "./page/quality-picker.js";

const TICK_MS = 250;

const stream = document.documentElement.dataset.stream || "camera";
const display = new StatusDisplay(getById);
const notice = (/** @type {string} */ text, /** @type {string} */ tone = "yours") => display.showNotice(text, tone);
const stateLine = new StateLine(getById, document.documentElement.dataset.contact ?? "");
const losses = new Losses();
const settings = new DisplaySettings();
const painter = new URLSearchParams(location.search).get("painter") ?? "";
const canvas = getById("picture", HTMLCanvasElement);
const picture = new Picture(getById("stage"), canvas, settings, painter, getById("exact", HTMLCanvasElement));
const live = new LivePicture(stream, picture, {
  onPulses: (header) => data.addPulses(header),
  onFrame: (frame) => buffer.add(frame, nowS()),
  onShown,
  onChange: tick,
  onNotice: notice,
});
const preferences = new Preferences(stream, true);
const calibration = new OwnCalibration(preferences);
const shortcuts = new Shortcuts(getById("keys", HTMLDialogElement));
const overlay = new Overlay(getById("overlay", SVGSVGElement), () => toolbar.onChange());
const histogram = new Histogram(getById, settings.levels, () => toolbar.onChange());
const toolbar = new Toolbar({ picture, settings, overlay, live, preferences, shortcuts, unit: imageUnit, changed: redraw });
const axes = new Axes(getById);
const maximiser = new Maximiser(getById("hero"));
const analysis = new Analysis({
  getById, picture, overlay, preferences, shortcuts, maximiser, nowS,
  isFrozen: () => live.frozen,
  onResults: (frame, results) => data.addResults(frame, results),
  toggleTrend: (name) => data.toggleTrend(name),
  onAnalysed: () => tools.onFrame(),
});
const tools = new LazyTools({
  getById, picture, overlay, preferences, shortcuts, notice, analysis, calibration, streamAxes,
  unit: imageUnit,
  levels: settings.levels,
  createPlot: (name) => new ProfilePlot(name, maximiser),
  onAxes: showAxes,
  onRange: () => toolbar.onChange(),
});
picture.onPlacement = (placement) => {
  layOutStage(getById("hero"), getById("stage"), placement);
  axes.show(placement, overlay.axes);
  overlay.place(placement);
  analysis.place(placement);
  tools.place(placement);
  toolbar.renderReadOut();
};
const data = new DataPanels({ getById, stream, preferences, shortcuts, maximiser, nowS });
const buffer = FrameBuffer.fromText(preferences.get("memory"));
const player = new Player({ getById, live, picture, buffer, shortcuts });
new SaveMenu({ getById, stream, picture, live, player, shortcuts, notice, view: shownView });
const sourceTable = new Table(getById("source", HTMLTableSectionElement));
const screenTable = new Table(getById("screen", HTMLTableSectionElement));
const lossList = new LossList(getById);
const chips = new Chips(getById("chips"), reset);
const streamOffer = new StreamOffer(getById("words-streams"));
const streams = attachStreamPicker(getById("stream", HTMLSelectElement), stream, timers);
let hasShown = false; // a frame

/** @param {import("./stream/latest-frame.js").Frame} frame */
function onShown({ header: { image, epoch, seq, pulse_id: pulseId, rendition } }) {
  if (image) {
    overlay.axes = calibration.axes(streamAxes());
    overlay.draw();
    axes.show(picture.placement, overlay.axes);
    histogram.show(picture.counts);
  }
  display.setFrameFacts({ epoch, seq, pulseId, rendition, frames: live.totals.frames });
  renderCaption();
  drawData();
  tick();
  if (!hasShown) {
    hasShown = true;
    tools.start();
    loadPlots().catch(() => {}); // before they are needed: a page that has lost its server has plots, too
  }
}

/** The axes of the stream's picture, without the viewer's own calibration. */
function streamAxes() {
  return readCalibration(live.frame, live.schema, live.camera);
}

/** Shows positions, widths and lengths by the present calibration. */
function showAxes() {
  overlay.axes = calibration.axes(streamAxes());
  overlay.draw();
  axes.show(picture.placement, overlay.axes);
  toolbar.renderReadOut();
  analysis.refresh();
}

/** Draws the frame that is shown again, with another look or overlay. */
function redraw() {
  picture.redraw();
  overlay.draw();
  histogram.show(picture.counts);
}

/** The unit of the picture's values, from the stream's schema. */
function imageUnit() {
  const channel = live.pictured?.header.image?.channel;
  return (channel && unitsOf(live.schema).get(channel)) || "";
}

/** How the picture is shown, for a saved one. */
function shownView() {
  const { map, inverted, scale, colours, levels: { low, high } } = settings;
  const processing = processingSummary(analysis.processing.summary);
  return { map, inverted, scale, colours, low, high, unit: imageUnit(), processing, isColour: picture.counts === null };
}

function renderCaption() {
  const { camera, pictured } = live;
  const image = pictured?.header.image;
  if (image && camera) {
    const { channel, reason, linkQuality } = live.rendition;
    const { rendition } = pictured.header;
    const isCurrent = channel === rendition; // else another one is taking over
    display.showCaption(captionParts(image, camera, {
      name: sizeOf(rendition),
      reason: isCurrent ? reason : "",
      isTooSlow: isCurrent && linkQuality.isTooSlow,
      isPageSlow: linkQuality.isPageSlow,
      processing: valuesText(analysis.processing.summary),
      shown: picture.isProcessed ? picture.counts : null,
    }));
  }
}

/** Takes back what a chip says. @param {string} key */
function reset(key) {
  const isFor = (/** @type {string} */ part) => key === part || key === "all";
  if (isFor("processing")) {
    analysis.processing.reset();
    tools.removeMask();
  }
  if (isFor("view")) {
    toolbar.resetView();
  }
  if (isFor("positions")) {
    calibration.reset();
    tools.showCalibration();
    showAxes();
  }
  tick();
}

function renderChips() {
  const { viewport } = picture;
  chips.show(settingChips({
    turns: viewport.turns,
    mirrored: viewport.mirrored,
    isFit: viewport.isFit,
    scale: settings.scale,
    inverted: settings.inverted,
    isAuto: settings.levels.isAuto,
    remembered: preferences.remembered,
    ...analysis.processing.summary,
  }));
}

function renderLosses() {
  lossList.show(losses.update(live.status, live.counts));
  const { fps_in: fpsIn, fps_out: fpsOut } = live.status ?? {};
  write(getById("source-rates"), `${formatRate(fpsIn)} in · ${formatRate(fpsOut)} out /s`);
  write(getById("screen-size"), `${sizeOf(live.counts.rendition).split(":")[0]} size`);
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
  renderChips();
  const { ageS, status, rate, frozen } = live;
  const hasPicture = live.frame !== null; // or values, of a stream without pictures
  stateLine.show(live.message, { hasPicture, frozen, ageS, pulseId: live.frame?.header.pulse_id });
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
  renderLosses();
  streamOffer.show(live.message.state === "refused" && live.refusal?.part === "stream");
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
  tools.restyle();
  histogram.restyle();
});
attachKiosk(getById("kiosk"), new URLSearchParams(location.search).get("kiosk") === "1");
shortcuts.add({ k: () => getById("kiosk").click() }, "full screen on or off");
const updateImages = attachImagePicker(getById("image", HTMLSelectElement), preferences, (image) => {
  live.rendition.image = image;
  live.updateRendition();
}, notice);
attachQualityPicker(getById("rendition", HTMLSelectElement), (name) => {
  live.rendition.force(name);
  live.updateRendition();
});
attachPopovers(getById, [["details-open", "details"], ["lost-open", "losses"]]);
attachSheet(getById, () => live.freeze(!live.frozen));
attachLinkButton(getById("link"), () => preferences.link, notice);
getById("go-on").addEventListener("click", () => live.freeze(false));
setInterval(slowTick, TICK_MS);
updateVisibility();
live.open();
slowTick();
