/** The chosen streams as large as the window lets them be; what is changed here stands in the address. */

import { Asking } from "../stream/poll-schedule.js";
import { fetchStreamNames } from "../page/stream-picker.js";
import { timers } from "../lib/timers.js";
import { attachKiosk } from "../page/kiosk.js";
import { Layout } from "./wall-layout.js";

/** @typedef {(id: string) => HTMLElement} Element */

export class Wall {
  #of;
  #tiles;
  #most;
  #layout;
  /** @type {string[]} */
  #known = [];
  #asking = new Asking(async () => this.#offer(await fetchStreamNames()), timers);
  /** @type {string | undefined} the stream whose tile is dragged */
  #dragged;

  /**
   * @param {Element} element
   * @param {import("./tiles.js").Tiles} tiles
   * @param {number} most how many it may have
   * @param {string[]} streams at first
   */
  constructor(element, tiles, most, streams) {
    this.#of = element;
    this.#tiles = tiles;
    this.#most = most;
    this.#layout = Layout.asked(streams, location.search, most);
    this.#offerColumns();
    this.#offerMore();
    this.#listen(element("tiles"));
    attachKiosk(element("full"), this.#layout.bare);
    document.addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey, target }) => {
      if (key === "f" && !ctrlKey && !metaKey && !altKey && !(target instanceof HTMLSelectElement)) {
        element("full").click();
      }
    });
    this.#change(this.#layout);
  }

  /** Columns asked for; 0: the window decides. */
  get columns() {
    return this.#layout.columns;
  }

  /** @param {boolean} seen */
  setSeen(seen) {
    this.#asking.setSeen(seen);
  }

  /** @param {Layout} layout */
  #change(layout) {
    this.#layout = layout;
    const { streams } = layout;
    history.replaceState(null, "", layout.address);
    document.title = `${streams.join(", ")} · Beamcast`;
    this.#tiles.show(streams);
    this.#tiles.arrange(layout.columns);
    streams.forEach((stream, place) => {
      const disabled = { earlier: place === 0, later: place === streams.length - 1, remove: streams.length === 1 };
      for (const [tool, isDisabled] of Object.entries(disabled)) {
        this.#part(stream, tool).setAttribute("aria-disabled", String(isDisabled));
      }
      this.#part(stream, "tools").setAttribute("aria-label", `${stream} on the wall`);
    });
    this.#offer(this.#known);
  }

  /** @param {string} stream @param {number} by how many places further */
  #move(stream, by) {
    const { streams } = this.#layout;
    this.#change(this.#layout.placed(stream, streams.indexOf(stream) + by));
  }

  /** The next tile takes the focus, for whoever removes by keys. @param {string} stream */
  #remove(stream) {
    const { streams } = this.#layout;
    if (streams.length > 1) {
      const place = streams.indexOf(stream);
      const next = streams[place + 1] ?? streams[place - 1];
      this.#change(this.#layout.without(stream));
      this.#part(next, "remove").focus();
    }
  }

  /** @param {HTMLElement} list */
  #listen(list) {
    list.addEventListener("click", ({ target }) => {
      const tool = target instanceof Element && target.closest(".tools button");
      if (tool) {
        this.#use(tool.classList, this.#tiles.streamOf(target));
      }
    });
    list.addEventListener("keydown", ({ key, shiftKey, target }) => {
      const stream = this.#tiles.streamOf(target);
      if (shiftKey && (key === "ArrowLeft" || key === "ArrowRight")) {
        this.#move(stream, key === "ArrowLeft" ? -1 : 1);
      } else if (key === "Delete") {
        this.#remove(stream);
      }
    });
    list.addEventListener("dragstart", ({ target, dataTransfer }) => {
      this.#dragged = this.#tiles.streamOf(target);
      dataTransfer.effectAllowed = "move";
      dataTransfer.setData("text/plain", this.#dragged); // without data some browsers drag nothing
    });
    list.addEventListener("dragover", (event) => this.#dragged && event.preventDefault());
    list.addEventListener("drop", (event) => {
      const onto = this.#tiles.streamOf(event.target);
      if (this.#dragged && onto) {
        event.preventDefault();
        this.#change(this.#layout.placed(this.#dragged, this.#layout.streams.indexOf(onto)));
      }
    });
    list.addEventListener("dragend", () => (this.#dragged = undefined));
  }

  /** @param {DOMTokenList} tool @param {string} stream */
  #use(tool, stream) {
    if (tool.contains("remove")) {
      this.#remove(stream);
    } else {
      this.#move(stream, tool.contains("earlier") ? -1 : 1);
    }
  }

  #offerMore() {
    const add = this.#select("add");
    for (const opened of ["focus", "pointerdown"]) {
      add.addEventListener(opened, () => this.#asking.now());
    }
    add.addEventListener("change", () => {
      if (add.value) {
        this.#change(this.#layout.with(add.value));
      }
    });
  }

  /** Those that do not stand here yet. @param {string[]} streams all that are known */
  #offer(streams) {
    this.#known = streams.length ? streams : this.#known;
    const { streams: here } = this.#layout;
    const others = this.#known.filter((stream) => !here.includes(stream)).sort();
    const add = this.#select("add");
    const [invitation, ...offered] = add.options;
    if (others.join() !== offered.map(({ value }) => value).join()) {
      add.replaceChildren(invitation, ...others.map((stream) => new Option(stream, stream)));
    }
    add.value = "";
    add.disabled = others.length === 0 || here.length >= this.#most;
  }

  #offerColumns() {
    const columns = this.#select("columns");
    const counts = Array.from({ length: this.#most }, (_, index) => index + 1);
    const named = counts.map((count) => new Option(count === 1 ? "1 column" : `${count} columns`, String(count)));
    columns.replaceChildren(new Option("Columns as they fit", "0"), ...named);
    columns.value = String(this.#layout.columns);
    columns.addEventListener("change", () => this.#change(this.#layout.inColumns(Number(columns.value))));
  }

  /** @param {string} stream @param {string} part of its tile @returns {HTMLElement} */
  #part(stream, part) {
    return this.#tiles.elementOf(stream).querySelector(`.${part}`);
  }

  /** @param {string} id @returns {HTMLSelectElement} */
  #select(id) {
    return /** @type {HTMLSelectElement} */ (this.#of(id));
  }
}
