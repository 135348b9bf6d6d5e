/** The menu of what can be saved: the picture, its values, a fresh frame, the last seconds. */

import { download } from "../lib/download.js";
import { description, fileName } from "../lib/file-name.js";
import { npy } from "./npy.js";
import { npz } from "./npz.js";
import { samples } from "./samples.js";
import { saved } from "./clip-arrays.js";
import { shot } from "./screenshot.js";
import { tiff } from "./tiff.js";

const FRESH_WITHIN_MS = 30_000;

/**
 * @typedef {object} Parts
 * @property {(id: string) => HTMLElement} element
 * @property {string} stream
 * @property {import("../picture/picture.js").Picture} picture
 * @property {import("../picture/live-picture.js").Live} live
 * @property {import("../replay/player.js").Player} player
 * @property {import("../page/shortcuts.js").Shortcuts} keys
 * @property {(text: string) => void} notice
 */

export class Save {
  #parts;
  #menu;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    const menu = /** @type {HTMLDetailsElement} */ (parts.element("save"));
    this.#menu = menu;
    const actions = {
      "save-view": () => this.#view(),
      "save-tiff": () => this.#values("tif"),
      "save-npy": () => this.#values("npy"),
      "save-seconds": () => this.#seconds(),
    };
    for (const [id, action] of Object.entries(actions)) {
      parts.element(id).addEventListener("click", () => this.#run(action));
    }
    for (const button of menu.querySelectorAll("[data-fresh-as]")) {
      const kind = /** @type {HTMLElement} */ (button).dataset.freshAs;
      button.addEventListener("click", () => this.#run(() => this.#fresh(kind)));
    }
    menu.addEventListener("toggle", () => {
      const exact = parts.picture.isExact;
      for (const id of ["save-tiff", "save-npy"]) {
        const button = /** @type {HTMLButtonElement} */ (parts.element(id));
        button.disabled = !exact;
        button.title = exact ? "" : "Press Precise first: a JPEG has no values of its own";
      }
    });
    document.addEventListener("pointerdown", ({ target }) => {
      if (menu.open && !menu.contains(/** @type {Node} */ (target))) {
        menu.open = false;
      }
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    });
    parts.keys.add({ w: () => menu.querySelector("summary").click() }, "save");
  }

  async #run(/** @type {() => Promise<void>} */ action) {
    this.#menu.open = false;
    try {
      await action();
    } catch (problem) {
      this.#parts.notice(`Not saved: ${problem.message}`);
    }
  }

  async #view() {
    const { element, picture } = this.#parts;
    const name = this.#name("png"); // of the frame that is drawn now, not of a later one
    download(await shot(element("stage"), picture), name);
  }

  /** @param {"tif" | "npy"} kind */
  async #values(kind) {
    const { live, picture, stream } = this.#parts;
    const pixels = picture.pixels();
    const { header } = live.pictured;
    const text = description(stream, header, pixels);
    const file = kind === "tif" ? tiff(pixels, text, header.image.dtype) : npy(samples(pixels), [pixels.height, pixels.width]);
    download(file, this.#name(kind));
  }

  /** A frame that the server makes a file of when it is asked. @param {string} kind */
  async #fresh(kind) {
    const { live, stream } = this.#parts;
    const { image } = live.rendition;
    const query = image ? `?image=${encodeURIComponent(image)}` : "";
    const answer = await fetch(`/api/streams/${encodeURIComponent(stream)}/snapshot.${kind}${query}`, {
      signal: AbortSignal.timeout(FRESH_WITHIN_MS),
    });
    if (!answer.ok) {
      const { error, hint } = await answer.json();
      throw new Error(`${error}: ${hint}`);
    }
    const name = /filename="?([^";]+)/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1];
    download(await answer.blob(), name ?? this.#name(kind));
  }

  async #seconds() {
    const { live, picture, player } = this.#parts;
    const { frames } = player;
    if (!frames.length) {
      throw new Error("nothing is kept yet");
    }
    const { arrays, leftOut } = await saved(frames, (frame) => picture.read(frame));
    download(await npz(arrays), fileName(live.stream, frames[0].header, "npz"));
    if (leftOut.length) {
      this.#parts.notice(`Saved, but without ${leftOut.join(", ")}, which did not travel or cannot be read`);
    }
  }

  #name(kind) {
    return fileName(this.#parts.stream, this.#parts.live.pictured?.header ?? {}, kind);
  }
}
