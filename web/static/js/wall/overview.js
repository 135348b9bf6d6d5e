/** All known streams as thumbnails, new ones too; ticked ones go on a wall. */

import { write } from "../lib/dom.js";
import { Asking } from "../stream/poll-schedule.js";
import { fetchStatuses } from "../page/stream-picker.js";
import { timers } from "../lib/timers.js";
import { Layout } from "./wall-layout.js";
import { Order } from "./order.js";

const ASK_EVERY_MS = 10_000; // of the few pages that wait for new streams
const LEAST = 2;

/** @typedef {(id: string) => HTMLElement} Element */

export class Overview {
  #of;
  #tiles;
  #most;
  #asking = new Asking(async () => this.#show(await fetchStatuses()), timers, ASK_EVERY_MS);
  #order = new Order();
  /** @type {string[]} in the order in which they were ticked */
  #ticked = [];

  /**
   * @param {Element} element
   * @param {import("./tiles.js").Tiles} tiles
   * @param {number} most how many a wall may have
   */
  constructor(element, tiles, most) {
    this.#of = element;
    this.#tiles = tiles;
    this.#most = most;
    history.replaceState(null, "", "/"); // a look in the address is that of one stream
    element("tiles").addEventListener("change", () => this.#choose());
    document.addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
      if (key === "w" && !ctrlKey && !metaKey && !altKey && !this.#wall.hidden) {
        this.#wall.click();
      }
    });
  }

  /** Columns asked for: the window decides. */
  columns = 0;

  /** @param {boolean} seen */
  setSeen(seen) {
    this.#asking.setSeen(seen);
  }

  /** @param {Record<string, any>[]} statuses */
  #show(statuses) {
    this.#order.learn(statuses);
    this.#tiles.show(this.#streams);
    this.#tiles.arrange(this.columns);
    this.#choose();
  }

  get #streams() {
    return this.#order.streams;
  }

  get #wall() {
    return /** @type {HTMLAnchorElement} */ (this.#of("wall"));
  }

  #choose() {
    const boxes = new Map(
      this.#streams.map((stream) => {
        const box = this.#tiles.elementOf(stream).querySelector(".choose");
        return [stream, /** @type {HTMLInputElement} */ (box)];
      }),
    );
    const isTicked = (/** @type {string} */ stream) => boxes.get(stream).checked;
    this.#ticked = [...new Set([...this.#ticked, ...this.#streams])].filter(isTicked);
    const count = this.#ticked.length;
    for (const [stream, box] of boxes) {
      box.setAttribute("aria-label", `Choose ${stream} for a wall`);
      box.disabled = count >= this.#most && !box.checked;
    }
    this.#wall.hidden = count < LEAST;
    this.#wall.href = new Layout(this.#ticked).address;
    write(this.#wall, `Wall of ${count}`);
    this.#of("hint").hidden = count >= LEAST || boxes.size < LEAST;
    write(this.#of("hint"), count ? "Tick one more for a wall" : "Tick two or more for a wall");
  }
}
