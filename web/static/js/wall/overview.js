/** All known streams as thumbnails; the ticked ones can be opened as a wall. */

import { getById, select, write } from "../lib/dom.js";
import { PollSchedule } from "../stream/poll-schedule.js";
import { fetchStatuses } from "../page/stream-picker.js";
import { timers } from "../lib/timers.js";
import { WallLayout } from "./wall-layout.js";
import { Order } from "./order.js";

const INTERVAL_MS = 10_000; // few pages are open that wait for new streams
const MIN_STREAMS = 2; // of a wall

export class Overview {
  /** The window decides the number of columns. */
  columns = 0;
  #tiles;
  #maxStreams;
  #wallLink = getById("wall", HTMLAnchorElement);
  #poll = new PollSchedule(async () => this.#update(await fetchStatuses()), timers, INTERVAL_MS);
  #order = new Order();
  /** @type {string[]} in the order in which they were ticked */
  #ticked = [];

  /** @param {import("./tiles.js").Tiles} tiles @param {number} maxStreams of a wall */
  constructor(tiles, maxStreams) {
    this.#tiles = tiles;
    this.#maxStreams = maxStreams;
    history.replaceState(null, "", "/"); // settings in an address belong to one stream
    getById("tiles").addEventListener("change", () => this.#renderChoice());
    document.addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
      if (key === "w" && !ctrlKey && !metaKey && !altKey && !this.#wallLink.hidden) {
        this.#wallLink.click();
      }
    });
  }

  /** @param {boolean} isVisible */
  setVisible(isVisible) {
    this.#poll.setVisible(isVisible);
  }

  /** @param {Record<string, any>[]} statuses */
  #update(statuses) {
    this.#order.update(statuses);
    this.#tiles.show(this.#order.streams);
    this.#tiles.arrange(this.columns);
    this.#renderChoice();
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
