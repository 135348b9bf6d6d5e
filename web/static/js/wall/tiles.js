/** The tiles on this page: as many as there are streams to show, in their order and columns. */

import { columnsFor } from "./column-count.js";
import { Tile } from "./tile.js";

const LEAST_REM = 16;
const MOST_WEBGL = 8; // pages have 8 such contexts on a phone, 16 elsewhere; the oldest are taken away

export class Tiles {
  #list;
  #template;
  #small;
  #listener;
  /** @type {Map<string, Tile>} */
  #tiles = new Map();
  /** @type {WeakMap<Element, boolean>} whether a tile is about where the page is scrolled to */
  #near = new WeakMap();
  #seen = false;
  #sight;

  /**
   * @param {HTMLElement} list
   * @param {HTMLTemplateElement} template
   * @param {boolean} small whether thumbnails are enough
   * @param {import("./tile.js").Listener} listener
   */
  constructor(list, template, small, listener) {
    this.#list = list;
    this.#template = template;
    this.#small = small;
    this.#listener = listener;
    const noted = (/** @type {IntersectionObserverEntry[]} */ entries) => {
      entries.forEach(({ target, isIntersecting }) => this.#near.set(target, isIntersecting));
      this.setSeen(this.#seen);
    };
    this.#sight = new IntersectionObserver(noted, { rootMargin: "50%" });
  }

  /** @returns {Tile[]} in no order */
  get all() {
    return [...this.#tiles.values()];
  }

  /** Shows these, in this order; what has the focus keeps it. @param {string[]} streams */
  show(streams) {
    for (const tile of this.all) {
      if (!streams.includes(tile.stream)) {
        this.#sight.unobserve(tile.element);
        this.#tiles.delete(tile.stream);
        tile.close();
      }
    }
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    streams.forEach((stream, place) => {
      const { element } = this.#tiles.get(stream) ?? this.#made(stream);
      if (this.#list.children[place] !== element) {
        this.#list.insertBefore(element, this.#list.children[place] ?? null);
      }
    });
    if (focused?.isConnected && focused !== document.activeElement) {
      focused.focus();
    }
  }

  /** @param {string} stream @returns {HTMLElement | undefined} */
  elementOf(stream) {
    return this.#tiles.get(stream)?.element;
  }

  /** Whose tile something belongs to. @param {EventTarget | null} target @returns {string | undefined} */
  streamOf(target) {
    return this.all.find(({ element }) => target instanceof Node && element.contains(target))?.stream;
  }

  /** Whether anybody can see the page. @param {boolean} seen */
  setSeen(seen) {
    this.#seen = seen;
    for (const tile of this.all) {
      tile.setSeen(seen && this.#near.get(tile.element) === true);
    }
  }

  /** The network is back. */
  hurry() {
    this.all.forEach(({ live }) => live.retryNow());
  }

  tick() {
    this.all.forEach((tile) => tile.tick());
  }

  /**
   * Lays them out anew.
   * @param {number} asked columns; 0: as many as show the pictures largest
   */
  arrange(asked) {
    const { all } = this;
    if (all.length === 0) {
      return;
    }
    const root = document.documentElement;
    const least = LEAST_REM * parseFloat(getComputedStyle(root).fontSize);
    const place = { width: this.#list.clientWidth, height: root.clientHeight - this.#list.offsetTop };
    const ratios = all.map(({ ratio }) => ratio);
    const isNarrow = place.width < 2 * least;
    const best = columnsFor(ratios, place, { head: all[0].headPx, least });
    const columns = isNarrow ? 1 : Math.min(asked || best, all.length);
    this.#list.style.setProperty("--columns", String(columns));
    this.#list.style.setProperty("--rows", String(Math.ceil(all.length / columns)));
  }

  /** @param {string} stream */
  #made(stream) {
    const element = /** @type {HTMLElement} */ (this.#template.content.firstElementChild.cloneNode(true));
    const painter = this.#small || this.#tiles.size >= MOST_WEBGL ? "2d" : "";
    const tile = new Tile(stream, element, { small: this.#small, painter }, this.#listener);
    this.#tiles.set(stream, tile);
    this.#sight.observe(element);
    return tile;
  }
}
