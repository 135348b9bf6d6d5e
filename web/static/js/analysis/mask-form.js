/** The form of the mask of bad pixels: thresholds, which a link has, or a file, which it has not. */

import { context2d, write } from "../lib/dom.js";
import { formatCount } from "../lib/format.js";
import { covers } from "../picture/pixels.js";
import { BadMask, formatThresholds, parseThresholds, readMaskFile, thresholdMask } from "./bad-pixel-mask.js";

const NO_VALUES = "A picture in colour has no values to mask.";
const COMPRESSED =
  "The limits compare compressed values, cut off at the picture's range: a single bad pixel may be missed. " +
  "Precise compares the camera's own.";
const PRECISE = "The limits compare the camera's own values, of the visible part.";

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
  /** whether the thresholds were compared with compressed values, since there were no others */
  #isProvisional = false;

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

  /**
   * Apply thresholds that wait for a picture, for one of another size, or for the camera's own values of the whole
   * picture. Say with which values they are compared.
   */
  onFrame() {
    const { picture, getById } = this.#parts;
    const { camera, ready } = picture.placement;
    const hasValues = ready && picture.visibleBox !== null;
    write(getById("mask-values"), hasValues ? (picture.isPrecise ? PRECISE : COMPRESSED) : "");
    if (ready && this.#thresholds && (!this.#mask?.fits(camera) || (this.#isProvisional && this.#hasAllValues))) {
      this.#apply(this.#thresholds);
    } else if (ready && this.#mask && !this.#mask.fits(camera)) {
      this.#tell("The mask is of a picture of another size, and is not applied.", true);
    }
  }

  /** Whether the camera's own values of the whole picture are there. */
  get #hasAllValues() {
    const { picture } = this.#parts;
    const whole = wholeOf(picture.placement.camera);
    const all = picture.isPrecise ? picture.unprocessed(whole) : null;
    return all !== null && covers(all.pixels, { x: 0, y: 0, width: whole.right, height: whole.bottom });
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
    const all = picture.unprocessed(wholeOf(camera));
    if (!all) {
      this.#thresholds = null;
      this.#tell(NO_VALUES, true);
      return;
    }
    this.#isProvisional &&= !picture.isPrecise; // not tried again if these values are refused
    this.#try(() => {
      const mask = thresholdMask(all.pixels, thresholds, camera);
      this.#isProvisional = !picture.isPrecise;
      this.#fields.file.value = "";
      this.#set(mask, thresholds);
      const values = picture.isPrecise ? "the camera's own values" : compressedValues(all.pixels.pitch);
      this.#tell(`${maskedPixels(mask)}, by ${values} at that moment.`);
    });
  }

  async #readFile() {
    const [file] = this.#fields.file.files ?? [];
    if (file) {
      const { camera } = this.#parts.picture.placement;
      try {
        const mask = await readMaskFile(file, camera, decodePng);
        this.#set(mask, null);
        this.#tell(`${maskedPixels(mask)}, from the file, which a link does not have.`);
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
  }

  /** @param {string} text @param {boolean} [isRefusal] */
  #tell(text, isRefusal = false) {
    const result = this.#parts.getById("mask-result");
    write(result, text);
    result.classList.toggle("refused", isRefusal);
  }
}

/** @param {import("../stream/rendition.js").Size} camera @returns {import("../stream/tile-region.js").Box} */
function wholeOf({ width, height }) {
  return { left: 0, top: 0, right: width, bottom: height };
}

/** @param {BadPixelMask} mask */
function maskedPixels({ count }) {
  return count === 1 ? "1 pixel is masked" : `${formatCount(count)} pixels are masked`;
}

/** @param {number} pitch of a reduced picture */
function compressedValues(pitch) {
  return `the compressed values${pitch > 1 ? `, means of ${pitch} × ${pitch} pixels,` : ""}`;
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
