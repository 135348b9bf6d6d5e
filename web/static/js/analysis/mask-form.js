/** The form of the mask of bad pixels: thresholds, which a link has, or a file, which it has not. */

import { context2d, write } from "../lib/dom.js";
import { formatCount } from "../lib/format.js";
import { BadMask, formatThresholds, parseThresholds, readMaskFile, thresholdMask } from "./bad-pixel-mask.js";

const NO_VALUES = "A picture in colour has no values to mask.";

/**
 * @typedef {import("./bad-pixel-mask.js").BadPixelMask} BadPixelMask
 * @typedef {import("./bad-pixel-mask.js").Thresholds} Thresholds
 *
 * @typedef {object} Parts
 * @property {(id: string) => HTMLElement} getById
 * @property {import("../picture/picture.js").Picture} picture
 * @property {import("../lib/preferences.js").Preferences} preferences
 * @property {(mask: BadPixelMask | null) => void} setMask
 */

export class MaskForm {
  #parts;
  #fields;
  /** @type {BadPixelMask | null} */
  #mask = null;
  /** @type {Thresholds | null} of the mask in use, or of one that waits for a picture */
  #thresholds = null;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    const { getById, preferences } = parts;
    const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (getById(id));
    this.#fields = { below: input("mask-below"), above: input("mask-above"), file: input("mask-file") };
    getById("mask-apply").addEventListener("click", () => this.#apply(this.#readFields()));
    getById("mask-remove").addEventListener("click", () => this.remove());
    this.#fields.file.addEventListener("change", () => this.#readFile());
    this.#thresholds = parseThresholds(preferences.get("mask"));
    if (this.#thresholds) {
      const { below, above } = this.#thresholds;
      this.#fields.below.value = String(below ?? "");
      this.#fields.above.value = String(above ?? "");
    }
    this.onFrame();
  }

  /** Apply thresholds that wait for a picture, or for one of another size. */
  onFrame() {
    const { camera, ready } = this.#parts.picture.placement;
    if (ready && this.#thresholds && !this.#mask?.fits(camera)) {
      this.#apply(this.#thresholds);
    } else if (ready && this.#mask && !this.#mask.fits(camera)) {
      this.#tell("The mask is of a picture of another size, and is not applied.", true);
    }
  }

  remove() {
    this.#set(null, null);
    this.#fields.file.value = "";
    this.#tell("");
  }

  /** @returns {Thresholds} a field without a number is NaN, which is refused */
  #readFields() {
    const read = (/** @type {HTMLInputElement} */ { value }) => (value.trim() === "" ? null : Number(value));
    return { below: read(this.#fields.below), above: read(this.#fields.above), nan: false };
  }

  /** @param {Thresholds} thresholds */
  #apply(thresholds) {
    const { picture } = this.#parts;
    const { camera } = picture.placement;
    const all = picture.unprocessed({ left: 0, top: 0, right: camera.width, bottom: camera.height });
    if (!all) {
      this.#thresholds = null;
      this.#tell(NO_VALUES, true);
      return;
    }
    this.#try(() => {
      const mask = thresholdMask(all.pixels, thresholds, camera);
      this.#fields.file.value = "";
      this.#set(mask, thresholds);
    });
  }

  async #readFile() {
    const [file] = this.#fields.file.files ?? [];
    if (file) {
      const { camera } = this.#parts.picture.placement;
      try {
        this.#set(await readMaskFile(file, camera, decodePng), null);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  /** @param {() => void} action */
  #try(action) {
    try {
      action();
    } catch (error) {
      this.#onError(error);
    }
  }

  /** @param {unknown} error */
  #onError(error) {
    if (!(error instanceof BadMask)) {
      throw error;
    }
    this.#thresholds = this.#mask ? this.#thresholds : null;
    this.#tell(error.message, true);
  }

  /** @param {BadPixelMask | null} mask @param {Thresholds | null} thresholds */
  #set(mask, thresholds) {
    this.#mask = mask;
    this.#thresholds = thresholds;
    const { preferences, setMask, getById } = this.#parts;
    preferences.set("mask", thresholds ? formatThresholds(thresholds) : "");
    setMask(mask);
    getById("mask-remove").hidden = !mask;
    if (mask) {
      const where = thresholds ? "of the picture at that moment" : "from the file, which a link does not have";
      this.#tell(`${formatCount(mask.count)} pixels are masked, ${where}.`);
    }
  }

  /** @param {string} text @param {boolean} [isRefusal] */
  #tell(text, isRefusal = false) {
    const told = this.#parts.getById("mask-told");
    write(told, text);
    told.classList.toggle("refused", isRefusal);
  }
}

/** @param {Blob} png */
async function decodePng(png) {
  const bitmap = await createImageBitmap(png, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const canvas = document.createElement("canvas");
  const { width, height } = Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
  const context = context2d(canvas, { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { width, height, data: context.getImageData(0, 0, width, height).data };
}
