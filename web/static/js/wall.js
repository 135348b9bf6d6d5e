/** The page of many streams: a wall of the chosen ones, or an overview of all. */

import { write } from "./lib/dom.js";
import { StatusDisplay } from "./page/status-display.js";
import { attachThemeButton } from "./page/theme.js";
import { Overview } from "./wall/overview.js";
import { summary } from "./wall/tile-messages.js";
import { Tiles } from "./wall/tiles.js";
import { Wall } from "./wall/wall.js";

const TICK_MS = 250;

const element = (/** @type {string} */ id) => document.getElementById(id);
const { streams, most } = document.documentElement.dataset;
const template = /** @type {HTMLTemplateElement} */ (element("tile"));
const face = new StatusDisplay(element);
/** @type {string[]} */
const spoken = [];

const tiles = new Tiles(element("tiles"), template, !streams, {
  spoken: (text) => spoken.push(text),
  notice: (text) => face.notice(text),
});
const page = streams
  ? new Wall(element, tiles, Number(most), streams.split(","))
  : new Overview(element, tiles, Number(most));

function tick() {
  tiles.tick();
  tiles.arrange(page.columns);
  const { all } = tiles;
  if (all.length) {
    write(element("count"), summary(all.length, all.filter((tile) => tile.isBad).length));
  }
  if (spoken.length) {
    write(element("spoken"), spoken.splice(0).join(". "));
  }
}

function lookUp() {
  const seen = document.visibilityState === "visible";
  tiles.setSeen(seen);
  page.setSeen(seen);
}

document.addEventListener("visibilitychange", lookUp);
window.addEventListener("online", () => tiles.hurry());
window.addEventListener("resize", () => tiles.arrange(page.columns));
attachThemeButton(/** @type {HTMLButtonElement} */ (element("theme")), () => {});
setInterval(tick, TICK_MS);
lookUp();
tick();
