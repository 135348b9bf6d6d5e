/** One stream among others: its picture, its name, and what there is to say about it. */

import { write } from "../lib/dom.js";
import { NO_VALUE, formatAge, formatAgo, formatCount, formatRate } from "../lib/format.js";
import { Preferences } from "../lib/preferences.js";
import { chooseLayout } from "../stream/state.js";
import { DisplaySettings } from "../picture/display-settings.js";
import { Picture } from "../picture/picture.js";
import { LivePicture } from "../picture/live-picture.js";
import { board, said } from "./tile-messages.js";
import { thumbnailRendition } from "../stream/thumbnail.js";

const USUAL_RATIO = 4 / 3;

/**
 * @typedef {object} Kind
 * @property {boolean} small whether a thumbnail is enough
 * @property {string} painter see Picture
 *
 * @typedef {object} Listener
 * @property {(text: string) => void} spoken a stream was lost, or is back
 * @property {(text: string) => void} notice what the server tells all its viewers
 */

export class Tile {
  element;
  live;
  #small;
  #listener;
  #canvas;
  #picture;
  #opened = false;
  #state = "";
  #lost = false;
  #titles = "";

  /**
   * @param {string} stream
   * @param {HTMLElement} element a copy of the page's template
   * @param {Kind} kind
   * @param {Listener} listener
   */
  constructor(stream, element, { small, painter }, listener) {
    this.element = element;
    this.#small = small;
    this.#listener = listener;
    const name = /** @type {HTMLAnchorElement} */ (this.#of("name"));
    name.href = `/view/${encodeURIComponent(stream)}`;
    name.textContent = stream;
    this.#canvas = element.querySelector("canvas");
    this.#canvas.setAttribute("aria-label", `Picture of ${stream}`);
    const kept = new Preferences(stream);
    const look = new DisplaySettings();
    look.fromText(kept.get("look"));
    this.#picture = new Picture(this.#of("stage"), this.#canvas, look, painter);
    this.#picture.viewport.fromText(kept.get("view"));
    this.#picture.viewport.fit(); // turned and mirrored as kept, and whole
    this.live = new LivePicture(stream, this.#picture, {
      onShown: (frame) => this.#shown(frame),
      onChange: () => this.show(),
      onNotice: listener.notice,
    });
    this.tick();
  }

  get stream() {
    return this.live.stream;
  }

  /** The picture's width a height. */
  get ratio() {
    return this.live.camera ? this.#picture.viewport.ratio : USUAL_RATIO;
  }

  /** The tile's height without its picture, in CSS pixels. */
  get headPx() {
    return this.element.offsetHeight - this.#of("place").offsetHeight;
  }

  /** Whether something is known to be wrong; of what nobody sees nothing is known. */
  get isBad() {
    return this.live.message.tone === "bad";
  }

  /** Whether anybody can see it; what was never seen is not even connected. @param {boolean} seen */
  setSeen(seen) {
    if (seen && !this.#opened) {
      this.#opened = true;
      this.live.open();
    }
    this.live.setVisible(seen);
  }

  /** To be called a few times a second. */
  tick() {
    const { live } = this;
    live.onIdle();
    if (this.#small || live.isBoard) {
      live.rendition.force(thumbnailRendition(this.#picture.viewport.drawn.width, live.camera?.width ?? Infinity));
    }
    live.updateRendition();
    this.show();
  }

  /** Says anew what is going on. */
  show() {
    const { message: view, frame, imageS, ageS, status, isStatusCurrent: isTold, isBoard } = this.live;
    const image = Boolean(frame?.header.image);
    const pictured = isBoard || !frame || chooseLayout({ image, imageS, curves: false }) === "picture";
    this.element.dataset.pictured = pictured ? "yes" : "no";
    if (view.state !== this.#state) {
      this.#state = view.state;
      this.element.dataset.state = view.state;
      this.element.dataset.fresh = view.state === "live" ? "yes" : "no";
      this.element.dataset.tone = view.tone;
      this.#speak(view);
    }
    write(this.#of("badge"), view.badge);
    const words = said(view, pictured, ageS);
    this.#of("said").hidden = !words;
    for (const [part, text] of Object.entries(words ?? {})) {
      write(this.#of(part), text);
      this.#of(part).hidden = !text;
    }
    if (isBoard) {
      this.#showBoard(view.state === "live");
    }
    write(this.#of("rate"), formatRate(this.live.rate));
    write(this.#of("age"), formatAge(ageS));
    write(this.#of("viewers"), formatCount(isTold ? status?.viewers : null));
  }

  /** What it is stands where others have a picture. @param {boolean} isLive */
  #showBoard(isLive) {
    const { stream, status } = this.live;
    const { many, titles } = board(status);
    this.element.dataset.kind = "board";
    /** @type {HTMLAnchorElement} */ (this.#of("name")).href = `/board/${encodeURIComponent(stream)}`;
    this.#of("board").hidden = !isLive;
    write(this.#of("many"), many);
    write(this.#of("changed"), isLive ? formatAgo(this.live.ageOf(status.changed)) : NO_VALUE);
    if (titles.join("\n") !== this.#titles) {
      this.#titles = titles.join("\n");
      this.#of("titles").replaceChildren(...titles.map(entry));
    }
  }

  /** Ends; its drawing context goes back at once, as a page has but a few. */
  close() {
    this.live.close();
    this.#canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
    this.element.remove();
  }

  /** @param {import("../stream/latest-frame.js").Frame} frame */
  #shown({ header: { seq, rendition } }) {
    Object.assign(this.#canvas.dataset, { seq, rendition, frames: this.live.totals.frames });
    if (this.#state !== "live") {
      this.show();
    }
  }

  /** @param {import("../stream/state.js").StateMessage} view */
  #speak({ tone, badge }) {
    const told = tone === "bad" || (tone === "good" && this.#lost);
    this.#lost = tone === "bad" || (tone !== "good" && this.#lost);
    if (told) {
      this.#listener.spoken(`${this.stream}: ${badge}`);
    }
  }

  /** @param {string} part @returns {HTMLElement} */
  #of(part) {
    return this.element.querySelector(`.${part}`);
  }
}

/** @param {string} text */
function entry(text) {
  const entry = document.createElement("li");
  entry.textContent = text;
  return entry;
}
