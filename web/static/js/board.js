/** The page of a board: connects its stream, its cards and the viewer's controls. */

import { Arrangement } from "./board/arrangement.js";
import { Cards } from "./board/cards.js";
import { CatchUp } from "./board/catch-up.js";
import { Controls } from "./board/controls.js";
import { CardGrid } from "./board/card-grid.js";
import { attachResizing, attachInteractions } from "./board/interactions.js";
import { Menu } from "./board/menu.js";
import { fetchCards } from "./board/fetch-cards.js";
import { describeBoard } from "./stream/board-state.js";
import { present } from "./stream/presentation.js";
import { cardCsv } from "./board/card-csv.js";
import { cardPng } from "./board/card-png.js";
import { download, getById, write } from "./lib/dom.js";
import { StatusDisplay } from "./page/status-display.js";
import { formatCount } from "./lib/format.js";
import { Preferences } from "./lib/preferences.js";
import { attachThemeButton } from "./page/theme.js";
import { nowS, timers } from "./lib/timers.js";
import { Subscription } from "./stream/subscription.js";

const TICK_MS = 250;
const MAX_FILE_ID_CHARACTERS = 80;

const stream = document.documentElement.dataset.stream ?? "";
const display = new StatusDisplay(getById);
const notice = (/** @type {string} */ text) => display.showNotice(text);
const cards = new Cards();
const list = getById("cards");
const template = getById("card", HTMLTemplateElement);
const arrangement = new Arrangement(
  new Preferences(stream),
  (arrangement) => new CardGrid(list, template, cards, arrangement.layout, (box) => attachResizing(box, arrangement)),
  { onChange: () => controls.render(), onNotice: notice },
);
const { grid } = arrangement;
const controls = new Controls(getById, arrangement, () => grid.ids.forEach(clear));
attachInteractions(list, arrangement, clear);
new Menu(list, grid, [
  { text: "Clear", run: clear },
  { text: "Hide", run: (id) => arrangement.hide(id) },
  { text: "Earlier", run: (id) => arrangement.move(id, -1), keepsOpen: true },
  { text: "Later", run: (id) => arrangement.move(id, 1), keepsOpen: true },
  { text: "Save as PNG", run: savePng },
  { text: "Save as CSV", run: saveCsv, isDisabled: (id) => grid.boxes.get(id)?.about.type === "custom" },
]);
const subscription = new Subscription(stream, {
  onConnectionState: (state) => {
    catchUp.setEnabled(state === "watching");
    if (state === "watching") {
      catchUp.request(true);
      isFirstFrame = true;
    }
  },
  onStatus: ({ epoch, kind, changed }) => {
    if (epoch !== undefined && kind !== "board") {
      location.replace(`/view/${encodeURIComponent(stream)}`); // the name belongs to a camera stream now
    }
    onEpoch(epoch);
    cards.noteChange(changed);
    if (cards.isBehind) {
      catchUp.request(true);
    }
  },
  onFrame,
  onChange: tick,
  onNotice: notice,
});
const catchUp = new CatchUp(fetchMissing, timers);
let isReportRequested = false;
let isFirstFrame = true; // of this watch

/** @param {import("./stream/latest-frame.js").Frame} frame */
function onFrame({ header }) {
  onEpoch(header.epoch);
  try {
    update(cards.update(header.cards));
    if (isFirstFrame) {
      isFirstFrame = false;
      catchUp.request(true); // other cards may have changed just before the watch, and were not stored yet
    }
  } catch (error) {
    subscription.countUnreadable(error);
  }
  if (!isReportRequested) {
    isReportRequested = true;
    requestAnimationFrame(report);
  }
}

/** Reports the newest frame as drawn: its cards are drawn with this animation frame or the next ones. */
function report() {
  isReportRequested = false;
  const frame = subscription.latest.take();
  if (frame) {
    subscription.totals.frames += 1;
    subscription.markDrawn();
    subscription.reportDrawn(frame);
  }
}

/** @param {unknown} epoch */
function onEpoch(epoch) {
  if (cards.setEpoch(epoch)) {
    catchUp.request(true);
  }
}

/** @param {boolean} all whether to fetch all cards, or the incomplete ones */
async function fetchMissing(all) {
  const { epoch } = cards;
  const answer = await fetchCards(stream, all ? null : cards.incomplete);
  if (answer === null || epoch !== cards.epoch) {
    catchUp.request(all);
    return answer !== null;
  }
  update(cards.updateFromAnswer(answer, all));
  return cards.incomplete.length === 0 && !cards.isBehind;
}

/** @param {string[]} ids of the cards that changed */
function update(ids) {
  grid.update(ids);
  if (cards.incomplete.length) {
    catchUp.request(false);
  }
}

/** @param {string} id */
function clear(id) {
  const box = grid.boxes.get(id);
  if (box) {
    box.clear();
    grid.requestDraw(box);
  }
}

/** @param {string} id */
async function savePng(id) {
  const box = grid.boxes.get(id);
  const blob = box && (await cardPng(box));
  if (blob) {
    download(blob, fileName(id, "png"));
  } else if (box) {
    notice(`“${box.name}” ${box.view?.isLoading ? "is not drawn yet: try again in a moment" : "has no picture to save"}.`);
  }
}

/** @param {string} id */
function saveCsv(id) {
  const box = grid.boxes.get(id);
  if (box) {
    download(new Blob([cardCsv(box.content)], { type: "text/csv" }), fileName(id, "csv"));
  }
}

/** @param {string} id @param {string} extension */
function fileName(id, extension) {
  return `${stream}_${id.replace(/[^\w.-]+/g, "_").slice(0, MAX_FILE_ID_CHARACTERS)}.${extension}`;
}

function tick() {
  const hasPicture = grid.boxes.size > 0;
  const message = describeBoard({ ...subscription.facts, hasPicture, ageS: null, periodS: null });
  const shown = { hasPicture, frozen: false, ageS: null, pulseId: null, since: "" };
  display.showState(message, present({ message, ...shown, kind: "board" }));
  write(getById("count"), formatCount(grid.boxes.size || (subscription.isStatusCurrent ? 0 : null)));
  write(getById("viewers"), formatCount(subscription.isStatusCurrent ? subscription.status?.viewers : null));
  controls.render();
  grid.renderStatus((t) => subscription.clock.ageS(t, nowS()));
}

function updateVisibility() {
  subscription.setVisible(document.visibilityState === "visible");
}

document.addEventListener("visibilitychange", updateVisibility);
window.addEventListener("online", () => subscription.retryNow());
attachThemeButton(getById("theme", HTMLButtonElement), () => grid.restyle());
setInterval(tick, TICK_MS);
updateVisibility();
subscription.open();
tick();
