/** A wall: the chosen streams as large as the window allows. Changes are kept in the address. */

import { getById, select, write } from "../lib/dom.js";
import { PollSchedule } from "../stream/poll-schedule.js";
import { fetchStreamNames } from "../page/stream-picker.js";
import { timers } from "../lib/timers.js";
import { attachKiosk } from "../page/kiosk.js";
import { Preferences } from "../lib/preferences.js";
import { syncText } from "./tile-messages.js";
import { SAME_PULSE, WallLayout } from "./wall-layout.js";

const ALL_WALLS = ""; // no stream has this name

export class Wall {
  #tiles;
  #sync;
  #preferences = new Preferences(ALL_WALLS);
  #same = getById("same", HTMLButtonElement);
  #maxStreams;
  #layout;
  #add = getById("add", HTMLSelectElement);
  /** @type {string[]} */
  #knownStreams = [];
  #poll = new PollSchedule(async () => this.#offer(await fetchStreamNames()), timers);
  /** @type {string | undefined} the stream whose tile is dragged */
  #dragged;

  /**
   * @param {import("./tiles.js").Tiles} tiles
   * @param {import("./pulse-sync.js").PulseSync} sync of these tiles
   * @param {number} maxStreams
   * @param {string[]} streams at first
   */
  constructor(tiles, sync, maxStreams, streams) {
    this.#tiles = tiles;
    this.#sync = sync;
    this.#maxStreams = maxStreams;
    const isSamePulse = this.#preferences.get("pulse") === SAME_PULSE;
    this.#layout = WallLayout.fromAddress(streams, location.search, maxStreams).withSamePulse(isSamePulse);
    this.#attachColumns();
    this.#attachAdd();
    this.#attachInteractions(getById("tiles"));
    const full = getById("full");
    attachKiosk(full, this.#layout.isKiosk);
    document.addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey, target }) => {
      const button = { f: full, s: this.#same }[key];
      if (button && !ctrlKey && !metaKey && !altKey && !(target instanceof HTMLSelectElement)) {
        button.click();
      }
    });
    this.#same.addEventListener("click", () => this.#setSamePulse(!this.#layout.isSamePulse));
    this.#change(this.#layout);
    this.#sync.switchTo(isSamePulse, tiles.all);
    this.tick();
  }

  /** Show how well the tiles match; to be called a few times a second. */
  tick() {
    const { isOn } = this.#sync;
    this.#same.setAttribute("aria-pressed", String(isOn));
    write(select(this.#same, ".figures"), isOn ? syncText(this.#sync.facts) : "");
  }

  /** @param {boolean} isSamePulse */
  #setSamePulse(isSamePulse) {
    this.#preferences.set("pulse", isSamePulse ? SAME_PULSE : "");
    this.#change(this.#layout.withSamePulse(isSamePulse));
    this.#sync.switchTo(isSamePulse, this.#tiles.all);
    this.tick();
  }

  /** How many columns the viewer chose; 0: the window decides. */
  get columns() {
    return this.#layout.columns;
  }

  /** @param {boolean} isVisible */
  setVisible(isVisible) {
    this.#poll.setVisible(isVisible);
  }

  /** @param {WallLayout} layout */
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
    this.#offer(this.#knownStreams);
  }

  /** @param {string} stream @param {number} by places */
  #move(stream, by) {
    const { streams } = this.#layout;
    this.#change(this.#layout.withPlace(stream, streams.indexOf(stream) + by));
  }

  /** Removes a tile and focuses the next one, for viewers who use the keyboard. @param {string} stream */
  #remove(stream) {
    const { streams } = this.#layout;
    if (streams.length > 1) {
      const place = streams.indexOf(stream);
      const next = streams[place + 1] ?? streams[place - 1];
      this.#change(this.#layout.withoutStream(stream));
      this.#part(next, "remove").focus();
    }
  }

  /** @param {HTMLElement} list */
  #attachInteractions(list) {
    list.addEventListener("click", ({ target }) => {
      const tool = target instanceof Element && target.closest(".tools button");
      const stream = this.#tiles.streamOf(target);
      if (tool && stream !== undefined) {
        this.#use(tool.classList, stream);
      }
    });
    list.addEventListener("keydown", ({ key, shiftKey, target }) => {
      const stream = this.#tiles.streamOf(target);
      if (stream === undefined) {
        return;
      }
      if (shiftKey && (key === "ArrowLeft" || key === "ArrowRight")) {
        this.#move(stream, key === "ArrowLeft" ? -1 : 1);
      } else if (key === "Delete") {
        this.#remove(stream);
      }
    });
    list.addEventListener("dragstart", ({ target, dataTransfer }) => {
      this.#dragged = this.#tiles.streamOf(target);
      if (dataTransfer) {
        dataTransfer.effectAllowed = "move";
        dataTransfer.setData("text/plain", String(this.#dragged)); // some browsers drag nothing without data
      }
    });
    list.addEventListener("dragover", (event) => this.#dragged && event.preventDefault());
    list.addEventListener("drop", (event) => {
      const target = this.#tiles.streamOf(event.target);
      if (this.#dragged && target) {
        event.preventDefault();
        this.#change(this.#layout.withPlace(this.#dragged, this.#layout.streams.indexOf(target)));
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

  #attachAdd() {
    for (const event of ["focus", "pointerdown"]) {
      this.#add.addEventListener(event, () => this.#poll.poll());
    }
    this.#add.addEventListener("change", () => {
      if (this.#add.value) {
        this.#change(this.#layout.withStream(this.#add.value));
      }
    });
  }

  /**
   * Offers the streams that are not on the wall yet.
   * @param {string[]} streams all known ones; empty: as before
   */
  #offer(streams) {
    this.#knownStreams = streams.length ? streams : this.#knownStreams;
    const { streams: present } = this.#layout;
    const others = this.#knownStreams.filter((stream) => !present.includes(stream)).sort();
    const [title, ...offered] = this.#add.options;
    if (others.join() !== offered.map(({ value }) => value).join()) {
      this.#add.replaceChildren(title, ...others.map((stream) => new Option(stream, stream)));
    }
    this.#add.value = "";
    this.#add.disabled = others.length === 0 || present.length >= this.#maxStreams;
  }

  #attachColumns() {
    const columns = getById("columns", HTMLSelectElement);
    const counts = Array.from({ length: this.#maxStreams }, (_, index) => index + 1);
    const options = counts.map((count) => new Option(count === 1 ? "1 column" : `${count} columns`, String(count)));
    columns.replaceChildren(new Option("Automatic columns", "0"), ...options);
    columns.value = String(this.#layout.columns);
    columns.addEventListener("change", () => this.#change(this.#layout.withColumns(Number(columns.value))));
  }

  /** @param {string} stream @param {string} part of its tile */
  #part(stream, part) {
    return select(this.#tiles.elementOf(stream), `.${part}`, HTMLElement);
  }
}
