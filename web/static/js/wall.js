/** The page of a wall: several chosen streams. */

import { getById, write } from "./lib/dom.js";
import { StatusDisplay } from "./page/status-display.js";
import { attachThemeButton } from "./page/theme.js";
import { nowS } from "./lib/timers.js";
import { showNotLive } from "./wall/not-live-badge.js";
import { countText } from "./wall/tile-messages.js";
import { PulseSync } from "./wall/pulse-sync.js";
import { Tiles } from "./wall/tiles.js";
import { Wall } from "./wall/wall.js";

const TICK_MS = 250;

const { streams = "", most } = document.documentElement.dataset;
const display = new StatusDisplay(getById);
/** @type {string[]} to be announced by screen readers */
const announcements = [];

const sync = new PulseSync({
  animationFrame: () => new Promise((now) => requestAnimationFrame(() => now())),
  nowS,
  onRepaint: () => tiles.all.forEach((tile) => tile.renderPulse()),
});
/** @type {Tiles} */
const tiles = new Tiles(getById("tiles"), getById("tile", HTMLTemplateElement), false, sync, {
  onAnnouncement: (text) => announcements.push(text),
  onNotice: (text) => display.showNotice(text),
});
const wall = new Wall(tiles, sync, Number(most), streams.split(","));

function tick() {
  tiles.tick();
  tiles.arrange(wall.columns);
  wall.tick();
  const { all } = tiles;
  write(getById("count"), countText(all.length));
  showNotLive(all.filter((tile) => tile.isNotLive).map(({ stream }) => stream));
  if (announcements.length) {
    write(getById("spoken"), announcements.splice(0).join(". "));
  }
}

function updateVisibility() {
  const isVisible = document.visibilityState === "visible";
  tiles.setVisible(isVisible);
  wall.setVisible(isVisible);
}

document.addEventListener("visibilitychange", updateVisibility);
window.addEventListener("online", () => tiles.retryNow());
window.addEventListener("resize", () => tiles.arrange(wall.columns));
attachThemeButton(getById("theme", HTMLButtonElement), () => {});
setInterval(tick, TICK_MS);
updateVisibility();
tick();
