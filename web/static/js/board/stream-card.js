/** The view of a card that shows a stream: its live picture, and a link to the stream's own page. */

import { write } from "../lib/dom.js";
import { DisplaySettings } from "../picture/display-settings.js";
import { Picture } from "../picture/picture.js";
import { thumbnailRendition } from "../stream/thumbnail.js";
import { LivePicture } from "../picture/live-picture.js";
import { isBehind, isMissed, messageOver } from "./stream-card-state.js";

const TICK_MS = 250;
const PAINTER = "2d"; // a page has few drawing contexts of a graphics card

export class StreamCardView {
  canvas = document.createElement("canvas");
  #host;
  #name;
  #type;
  #stage = document.createElement("div");
  #message = document.createElement("p");
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
    this.#message.className = "cannot";
    this.#link.className = "whole";
    this.#link.textContent = "All tools";
    host.append(this.#stage, this.#message, this.#link);
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
    const message = messageOver(this.#type, live, this.#t);
    write(this.#message, message);
    this.#message.hidden = !message;
    this.#host.dataset.state = state;
    if (frame) {
      this.canvas.dataset.seq = String(frame.header.seq);
    }
  }
}
