/** The menu for saving the picture, its values, a new frame, or the last seconds. */

import { download } from "../lib/dom.js";
import { fileDescription, fileName } from "../stream/file-name.js";
import { encodeNpy } from "./npy.js";
import { encodeNpz } from "./npz.js";
import { sampleValues } from "./samples.js";
import { clipArrays } from "./clip-arrays.js";
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
 * @property {(text: string) => void} notice
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
      parts.getById(id).addEventListener("click", () => this.#run(action));
    }
    for (const element of menu.querySelectorAll("[data-fresh-as]")) {
      const button = /** @type {HTMLElement} */ (element);
      button.addEventListener("click", () => this.#run(() => this.#saveSnapshot(button.dataset.freshAs ?? "")));
    }
    menu.addEventListener("toggle", () => {
      const exact = parts.picture.isExact;
      for (const id of ["save-tiff", "save-npy"]) {
        const button = /** @type {HTMLButtonElement} */ (parts.getById(id));
        button.disabled = !exact;
        button.title = exact ? "" : "Press Precise first: a JPEG does not have the camera's values";
      }
    });
    document.addEventListener("pointerdown", ({ target }) => {
      if (menu.open && !menu.contains(/** @type {Node} */ (target))) {
        menu.open = false;
      }
    });
    const summary = menu.querySelector("summary");
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        menu.open = false;
        summary?.focus();
      }
    });
    parts.shortcuts.add({ w: () => summary?.click() }, "save");
  }

  async #run(/** @type {() => Promise<void>} */ action) {
    this.#menu.open = false;
    try {
      await action();
    } catch (error) {
      this.#parts.notice(`Not saved: ${error instanceof Error ? error.message : error}`);
    }
  }

  async #saveView() {
    const { getById, picture } = this.#parts;
    const name = this.#fileName("png"); // of the frame that is drawn now, not of a later one
    download(await takeScreenshot(getById("stage"), picture), name);
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
    const { arrays, leftOut } = await clipArrays(frames, (frame) => picture.read(frame));
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
