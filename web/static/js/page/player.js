/** Steps through and plays the last seconds while the picture is frozen. */

import { write } from "../lib/dom.js";
import { NO_VALUE } from "../lib/format.js";
import { Replay } from "../replay/replay.js";

const HUNDREDTHS = 100;

/**
 * @typedef {import("../stream/envelope.js").Frame} Frame
 *
 * @typedef {object} Parts
 * @property {(id: string) => HTMLElement} getById
 * @property {import("../picture/live-picture.js").LivePicture} live
 * @property {import("../picture/picture.js").Picture} picture
 * @property {import("../replay/frame-buffer.js").FrameBuffer} buffer
 * @property {import("../lib/shortcuts.js").Shortcuts} shortcuts
 */

export class Player {
  #getById;
  #live;
  #buffer;
  #replay;
  /** @type {import("../replay/clip.js").Clip | null} held while the picture is frozen */
  #clip = null;
  #index = 0; // of the requested frame
  /** @type {ReturnType<typeof setTimeout> | null} of the next frame while playing */
  #timer = null;

  /** @param {Parts} parts */
  constructor({ getById, live, picture, buffer, shortcuts }) {
    this.#getById = getById;
    this.#live = live;
    this.#buffer = buffer;
    this.#replay = new Replay({
      decode: (frame) => picture.decoder.decode(frame),
      show: (frame, decoded) => live.show(frame, decoded),
      discard: (decoded) => picture.decoder.discard(decoded),
      onError: (error) => {
        this.#render();
        live.countUnreadable(error);
      },
    });
    getById("memory-back").addEventListener("click", () => this.#step(-1));
    getById("memory-on").addEventListener("click", () => this.#step(1));
    getById("memory-play").addEventListener("click", () => (this.#timer !== null ? this.#pause() : this.#play()));
    this.#slider.addEventListener("input", () => {
      this.#pause();
      this.#goTo(this.#slider.valueAsNumber);
    });
    const steps = { ",": () => this.#freezeAndStep(-1), ".": () => this.#freezeAndStep(1) };
    shortcuts.add(steps, "previous frame, next frame");
  }

  /** Hold the last seconds while the picture is frozen, and release them after; to be called often. */
  update() {
    const { frozen } = this.#live;
    if (frozen === Boolean(this.#clip)) {
      if (frozen) {
        this.#render(); // another frame may be displayed
      }
      return;
    }
    this.#pause();
    this.#replay.stop();
    if (this.#clip) {
      this.#buffer.release(this.#clip);
      this.#clip = null;
    } else {
      this.#clip = this.#buffer.hold();
      this.#index = this.#displayedIndex(this.#clip);
      this.#slider.max = String(Math.max(0, this.#clip.newest));
    }
    this.#getById("memory").hidden = !frozen;
    this.#render();
  }

  /** The frames that can be saved: those that are held, or else the last seconds. */
  get frames() {
    if (this.#clip) {
      return this.#clip.frames;
    }
    const clip = this.#buffer.hold();
    this.#buffer.release(clip);
    return clip.frames;
  }

  /** @param {number} by */
  #freezeAndStep(by) {
    if (!this.#live.frozen) {
      this.#live.freeze(true);
      this.update();
    }
    this.#step(by);
  }

  /** @param {number} by */
  #step(by) {
    this.#pause();
    if (this.#clip) {
      this.#goTo(this.#clip.step(this.#index, by));
    }
  }

  #play() {
    if (this.#index === this.#clip?.newest) {
      this.#goTo(0);
    }
    const next = () => {
      const delayMs = this.#clip?.delayMs(this.#index) ?? null;
      if (delayMs === null) {
        this.#pause();
        return;
      }
      this.#timer = setTimeout(() => {
        this.#goTo(this.#index + 1);
        next();
      }, delayMs);
    };
    next();
    this.#render();
  }

  #pause() {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
    this.#render();
  }

  /** @param {number} index */
  #goTo(index) {
    const frame = this.#clip?.at(index);
    if (frame) {
      this.#index = index;
      this.#replay.show(frame);
      this.#render();
    }
  }

  #render() {
    const button = this.#getById("memory-play");
    const isPlaying = this.#timer !== null;
    button.setAttribute("data-playing", String(isPlaying));
    button.setAttribute("aria-label", isPlaying ? "Pause" : "Play");
    if (!this.#clip?.count) {
      write(this.#getById("memory-text"), "No frames are stored");
      return;
    }
    this.#slider.value = String(this.#index);
    const text = this.#describe(this.#clip);
    write(this.#getById("memory-text"), text);
    this.#getById("memory-text").title = text;
    this.#slider.setAttribute("aria-valuetext", `${text}, pulse ${pulseOf(this.#clip.at(this.#index))}`);
  }

  /** @param {import("../replay/clip.js").Clip} clip */
  #describe(clip) {
    const index = this.#displayedIndex(clip);
    const beforeS = Math.round(clip.beforeS(index) * HUNDREDTHS) / HUNDREDTHS;
    const lost = clip.lostBefore(index);
    const requested = clip.at(this.#index);
    const parts = [
      `${index + 1} of ${clip.count}`,
      `${beforeS.toFixed(2)} s earlier`,
      lost === null ? "ingest was restarted here" : lost > 0 && `${lost} not stored before it`,
      requested && this.#replay.failedFrame === requested && `pulse ${pulseOf(requested)} cannot be shown`,
    ];
    return parts.filter(Boolean).join(", ");
  }

  /** Return the index of the frame that is displayed. @param {import("../replay/clip.js").Clip} clip */
  #displayedIndex(clip) {
    const { frame } = this.#live;
    return frame ? clip.indexOf(frame.header) : clip.newest;
  }

  get #slider() {
    return /** @type {HTMLInputElement} */ (this.#getById("memory-at"));
  }
}

/** @param {Frame | null} frame */
function pulseOf(frame) {
  return frame?.header.pulse_id ?? NO_VALUE;
}
