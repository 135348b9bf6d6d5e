/** A card that is a stream of its own: its picture, live, with a way to all the tools of a camera's page. */

import { write } from "../data/table.js";
import { Look } from "../picture/look.js";
import { Picture } from "../picture/picture.js";
import { thumbnail } from "../wall/thumbnail.js";
import { Live } from "../watch/live.js";

const TICK_MS = 250;
const PAINTER = "2d"; // a page has but a few drawing contexts of a graphics card
/** A pushed picture may stand for hours: the card says how old it is. */
const QUIET = new Set(["live", "stalled", "late", "silent", "frozen"]);

export class PictureView {
  canvas = document.createElement("canvas");
  told = "";
  #host;
  #name;
  #stage = document.createElement("div");
  #words = document.createElement("p");
  #link = document.createElement("a");
  #look = new Look();
  #isHeatmap;
  #stream = "";
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
    this.#isHeatmap = type === "heatmap";
    if (this.#isHeatmap) {
      this.#look.setMap("viridis");
    }
    this.#stage.className = "stage";
    this.#words.className = "cannot";
    this.#link.className = "whole";
    this.#link.textContent = "All tools";
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", `Picture of ${name}`);
    this.#stage.append(this.canvas);
    host.append(this.#stage, this.#words, this.#link);
    document.addEventListener("visibilitychange", this.#lookUp);
  }

  /** @param {import("./kinds.js").Shown} shown */
  show({ about }) {
    const stream = String(about.stream ?? "");
    if (stream === this.#stream) {
      return;
    }
    this.#stop();
    this.#stream = stream;
    this.#link.href = `/view/${encodeURIComponent(stream)}${this.#isHeatmap ? "?look=viridis" : ""}`;
    this.#link.setAttribute("aria-label", `All tools for ${this.#name}`);
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
    this.#live && this.#tick();
  }

  restyle() {}

  remove() {
    document.removeEventListener("visibilitychange", this.#lookUp);
    this.#stop();
  }

  #stop() {
    window.clearInterval(this.#timer);
    this.#live?.close();
  }

  #tick() {
    const live = this.#live;
    live.frozen = this.#isPaused && live.frame !== null; // one is to be seen
    live.waited();
    live.rendition.insist(thumbnail(this.#picture.viewport.drawn.width, live.camera?.width ?? Infinity));
    live.choose();
    const { view, frame } = live;
    const words = frame && QUIET.has(view.state) ? "" : view.title;
    write(this.#words, words);
    this.#words.hidden = !words;
    this.#host.dataset.state = view.state;
    if (frame) {
      this.canvas.dataset.seq = String(frame.header.seq);
    }
  }
}
