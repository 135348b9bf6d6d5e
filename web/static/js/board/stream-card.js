/**
 * The view of a card that shows a stream: its live picture, a line below it that says its state, and a link to the
 * stream's own page. Where there is no picture, words say why.
 */

import { mark } from "../lib/dom.js";
import { formatDay, formatTimeOfDay } from "../lib/time-of-day.js";
import { present } from "../stream/presentation.js";
import { DisplaySettings } from "../picture/display-settings.js";
import { Picture } from "../picture/picture.js";
import { thumbnailRendition } from "../stream/thumbnail.js";
import { LivePicture } from "../picture/live-picture.js";
import { cardFacts, isBehind, isMissed } from "./stream-card-state.js";
import { StreamCardText } from "./stream-card-text.js";

const TICK_MS = 250;
const MS = 0.001; // seconds
const PAINTER = "2d"; // a page has few drawing contexts of a graphics card

export class StreamCardView {
  canvas = document.createElement("canvas");
  #host;
  #name;
  #type;
  #stage = document.createElement("div");
  #text = new StreamCardText();
  #link = document.createElement("a");
  #settings = new DisplaySettings();
  #stream = "";
  #t = 0;
  /** @type {LivePicture | null} */
  #live = null;
  /** @type {Picture | null} */
  #picture = null;
  #timer = 0;
  #isVisible = true;
  #isPaused = false;
  #updateVisibility = () => this.#live?.setVisible(this.#isVisible && document.visibilityState === "visible");

  /** @param {HTMLElement} host empty @param {string} name of the card @param {string} type */
  constructor(host, name, type) {
    this.#host = host;
    this.#name = name;
    this.#type = type;
    if (type === "heatmap") {
      this.#settings.setMap("viridis");
    }
    this.#link.className = "whole";
    this.#link.textContent = "All tools";
    host.append(this.#stage, this.#text.words, this.#text.line, this.#link);
    document.addEventListener("visibilitychange", this.#updateVisibility);
  }

  /** @param {import("./card-views.js").Content} content */
  show({ about, t }) {
    this.#t = t;
    const stream = String(about.stream ?? "");
    if (stream === this.#stream) {
      return;
    }
    this.#stop();
    this.#stream = stream;
    this.#link.href = `/view/${encodeURIComponent(stream)}${this.#type === "heatmap" ? "?look=viridis" : ""}`;
    this.#link.setAttribute("aria-label", `All tools for ${this.#name}`);
    this.#createStage();
    this.#picture = new Picture(this.#stage, this.canvas, this.#settings, PAINTER);
    this.#live = new LivePicture(stream, this.#picture, {
      onShown: () => this.#tick(),
      onChange: () => this.#tick(),
    });
    this.#live.open();
    this.#updateVisibility();
    this.#timer = window.setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  /** A card that is out of sight does not watch its stream. @param {boolean} isVisible */
  setVisible(isVisible) {
    this.#isVisible = isVisible;
    this.#updateVisibility();
  }

  /** @param {boolean} isPaused */
  setPaused(isPaused) {
    this.#isPaused = isPaused;
    this.#live?.freeze(isPaused && this.#live.frame !== null);
  }

  /**
   * A video's pictures do not come with the card, so it has an age of its own; a pushed picture comes with
   * the card, except one that was pushed while nobody watched.
   */
  get freshness() {
    const live = this.#live;
    if (this.#type === "video") {
      return { ageS: live?.ageS ?? null, isOld: live?.message.state !== "live" };
    }
    return live && isBehind(live.frame, this.#t) ? { ageS: live.ageS, isOld: isMissed(live, this.#t) } : null;
  }

  restyle() {}

  remove() {
    document.removeEventListener("visibilitychange", this.#updateVisibility);
    this.#stop();
  }

  /** Replaces stage and canvas, whose layout belongs to the previous stream. */
  #createStage() {
    const stage = document.createElement("div");
    stage.className = "stage";
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", `Picture of ${this.#name}`);
    stage.append(this.canvas);
    this.#stage.replaceWith(stage);
    this.#stage = stage;
  }

  #stop() {
    window.clearInterval(this.#timer);
    this.#live?.close();
  }

  #tick() {
    const live = this.#live;
    const picture = this.#picture;
    if (!live || !picture) {
      return;
    }
    if (this.#isPaused && live.frame && !live.frozen) {
      live.freeze(true); // the first picture of a card that was paused before it arrived
    }
    live.onIdle();
    live.rendition.force(thumbnailRendition(picture.viewport.drawnBox.width, live.camera?.width ?? Infinity));
    live.updateRendition();
    const { message: { state }, frame } = live;
    const seen = present(cardFacts(this.#type, live, this.#t, shownAt(live.ageS)));
    this.#text.show(seen);
    mark(this.#host, "state", state);
    mark(this.#host, "pictured", seen.words ? "no" : "yes");
    mark(this.#host, "frame", seen.frame.join(" "));
    if (frame) {
      this.canvas.dataset.seq = String(frame.header.seq);
    }
  }
}

/** Return when a picture was taken, with the day unless it was today. @param {number | null} ageS */
function shownAt(ageS) {
  if (ageS === null) {
    return "";
  }
  const nowS = MS * Date.now();
  const [day, today] = [nowS - ageS, nowS].map((timeS) => formatDay(timeS, true));
  const time = formatTimeOfDay(nowS - ageS, 1);
  return day === today ? time : `${formatDay(nowS - ageS)}, ${time}`;
}
