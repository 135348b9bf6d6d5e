/** How many streams of the page are not live: in its header, and by a mark in the tab's title. */

import { getById, write } from "../lib/dom.js";
import { notLiveText } from "./tile-messages.js";

/** @param {string[]} streams that are not live */
export function showNotLive(streams) {
  const badge = getById("not-live");
  write(badge, notLiveText(streams.length));
  badge.hidden = streams.length === 0;
  badge.title = streams.join(", ");
  const title = `${streams.length ? "◆ " : ""}${document.title.replace(/^◆ /, "")}`;
  if (document.title !== title) {
    document.title = title;
  }
}
