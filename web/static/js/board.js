/** The page of a board: wires what comes, what shows it and what a viewer does with it together. */

import { Arrangement } from "./board/arrangement.js";
import { Cards } from "./board/cards.js";
import { CatchUp } from "./board/catch-up.js";
import { Controls } from "./board/controls.js";
import { CardGrid } from "./board/card-grid.js";
import { attachResizing, attachInteractions } from "./board/interactions.js";
import { Menu } from "./board/menu.js";
import { fetchCards } from "./board/fetch-cards.js";
import { view } from "./stream/board-state.js";
import { cardCsv } from "./board/card-csv.js";
import { cardPng } from "./board/card-png.js";
import { write } from "./lib/dom.js";
import { download } from "./lib/download.js";
import { StatusDisplay } from "./page/status-display.js";
import { count } from "./lib/format.js";
import { Kept } from "./lib/preferences.js";
import { attachThemeButton } from "./page/theme.js";
import { nowS, timers } from "./lib/timers.js";
import { Watch } from "./stream/subscription.js";

const TICK_MS = 250;

const { stream } = document.documentElement.dataset;
const element = (/** @type {string} */ id) => document.getElementById(id);

const face = new StatusDisplay(element);
const notice = (/** @type {string} */ text) => face.notice(text);
const cards = new Cards();
const list = element("cards");
const template = /** @type {HTMLTemplateElement} */ (element("card"));
const arrangement = new Arrangement(
  new Kept(stream),
  (arrangement) => new CardGrid(list, template, cards, arrangement.layout, (box) => attachResizing(box, arrangement)),
  { changed: () => controls.show(), notice },
);
const { deck } = arrangement;
const controls = new Controls(element, arrangement, () => deck.ids.forEach(clear));
attachInteractions(list, arrangement, clear);
new Menu(list, deck, [
  { text: "Clear", does: clear },
  { text: "Hide", does: (id) => arrangement.hide(id) },
  { text: "Earlier", does: (id) => arrangement.move(id, -1), stays: true },
  { text: "Later", does: (id) => arrangement.move(id, 1), stays: true },
  { text: "Save as PNG", does: savePicture },
  { text: "Save as CSV", does: saveRows, isOff: (id) => deck.all.get(id).about.type === "custom" },
]);
const watch = new Watch(stream, {
  linked: (to) => {
    catchUp.setOn(to === "watching");
    if (to === "watching") {
      catchUp.want(true);
    }
  },
  told: ({ epoch, kind }) => {
    if (epoch !== undefined && kind !== "board") {
      location.replace(`/view/${encodeURIComponent(stream)}`); // an ingest of another kind has the name now
    }
    began(epoch);
  },
  came,
  changed: tick,
  notice,
});
const catchUp = new CatchUp(ask, timers);
let isReporting = false;

/** @param {import("./stream/latest-frame.js").Frame} frame */
function came({ header }) {
  began(header.epoch);
  try {
    show(cards.came(header.cards));
  } catch (problem) {
    watch.unreadable(problem);
  }
  if (!isReporting) {
    isReporting = true;
    requestAnimationFrame(report);
  }
}

/** What came is on its way to the screen. */
function report() {
  isReporting = false;
  const frame = watch.newest.take();
  if (frame) {
    watch.here.frames += 1;
    watch.drew();
    watch.done(frame);
  }
}

/** @param {unknown} epoch */
function began(epoch) {
  if (cards.began(epoch)) {
    catchUp.want(true);
  }
}

/** @param {boolean} all */
async function ask(all) {
  const { epoch } = cards;
  const answer = await fetchCards(stream, all ? null : cards.wanted);
  if (answer === null || epoch !== cards.epoch) {
    catchUp.want(all);
    return answer !== null;
  }
  show(cards.answered(answer, all));
  return cards.wanted.length === 0;
}

/** @param {string[]} ids */
function show(ids) {
  deck.came(ids);
  if (cards.wanted.length) {
    catchUp.want(false);
  }
}

/** @param {string} id */
function clear(id) {
  const box = deck.all.get(id);
  box.clear();
  deck.want(box);
}

/** @param {string} id */
async function savePicture(id) {
  const box = deck.all.get(id);
  const blob = await cardPng(box);
  if (blob) {
    download(blob, fileName(box, "png"));
  } else {
    notice(`Nothing is drawn in “${box.name}” that a picture could have.`);
  }
}

/** @param {string} id */
function saveRows(id) {
  const box = deck.all.get(id);
  download(new Blob([cardCsv(box.shown)], { type: "text/csv" }), fileName(box, "csv"));
}

/** @param {import("./board/card-box.js").CardBox} box @param {string} kind */
function fileName({ id }, kind) {
  return `${stream}_${id.replace(/[^\w.-]+/g, "_").slice(0, 80)}.${kind}`;
}

function tick() {
  face.view(view({ ...watch.known, ageS: null, periodS: null }), { ageS: null, pulseId: null });
  write(element("count"), count(deck.all.size || (watch.isTold ? 0 : null)));
  write(element("viewers"), count(watch.isTold ? watch.status?.viewers : null));
  controls.show();
  deck.tell((t) => watch.clock.ageS(t, nowS()));
}

function lookUp() {
  watch.setSeen(document.visibilityState === "visible");
}

document.addEventListener("visibilitychange", lookUp);
window.addEventListener("online", () => watch.hurry());
attachThemeButton(element("theme"), () => deck.restyle());
setInterval(tick, TICK_MS);
lookUp();
watch.open();
tick();
