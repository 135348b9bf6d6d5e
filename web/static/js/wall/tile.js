/** One stream among others: its picture or the summary of its board, its name and its state. */

import { mark, select, write } from "../lib/dom.js";
import { NO_VALUE, formatAge, formatAgo, formatCount, formatRate } from "../lib/format.js";
import { Preferences } from "../lib/preferences.js";
import { present, splitFacts } from "../stream/presentation.js";
import { DisplaySettings } from "../picture/display-settings.js";
import { Picture } from "../picture/picture.js";
import { LivePicture } from "../picture/live-picture.js";
import { boardSummary, pulseText } from "./tile-messages.js";
import { thumbnailRendition } from "../stream/thumbnail.js";

const DEFAULT_RATIO = 4 / 3;
const UNKNOWN = ["", "opening", "hidden"]; // states in which nothing is known of the stream

/**
 * @typedef {object} Options
 * @property {boolean} isSmall whether a thumbnail is enough
 * @property {string} painter see Picture
 * @property {import("./pulse-sync.js").PulseSync | null} sync of the tiles of a wall
 *
 * @typedef {object} Listener
 * @property {(text: string) => void} onAnnouncement for screen readers: a stream was lost, or is back
 * @property {(text: string) => void} onNotice of the server for all its viewers
 */

export class Tile {
  element;
  live;
  #isSmall;
  #sync;
  #listener;
  #canvas;
  #picture;
  #isOpen = false;
  #state = "";
  /** @type {import("../stream/presentation.js").Presentation | null} */
  #seen = null;
  #isLost = false;
  #titles = "";

  /**
   * @param {string} stream
   * @param {HTMLElement} element a copy of the page's template
   * @param {Options} options
   * @param {Listener} listener
   */
  constructor(stream, element, { isSmall, painter, sync }, listener) {
    this.element = element;
    this.#isSmall = isSmall;
    this.#sync = sync;
    this.#listener = listener;
    const name = select(element, ".name", HTMLAnchorElement);
    name.href = `/view/${encodeURIComponent(stream)}`;
    name.textContent = stream;
    this.#canvas = select(element, "canvas", HTMLCanvasElement);
    this.#canvas.setAttribute("aria-label", `Picture of ${stream}`);
    const preferences = new Preferences(stream);
    const settings = new DisplaySettings();
    settings.fromText(preferences.get("look"));
    this.#picture = new Picture(this.#part("stage"), this.#canvas, settings, painter);
    this.#picture.viewport.fromText(preferences.get("view"));
    this.#picture.viewport.fit(); // turned and mirrored as stored, but whole
    this.live = new LivePicture(stream, this.#picture, {
      onShown: (frame) => this.#onShown(frame),
      onChange: () => this.render(),
      onNotice: listener.onNotice,
    });
    this.live.hold = (held) => (sync && this.#hasPulseIds ? sync.hold(this, held) : null);
    this.tick();
  }

  get stream() {
    return this.live.stream;
  }

  /** The ratio of the picture's width to its height. */
  get ratio() {
    return this.live.camera ? this.#picture.viewport.ratio : DEFAULT_RATIO;
  }

  /** The tile's height without its picture, in CSS pixels. */
  get headHeight() {
    return this.element.offsetHeight - this.#part("place").offsetHeight;
  }

  /** Whether the stream is watched, so that its state is known: a tile that is out of sight is not. */
  get isWatching() {
    return this.#isOpen && !UNKNOWN.includes(this.#state);
  }

  /** Whether the stream is known not to be live; nothing is known of a tile that is out of sight. */
  get isNotLive() {
    return this.#seen?.badge.is === "act";
  }

  /**
   * Watches the stream while the tile is in sight, and connects the first time.
   * @param {boolean} isVisible
   */
  setVisible(isVisible) {
    if (isVisible && !this.#isOpen) {
      this.#isOpen = true;
      this.live.open();
    }
    this.live.setVisible(isVisible);
    if (!isVisible) {
      this.#sync?.remove(this);
    }
  }

