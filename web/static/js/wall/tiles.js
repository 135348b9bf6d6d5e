/** The tiles on this page: one for each stream, in their order and columns. */

import { select } from "../lib/dom.js";
import { columnsFor } from "./column-count.js";
import { Tile } from "./tile.js";

const MIN_WIDTH_REM = 16;
const MAX_WEBGL = 8; // phones allow a page 8 such contexts, other browsers 16; the oldest are lost

export class Tiles {
  #list;
  #template;
  #areSmall;
  #sync;
  #listener;
  /** @type {Map<string, Tile>} */
  #tiles = new Map();
  /** @type {WeakMap<Element, boolean>} whether a tile is near to where the page is scrolled */
  #isNear = new WeakMap();
  #isVisible = false;
  #observer;

  /**
   * @param {HTMLElement} list
   * @param {HTMLTemplateElement} template
   * @param {boolean} areSmall whether thumbnails are enough
   * @param {import("./pulse-sync.js").PulseSync | null} sync null: each draws its frames as they arrive
   * @param {import("./tile.js").Listener} listener
   */
  constructor(list, template, areSmall, sync, listener) {
    this.#list = list;
    this.#template = template;
    this.#areSmall = areSmall;
    this.#sync = sync;
    this.#listener = listener;
    const onIntersection = (/** @type {IntersectionObserverEntry[]} */ entries) => {
      entries.forEach(({ target, isIntersecting }) => this.#isNear.set(target, isIntersecting));
      this.setVisible(this.#isVisible);
    };
    this.#observer = new IntersectionObserver(onIntersection, { rootMargin: "50%" });
  }

  /** @returns {Tile[]} in no order */
  get all() {
    return [...this.#tiles.values()];
  }

  /** Shows these streams, in this order; the focus stays where it is. @param {string[]} streams */
  show(streams) {
    for (const tile of this.all) {
      if (!streams.includes(tile.stream)) {
        this.#observer.unobserve(tile.element);
        this.#tiles.delete(tile.stream);
        tile.close();
      }
    }
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    streams.forEach((stream, place) => {
      const { element } = this.#tiles.get(stream) ?? this.#create(stream);
      if (this.#list.children[place] !== element) {
        this.#list.insertBefore(element, this.#list.children[place] ?? null);
      }
    });
    if (focused?.isConnected && focused !== document.activeElement) {
      focused.focus();
    }
  }

  /** Return the tile of a stream that is shown. @param {string} stream */
  elementOf(stream) {
    const tile = this.#tiles.get(stream);
    if (!tile) {
      throw new Error(`stream ${stream} has no tile`);
    }
    return tile.element;
  }

  /**
   * Return the stream whose tile an element is in.
   * @param {EventTarget | null} target
   * @returns {string | undefined}
   */
  streamOf(target) {
    return this.all.find(({ element }) => target instanceof Node && element.contains(target))?.stream;
  }

  /** @param {boolean} isVisible whether the page is visible */
  setVisible(isVisible) {
    this.#isVisible = isVisible;
    for (const tile of this.all) {
      tile.setVisible(isVisible && this.#isNear.get(tile.element) === true);
    }
  }

  /** Connects without waiting: the network is back. */
  retryNow() {
    this.all.forEach(({ live }) => live.retryNow());
  }

  tick() {
    this.all.forEach((tile) => tile.tick());
  }

  /**
   * Sets the number of columns and rows.
   * @param {number} requested columns; 0: as many as show the pictures largest
   */
  arrange(requested) {
    const all = this.all.filter(({ element }) => !element.hidden);
    if (all.length === 0) {
      return;
    }
    const root = document.documentElement;
    const minWidth = MIN_WIDTH_REM * parseFloat(getComputedStyle(root).fontSize);
    const space = { width: this.#list.clientWidth, height: root.clientHeight - this.#list.offsetTop };
    const ratios = all.map(({ ratio }) => ratio);
    const isNarrow = space.width < 2 * minWidth;
    const best = columnsFor(ratios, space, { headHeight: all[0].headHeight, minWidth });
    const columns = isNarrow ? 1 : Math.min(requested || best, all.length);
    this.#list.style.setProperty("--columns", String(columns));
    this.#list.style.setProperty("--rows", String(Math.ceil(all.length / columns)));
  }

  /** @param {string} stream */
  #create(stream) {
    const element = select(document.importNode(this.#template.content, true), ".tile");
    const painter = this.#areSmall || this.#tiles.size >= MAX_WEBGL ? "2d" : "";
    const tile = new Tile(stream, element, { isSmall: this.#areSmall, painter, sync: this.#sync }, this.#listener);
    this.#tiles.set(stream, tile);
    this.#observer.observe(element);
    return tile;
  }
}
