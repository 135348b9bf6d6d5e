/** The page of several streams: a wall of those that are chosen, or an overview of all. */

import { getById, write } from "./lib/dom.js";
import { StatusDisplay } from "./page/status-display.js";
import { attachThemeButton } from "./page/theme.js";
import { nowS } from "./lib/timers.js";
import { Overview } from "./wall/overview.js";
import { countText, notLiveText } from "./wall/tile-messages.js";
import { PulseSync } from "./wall/pulse-sync.js";
import { Tiles } from "./wall/tiles.js";
import { Wall } from "./wall/wall.js";

const TICK_MS = 250;

const { streams, most } = document.documentElement.dataset;
const display = new StatusDisplay(getById);
/** @type {string[]} to be announced by screen readers */
const announcements = [];

const sync = new PulseSync({
  animationFrame: () => new Promise((now) => requestAnimationFrame(() => now())),
  nowS,
  onRepaint: () => tiles.all.forEach((tile) => tile.renderPulse()),
});
/** @type {Tiles} */
const tiles = new Tiles(getById("tiles"), getById("tile", HTMLTemplateElement), !streams, streams ? sync : null, {
  onAnnouncement: (text) => announcements.push(text),
  onNotice: (text) => display.showNotice(text),
});
const wall = streams ? new Wall(tiles, sync, Number(most), streams.split(",")) : null;
const page = wall ?? new Overview(tiles, Number(most));

function tick() {
  tiles.tick();
  tiles.arrange(page.columns);
  wall?.tick();
  const { all } = tiles;
  if (all.length) {
    write(getById("count"), countText(all.length));
  }
  showNotLive(all.filter((tile) => tile.isNotLive));
  if (announcements.length) {
    write(getById("spoken"), announcements.splice(0).join(". "));
  }
}

/** @param {import("./wall/tile.js").Tile[]} tiles */
function showNotLive(tiles) {
  const badge = getById("not-live");
  write(badge, notLiveText(tiles.length));
  badge.hidden = tiles.length === 0;
  badge.title = tiles.map(({ stream }) => stream).join(", ");
  const title = `${tiles.length ? "◆ " : ""}${document.title.replace(/^◆ /, "")}`;
  if (document.title !== title) {
    document.title = title;
  }
}

function updateVisibility() {
  const isVisible = document.visibilityState === "visible";
  tiles.setVisible(isVisible);
  page.setVisible(isVisible);
}

document.addEventListener("visibilitychange", updateVisibility);
window.addEventListener("online", () => tiles.retryNow());
window.addEventListener("resize", () => tiles.arrange(page.columns));
attachThemeButton(getById("theme", HTMLButtonElement), () => {});
setInterval(tick, TICK_MS);
updateVisibility();
tick();