  /** Whether pulse ids are those of a machine: a video and a program that pushes pictures count their own. */
  get #hasPulseIds() {
    return !["video", "push"].includes(String(this.live.status?.mode));
  }

  /** To be called a few times a second. */
  tick() {
    const { live } = this;
    live.onIdle();
    if (this.#isSmall || live.isBoard) {
      live.rendition.force(thumbnailRendition(this.#picture.viewport.drawnBox.width, live.camera?.width ?? Infinity));
    }
    live.updateRendition();
    this.render();
  }

  render() {
    const { live } = this;
    const { shown, status, isBoard } = live;
    const seen = present({ ...shown, kind: isBoard ? "board" : "tile" });
    const before = this.#seen;
    this.#seen = seen;
    this.#state = shown.message.state;
    const { badge, line, words } = seen;
    mark(this.element, "state", this.#state);
    mark(this.element, "is", line.is);
    mark(this.element, "fresh", seen.isLive ? "yes" : "no");
    mark(this.element, "pictured", shown.hasPicture ? "yes" : "no");
    write(this.#part("badge"), line.lead || badge.word);
    const { first, rest } = splitFacts(line);
    write(this.#part("reason"), first);
    write(this.#part("last"), rest);
    this.#part("said").hidden = words === null;
    write(this.#part("title"), words?.title ?? "");
    write(this.#part("action"), words?.action ?? "");
    if (isBoard) {
      this.#renderBoard(seen.isLive);
    }
    this.renderPulse();
    write(this.#part("rate"), formatRate(live.rate));
    write(this.#part("age"), formatAge(shown.ageS));
    write(this.#part("viewers"), formatCount(live.isStatusCurrent ? status?.viewers : null));
    if (seen.spoken !== before?.spoken) {
      this.#announce(seen);
    }
  }

  /** Show the pulse, while the tiles are to show the same one. */
  renderPulse() {
    const isShown = Boolean(this.#sync?.isOn && this.live.frame && !this.live.isBoard);
    const part = this.#part("pulse");
    part.hidden = !isShown;
    if (this.#sync && isShown) {
      const relation = this.#relation(this.#sync);
      const { text, title } = pulseText(relation, this.live.frame?.header.pulse_id);
      part.dataset.relation = relation;
      part.title = title;
      write(this.#part("id"), text);
    }
  }

  /** @param {import("./pulse-sync.js").PulseSync} sync */
  #relation(sync) {
    if (!this.#hasPulseIds) {
      return "none";
    }
    return this.#state === "live" ? sync.relationOf(this).relation : "stopped";
  }

  /** Shows the summary of a board in place of a picture. @param {boolean} isLive */
  #renderBoard(isLive) {
    const { stream, status } = this.live;
    const { cardCount, titles } = boardSummary(status);
    this.element.dataset.kind = "board";
    select(this.element, ".name", HTMLAnchorElement).href = `/board/${encodeURIComponent(stream)}`;
    this.#part("board").hidden = !isLive;
    write(this.#part("many"), cardCount);
    write(this.#part("changed"), isLive && status ? formatAgo(this.live.ageOf(status.changed)) : NO_VALUE);
    if (titles.join("\n") !== this.#titles) {
      this.#titles = titles.join("\n");
      this.#part("titles").replaceChildren(...titles.map(listItem));
    }
  }

  /** Removes the tile, and frees its drawing context, of which a page has few. */
  close() {
    this.#sync?.remove(this);
    this.live.close();
    this.#canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
    this.element.remove();
  }

  /** @param {import("../stream/latest-frame.js").Frame} frame */
  #onShown({ header: { seq, rendition, pulse_id: pulseId } }) {
    Object.assign(this.#canvas.dataset, { seq, rendition, pulseId, frames: this.live.totals.frames });
    if (!this.#seen?.isLive) {
      this.render();
    }
  }

  /** @param {import("../stream/presentation.js").Presentation} seen */
  #announce({ badge, isLive, spoken }) {
    const isNotLive = badge.is === "act";
    if (isNotLive || (isLive && this.#isLost)) {
      this.#listener.onAnnouncement(`${this.stream}: ${spoken}`);
    }
    this.#isLost = isNotLive || (this.#isLost && !isLive);
  }

  /** @param {string} part */
  #part(part) {
    return select(this.element, `.${part}`, HTMLElement);
  }
}

/** @param {string} text */
function listItem(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}
