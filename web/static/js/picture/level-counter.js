/** Counts the pixels of each level a few times a second, for the histogram, and lets the automatic range follow them. */

import { levelCounts } from "./displayed-image.js";

const INTERVAL_S = 0.2;

/**
 * @typedef {import("./displayed-image.js").DisplayedImage} DisplayedImage
 *
 * @typedef {object} RangeOf the part of the picture whose values the automatic range follows
 * @property {() => import("../stream/tile-region.js").Box} box camera pixels
 * @property {(pixels: import("./pixels.js").Pixels, percentiles: import("./levels.js").Percentiles | null) =>
 *   import("./levels.js").Range | null} range null: nothing is finite there
 */

export class LevelCounter {
  /** @type {RangeOf | null} null: the automatic range is that of the whole picture */
  rangeOf = null;
  /** @type {(import("./histogram.js").Counts & import("./levels.js").Image) | null} null: of a picture in colour */
  counts = null;
  #levels;
  #readback;
  #updatedS = -Infinity;

  /** @param {import("./levels.js").Levels} levels @param {import("./pixel-readback.js").PixelReadback} readback */
  constructor(levels, readback) {
    this.#levels = levels;
    this.#readback = readback;
  }

  /**
   * Count, if it is time to, and at once when the values become precise or stop being so.
   * @param {DisplayedImage} image
   * @param {DisplayedImage | null} before the image displayed before
   * @param {number} nowS
   */
  update(image, before, nowS) {
    if (image.isColour) {
      this.counts = null;
      return;
    }
    const hasOtherValues = before !== null && (before.bitmap === null) !== (image.bitmap === null);
    if (nowS - this.#updatedS < INTERVAL_S && this.counts && !hasOtherValues) {
      return;
    }
    const levels = this.#levels;
    if (hasOtherValues && levels.isAuto) {
      levels.setAuto(); // what a JPEG rounded differs too little to be followed otherwise
    }
    this.#updatedS = nowS;
    this.counts = levelCounts(image, levels, this.#readback);
    const range = this.rangeOf && levels.isAuto ? this.#rangeOfPart(image, this.rangeOf) : null;
    if (range) {
      levels.follow(range, this.counts, nowS);
    } else {
      levels.update(this.counts.counts, this.counts, nowS);
    }
  }

  /** @param {DisplayedImage} displayed @param {RangeOf} rangeOf @returns {import("./levels.js").Range | null} */
  #rangeOfPart({ bitmap, image, pixels, bad }, { box, range }) {
    const values = pixels ?? (bitmap && this.#readback.pixels(bitmap, image, bad, box()));
    return values && range(values, this.#levels.percentiles);
  }
}
