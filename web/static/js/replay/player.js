/** Shows the last seconds while the picture is frozen: back and forth, at the speed in which they came. */

import { write } from "../lib/dom.js";
import { NOTHING, duration } from "../lib/format.js";
import { Replay } from "./replay.js";

const HUNDREDTHS = 100;

/**
 * @typedef {object} Parts
 * @property {(id: string) => HTMLElement} element
 * @property {import("../picture/live-picture.js").Live} live
 * @property {import("../picture/picture.js").Picture} picture
 * @property {import("./frame-buffer.js").Seconds} seconds
 * @property {import("../page/shortcuts.js").Shortcuts} keys
 */

export class Player {
  #of;
  #live;
  #seconds;
  #replay;
  /** @type {import("./clip.js").Stretch | null} what is held while the picture is frozen */
  #stretch = null;
  #index = 0; // of the frame that is wanted
  #playing = 0;

  /** @param {Parts} parts */
  constructor({ element, live, picture, seconds, keys }) {
    this.#of = element;
    this.#live = live;
    this.#seconds = seconds;
    this.#replay = new Replay({
      decode: (frame) => picture.decoded(frame),
      show: (frame, decoded) => live.show(frame, decoded),
      drop: (decoded) => picture.drop(decoded),
      failed: (problem) => {
        this.#show();
        live.unreadable(problem);
      },
    });
    element("memory-back").addEventListener("click", () => this.#step(-1));
    element("memory-on").addEventListener("click", () => this.#step(1));
    element("memory-play").addEventListener("click", () => (this.#playing ? this.#pause() : this.#play()));
    this.#slider.addEventListener("input", () => {
      this.#pause();
      this.#go(this.#slider.valueAsNumber);
    });
    keys.add({ ",": () => this.#stepFrozen(-1), ".": () => this.#stepFrozen(1) }, "a frame back, a frame on");
  }

  /** Takes what is to be seen while the picture is frozen, and lets it go after; to be called often. */
  follow() {
    const { frozen } = this.#live;
    if (frozen === Boolean(this.#stretch)) {
      if (frozen) {
        this.#show(); // another may be seen
      }
      return;
    }
    this.#pause();
    this.#replay.stop();
    if (frozen) {
      this.#stretch = this.#seconds.hold();
      this.#index = this.#seen;
      this.#slider.max = String(Math.max(0, this.#stretch.newest));
    } else {
      this.#seconds.release(this.#stretch);
      this.#stretch = null;
    }
    this.#of("memory").hidden = !frozen;
    this.#show();
  }

  /** The frames that can be saved: those that are held, or else the last ones. */
  get frames() {
    if (this.#stretch) {
      return this.#stretch.frames;
    }
    const stretch = this.#seconds.hold();
    this.#seconds.release(stretch);
    return stretch.frames;
  }

  #stepFrozen(by) {
    if (!this.#live.frozen) {
      this.#live.freeze(true);
      this.follow();
    }
    this.#step(by);
  }

  #step(by) {
    this.#pause();
    this.#go(this.#stretch.step(this.#index, by));
  }

  #play() {
    if (this.#index === this.#stretch.newest) {
      this.#go(0);
    }
    const next = async () => {
      const delayMs = this.#stretch?.delayMs(this.#index) ?? null;
      if (delayMs === null) {
        this.#pause();
        return;
      }
      this.#playing = setTimeout(() => {
        this.#go(this.#index + 1);
        next();
      }, delayMs);
    };
    next();
    this.#show();
  }

  #pause() {
    clearTimeout(this.#playing);
    this.#playing = 0;
    this.#show();
  }

  #go(index) {
    const frame = this.#stretch?.at(index);
    if (frame) {
      this.#index = index;
      this.#replay.show(frame);
      this.#show();
    }
  }

  #show() {
    const play = this.#of("memory-play");
    const name = this.#playing ? "Pause" : "Play";
    if (write(play, this.#playing ? "❚❚" : "▶")) {
      play.setAttribute("aria-label", name);
    }
    const stretch = this.#stretch;
    if (!stretch?.count) {
      write(this.#of("memory-told"), "Nothing is kept");
      return;
    }
    this.#slider.value = String(this.#index);
    const seen = this.#seen;
    const beforeS = Math.round(stretch.beforeS(seen) * HUNDREDTHS) / HUNDREDTHS;
    const lost = stretch.lostBefore(seen);
    const wanted = stretch.at(this.#index);
    const told = [
      `${beforeS.toFixed(2)} s before the newest of ${stretch.count} in ${duration(stretch.spanS)}`,
      `pulse ${stretch.at(seen).header.pulse_id ?? NOTHING}`,
      lost === null ? "ingest began anew here" : lost > 0 && `${lost} not kept before it`,
      this.#replay.failed === wanted && `pulse ${wanted.header.pulse_id} cannot be shown`,
    ];
    const text = told.filter(Boolean).join(", ");
    write(this.#of("memory-told"), text);
    this.#slider.setAttribute("aria-valuetext", text);
  }

  /** The index of the frame that is seen. */
  get #seen() {
    const { frame } = this.#live;
    return frame ? this.#stretch.indexOf(frame.header) : this.#stretch.newest;
  }

  get #slider() {
    return /** @type {HTMLInputElement} */ (this.#of("memory-at"));
  }
}
