/** The page of a board: wires what comes, what shows it and what a viewer does with it together. */

import { CatchUp } from "./board/catch-up.js";
import { Cards } from "./board/cards.js";
import { Deck } from "./board/deck.js";
import { Layout } from "./board/layout.js";
import { fetchCards } from "./board/question.js";
import { view } from "./board/said.js";
import { write } from "./data/table.js";
import { Face } from "./page/face.js";
import { count } from "./page/format.js";
import { Kept } from "./page/kept.js";
import { themed } from "./page/theme.js";
import { nowS, timers } from "./watch/timers.js";
import { Watch } from "./watch/watch.js";

const TICK_MS = 250;

const { stream } = document.documentElement.dataset;
const element = (/** @type {string} */ id) => document.getElementById(id);

const face = new Face(element);
const kept = new Kept(stream);
const cards = new Cards();
const deck = new Deck(element("cards"), element("card"), cards, Layout.of(kept.get("layout")));
const watch = new Watch(stream, {
  linked: (to) => {
    catchUp.setOn(to === "watching");
    if (to === "watching") {
      catchUp.want(true);
    }
  },
  told: ({ epoch }) => began(epoch),
  came,
  changed: tick,
  notice: (text) => face.notice(text),
});
const catchUp = new CatchUp(ask, timers);
let isReporting = false;

/** @param {import("./watch/newest.js").Frame} frame */
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

function tick() {
  face.view(view({ ...watch.known, ageS: null, periodS: null }), { ageS: null, pulseId: null });
  write(element("count"), count(deck.all.size));
  write(element("viewers"), count(watch.isTold ? watch.status?.viewers : null));
  deck.tell((t) => watch.clock.ageS(t, nowS()));
}

function lookUp() {
  watch.setSeen(document.visibilityState === "visible");
}

document.addEventListener("visibilitychange", lookUp);
window.addEventListener("online", () => watch.hurry());
themed(element("theme"), () => deck.restyle());
setInterval(tick, TICK_MS);
lookUp();
watch.open();
tick();
