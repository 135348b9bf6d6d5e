/** The menu for saving the picture, its values, a new frame, or the last seconds. */

import { download, write } from "../lib/dom.js";
import { formatDuration } from "../lib/format.js";
import { attachMenu } from "../lib/menu.js";
import { fileDescription, fileName } from "../stream/file-name.js";
import { encodeNpy } from "./npy.js";
import { encodeNpz } from "./npz.js";
import { sampleValues } from "./samples.js";
import { clipArrays } from "./clip-arrays.js";
import { aboutPicture } from "./about-picture.js";
import { takeScreenshot } from "./screenshot.js";
import { encodeTiff } from "./tiff.js";

const SNAPSHOT_TIMEOUT_MS = 30_000;

/**
 * @typedef {object} Parts
 * @property {(id: string) => HTMLElement} getById
 * @property {string} stream
 * @property {import("../picture/picture.js").Picture} picture
 * @property {import("../picture/live-picture.js").LivePicture} live
 * @property {{readonly frames: import("../stream/envelope.js").Frame[]}} player of the last seconds
 * @property {import("../lib/shortcuts.js").Shortcuts} shortcuts
 * @property {() => import("./about-picture.js").View & import("./screenshot.js").Bar} view how the picture is shown
 * @property {(text: string, tone?: string) => void} notice
 */

export class SaveMenu {
  #parts;
  #menu;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    const menu = /** @type {HTMLDetailsElement} */ (parts.getById("save"));
    this.#menu = menu;
    const actions = {
      "save-view": () => this.#saveView(),
      "save-tiff": () => this.#saveValues("tif"),
      "save-npy": () => this.#saveValues("npy"),
      "save-seconds": () => this.#saveClip(),
    };
    for (const [id, action] of Object.entries(actions)) {
      this.#attach(parts.getById(id), action);
    }
    for (const button of this.#freshButtons) {
      this.#attach(button, () => this.#saveSnapshot(button.dataset.freshAs ?? ""));
    }
    const summary = attachMenu(menu, () => this.#onOpen());
    parts.shortcuts.add({ w: () => summary?.click() }, "save");
  }

  /** @param {HTMLElement} button @param {() => Promise<void>} action */
  #attach(button, action) {
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") !== "true") {
        this.#run(action);
      }
    });
  }

  get #freshButtons() {
    return Array.from(this.#menu.querySelectorAll("[data-fresh-as]"), (one) => /** @type {HTMLElement} */ (one));
  }

  /** Say of each kind of file why it is unavailable. */
  #onOpen() {
    const { getById, live, picture, player } = this.#parts;
    const { frames } = player;
    const reasons = unavailable({
      hasPicture: live.pictured !== null,
      isExact: picture.isExact,
      isArriving: live.isArriving,
      reason: live.message.reason,
      frames: frames.length,
    });
    setReason(getById("save-view"), reasons.view);
    setReason(getById("save-tiff"), reasons.values);
    setReason(getById("save-npy"), reasons.values);
    this.#freshButtons.forEach((button) => setReason(button, reasons.fresh));
    setReason(getById("save-seconds"), reasons.seconds);
    write(getById("save-seconds-text"), clipText(frames));
  }

  async #run(/** @type {() => Promise<void>} */ action) {
    this.#menu.open = false;
    try {
      await action();
    } catch (error) {
      this.#parts.notice(`Not saved: ${error instanceof Error ? error.message : error}`, "act");
    }
  }

  async #saveView() {
    const { getById, picture } = this.#parts;
    const name = this.#fileName("png"); // of the frame that is drawn now, not of a later one
    const { live, stream, view } = this.#parts;
    const shown = view();
    const about = aboutPicture(stream, live.pictured?.header ?? {}, shown);
    const bar = shown.isColour ? null : shown;
    download(await takeScreenshot(getById("stage"), picture, { ...about, bar }), name);
  }

  /** @param {"tif" | "npy"} kind */
  async #saveValues(kind) {
    const { live, picture, stream } = this.#parts;
    const pixels = picture.pixels();
    if (!pixels || !live.pictured) {
      throw new Error("no values are displayed");
    }
    const { header } = live.pictured;
    const file =
      kind === "tif"
        ? encodeTiff(pixels, fileDescription(stream, header, pixels), header.image.dtype)
        : encodeNpy(sampleValues(pixels), [pixels.height, pixels.width]);
    download(file, this.#fileName(kind));
  }

  /** Save a new frame as a file that the server encodes. @param {string} kind */
  async #saveSnapshot(kind) {
    const { live, stream } = this.#parts;
    const { image } = live.rendition;
    const query = image ? `?image=${encodeURIComponent(image)}` : "";
    const response = await fetch(`/api/streams/${encodeURIComponent(stream)}/snapshot.${kind}${query}`, {
      signal: AbortSignal.timeout(SNAPSHOT_TIMEOUT_MS),
    });
    if (!response.ok) {
      const { error, hint } = await response.json();
      throw new Error(`${error}: ${hint}`);
    }
    const name = /filename="?([^";]+)/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
    download(await response.blob(), name ?? this.#fileName(kind));
  }

  async #saveClip() {
    const { live, picture, player } = this.#parts;
    const { frames } = player;
    if (!frames.length) {
      throw new Error("no frames are stored yet");
    }
    const { arrays, leftOut } = await clipArrays(frames, (frame) => picture.decoder.read(frame));
    download(await encodeNpz(arrays), fileName(live.stream, frames[0].header, "npz"));
    if (leftOut.length) {
      this.#parts.notice(`Saved without ${leftOut.join(", ")}, which were not sent or cannot be read`);
    }
  }

  /** @param {string} kind */
  #fileName(kind) {
    return fileName(this.#parts.stream, this.#parts.live.pictured?.header ?? {}, kind);
  }
}

/**
 * Return why a kind of file is unavailable, and what to do; empty: it is available. Pure.
 * @param {{hasPicture: boolean, isExact: boolean, isArriving: boolean, reason: string, frames: number}} facts
 */
export function unavailable({ hasPicture, isExact, isArriving, reason, frames }) {
  const noPicture = hasPicture ? "" : "There is no picture yet.";
  return {
    view: noPicture,
    values: noPicture || (isExact ? "" : "Switch Precise on first: the picture is compressed."),
    fresh: isArriving ? "" : `There is no new frame: ${reason}.`,
    seconds: frames ? "" : "No frames are stored yet.",
  };
}

/** @param {import("../stream/envelope.js").Frame[]} frames the newest last */
export function clipText(frames) {
  if (!frames.length) {
    return "Frames of the last seconds";
  }
  const spanS = frames[frames.length - 1].header.t_received - frames[0].header.t_received;
  const count = frames.length === 1 ? "1 frame" : `${frames.length} frames`;
  return spanS >= 1 ? `${count} of ${formatDuration(spanS)}` : count;
}

/** @param {HTMLElement} button @param {string} reason */
function setReason(button, reason) {
  button.setAttribute("aria-disabled", String(Boolean(reason)));
  const text = button.querySelector("em");
  if (text) {
    write(text, reason);
    /** @type {HTMLElement} */ (text).hidden = !reason;
  } else {
    button.title = reason;
  }
}
