/** A card that shows a stream: its picture, live, with a way to all the tools of a camera's page. */

import { write } from "../lib/dom.js";
import { Look } from "../picture/display-settings.js";
import { Picture } from "../picture/picture.js";
import { thumbnail } from "../stream/thumbnail.js";
import { Live } from "../picture/live-picture.js";
import { isBehind, isMissed, messageOver } from "./stream-card-state.js";

const TICK_MS = 250;
const PAINTER = "2d"; // a page has but a few drawing contexts of a graphics card

export class StreamCardView {
  canvas = document.createElement("canvas");
  told = "";
  #host;
  #name;
  #type;
  #stage = document.createElement("div");
  #words = document.createElement("p");
  #link = document.createElement("a");
  #look = new Look();
  #stream = "";
  #t = 0;
  /** @type {Live | null} */
  #live = null;
  #picture = null;
  #timer = 0;
  #isSeen = true;
  #isPaused = false;
  #lookUp = () => this.#live?.setSeen(this.#isSeen && document.visibilityState === "visible");

  /** @param {HTMLElement} host empty @param {string} name of the card @param {string} type */
  constructor(host, name, type) {
    this.#host = host;
    this.#name = name;
    this.#type = type;
    if (type === "heatmap") {
      this.#look.setMap("viridis");
    }
    this.#words.className = "cannot";
    this.#link.className = "whole";
    this.#link.textContent = "All tools";
    host.append(this.#stage, this.#words, this.#link);
    document.addEventListener("visibilitychange", this.#lookUp);
  }

  /** @param {import("./card-views.js").Shown} shown */
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
    this.#place();
    this.#picture = new Picture(this.#stage, this.canvas, this.#look, PAINTER);
    this.#live = new Live(stream, this.#picture, {
      shown: () => this.#tick(),
      changed: () => this.#tick(),
    });
    this.#live.open();
    this.#lookUp();
    this.#timer = window.setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  /** Who does not see it does not watch. @param {boolean} seen */
  setSeen(seen) {
    this.#isSeen = seen;
    this.#lookUp();
  }

  /** @param {boolean} paused */
  setPaused(paused) {
    this.#isPaused = paused;
    this.#live?.freeze(paused && this.#live.frame !== null);
  }

  /** A video's pictures do not come with the card; a pushed one does, but for one that nobody saw. */
  get freshness() {
    const live = this.#live;
    if (this.#type === "video") {
      return { ageS: live?.ageS ?? null, isOld: live?.view.state !== "live" };
    }
    return live && isBehind(live.frame, this.#t) ? { ageS: live.ageS, isOld: isMissed(live, this.#t) } : null;
  }

  restyle() {}

  remove() {
    document.removeEventListener("visibilitychange", this.#lookUp);
    this.#stop();
  }

  /** A stage and a canvas that no other stream was ever laid out on. */
  #place() {
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
    if (this.#isPaused && live.frame && !live.frozen) {
      live.freeze(true); // the first picture, of one that was paused before it came
    }
    live.waited();
    live.rendition.insist(thumbnail(this.#picture.viewport.drawn.width, live.camera?.width ?? Infinity));
    live.choose();
    const { view, frame } = live;
    const words = messageOver(this.#type, live, this.#t);
    write(this.#words, words);
    this.#words.hidden = !words;
    this.#host.dataset.state = view.state;
    if (frame) {
      this.canvas.dataset.seq = String(frame.header.seq);
    }
  }
}
