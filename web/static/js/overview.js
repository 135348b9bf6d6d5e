/** The start page, while there are several streams: all of them, as thumbnails. */

import { getById, write } from "./lib/dom.js";
import { StatusDisplay } from "./page/status-display.js";
import { attachThemeButton } from "./page/theme.js";
import { showNotLive } from "./wall/not-live-badge.js";
import { Overview } from "./wall/overview.js";
import { Tiles } from "./wall/tiles.js";

const TICK_MS = 250;

const display = new StatusDisplay(getById);
/** @type {string[]} to be announced by screen readers */
const announcements = [];

const tiles = new Tiles(getById("tiles"), getById("tile", HTMLTemplateElement), true, null, {
  onAnnouncement: (text) => announcements.push(text),
  onNotice: (text) => display.showNotice(text),
});
const overview = new Overview(tiles, Number(document.documentElement.dataset.most));

function tick() {
  tiles.tick();
  overview.tick();
  tiles.arrange(0);
  showNotLive(overview.notLive);
  if (announcements.length) {
    write(getById("spoken"), announcements.splice(0).join(". "));
  }
}

function updateVisibility() {
  const isVisible = document.visibilityState === "visible";
  tiles.setVisible(isVisible);
  overview.setVisible(isVisible);
}

document.addEventListener("visibilitychange", updateVisibility);
window.addEventListener("online", () => tiles.retryNow());
window.addEventListener("resize", () => tiles.arrange(0));
attachThemeButton(getById("theme", HTMLButtonElement), () => {});
setInterval(tick, TICK_MS);
updateVisibility();
tick();
