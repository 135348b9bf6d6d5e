/** All known streams as thumbnails, filtered and searched; the ticked ones can be opened as a wall. */

import { getById, select, write } from "../lib/dom.js";
import { countEach, isShown, withFilter } from "../lib/list-filter.js";
import { FilterBar } from "../page/filter-bar.js";
import { PollSchedule } from "../stream/poll-schedule.js";
import { fetchStatuses } from "../page/stream-picker.js";
import { timers } from "../lib/timers.js";
import { WallLayout } from "./wall-layout.js";
import { Order } from "./order.js";
import { FILTERS, entryOf, mergeEntries, textsOf } from "./overview-list.js";

const INTERVAL_MS = 10_000; // few pages are open that wait for new streams
const MIN_STREAMS = 2; // of a wall

export class Overview {
  #tiles;
  #maxStreams;
  #bar = new FilterBar(() => this.tick());
  #wallLink = getById("wall", HTMLAnchorElement);
  #poll = new PollSchedule(async () => this.#update(await fetchStatuses()), timers, INTERVAL_MS);
  #order = new Order();
  /** @type {Map<string, import("./overview-list.js").Entry>} as the server last said */
  #entries = new Map();
  /** @type {string[]} in the order in which they were ticked */
  #ticked = [];

  /** @param {import("./tiles.js").Tiles} tiles @param {number} maxStreams of a wall */
  constructor(tiles, maxStreams) {
    this.#tiles = tiles;
    this.#maxStreams = maxStreams;
    history.replaceState(null, "", `/${withFilter("", this.#bar.filter)}`); // other settings belong to one stream
    getById("tiles").addEventListener("change", () => this.#renderChoice());
    document.addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey, target }) => {
      const isTyping = target instanceof HTMLInputElement && target.type === "search";
      if (key === "w" && !isTyping && !ctrlKey && !metaKey && !altKey && !this.#wallLink.hidden) {
        this.#wallLink.click();
      }
    });
  }

  /** @param {boolean} isVisible */
  setVisible(isVisible) {
    this.#poll.setVisible(isVisible);
  }

  /** Filter and count the tiles by their present states; to be called a few times a second. */
  tick() {
    const entries = this.#tiles.all.map((tile) => ({ ...this.#entryOf(tile), tile }));
    for (const entry of entries) {
      entry.tile.element.hidden = !isShown(entry, textsOf(entry), FILTERS, this.#bar.filter);
    }
    this.#bar.showCounts(countEach(entries, FILTERS));
    getById("none").hidden = entries.length === 0 || entries.some(({ tile }) => !tile.element.hidden);
  }

  /** The streams that are not live. */
  get notLive() {
    return this.#tiles.all.map((tile) => this.#entryOf(tile)).filter(FILTERS["not-live"]).map(({ stream }) => stream);
  }

  /** Return what is known of a stream; one that is out of sight is not watched. @param {import("./tile.js").Tile} tile */
  #entryOf(tile) {
    const entry = this.#entries.get(tile.stream) ?? entryOf({ stream: tile.stream });
    return tile.isWatching ? { ...entry, isNotLive: tile.isNotLive } : entry;
  }

  /** @param {Record<string, any>[]} statuses */
  #update(statuses) {
    this.#order.update(statuses);
    this.#entries = mergeEntries(this.#entries, statuses);
    this.#tiles.show(this.#order.streams);
    for (const stream of this.#order.streams) {
      const about = select(this.#tiles.elementOf(stream), ".about", HTMLElement);
      about.title = this.#entries.get(stream)?.about ?? "";
      write(about, about.title);
    }
    this.#renderChoice();
    this.tick();
  }

  #renderChoice() {
    const { streams } = this.#order;
    const boxes = new Map(
      streams.map((stream) => [stream, select(this.#tiles.elementOf(stream), ".choose", HTMLInputElement)]),
    );
    const isTicked = (/** @type {string} */ stream) => boxes.get(stream)?.checked;
    this.#ticked = [...new Set([...this.#ticked, ...streams])].filter(isTicked);
    const count = this.#ticked.length;
    for (const [stream, box] of boxes) {
      box.setAttribute("aria-label", `Choose ${stream} for a wall`);
      box.disabled = count >= this.#maxStreams && !box.checked;
    }
    this.#wallLink.hidden = count < MIN_STREAMS;
    this.#wallLink.href = new WallLayout(this.#ticked).address;
    write(this.#wallLink, `Wall of ${count}`);
    const hint = getById("hint");
    hint.hidden = count >= MIN_STREAMS || boxes.size < MIN_STREAMS;
    write(hint, count ? "Select one more for a wall" : "Select two or more for a wall");
  }
}
