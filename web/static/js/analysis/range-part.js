/** The part of the picture whose values the automatic range follows: all, what is visible, or a region. */

import { autoRange, boxRegion } from "./auto-range.js";

const REGION = /^region([1-8])$/;

/**
 * @typedef {import("./region.js").Region} Region
 *
 * @typedef {object} Parts
 * @property {HTMLSelectElement} select its first choice is the whole picture, its second the visible part
 * @property {import("../picture/picture.js").Picture} picture
 * @property {{readonly list: Region[]}} regions
 * @property {import("../lib/preferences.js").Preferences} preferences
 * @property {import("../picture/levels.js").Levels} levels
 * @property {() => void} onChange
 */

export class RangePart {
  #parts;
  #part;
  #offered = -1;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#part = parts.preferences.get("range");
    this.update();
    if (this.#part && parts.levels.isAuto) {
      parts.levels.setAuto(); // from the next picture on, not two seconds later
    }
  }

  /** @param {string} part "visible" or "region1" to "region8"; anything else: the whole picture */
  choose(part) {
    this.#part = part;
    const { levels, preferences, onChange } = this.#parts;
    preferences.set("range", part);
    levels.setAuto();
    this.update();
    onChange();
  }

  /** To be called when the regions may have changed: a region that is gone is no choice any more. */
  update() {
    const { select, regions, picture, preferences } = this.#parts;
    const { length } = regions.list;
    if (length !== this.#offered) {
      this.#offered = length;
      const names = regions.list.map((_, index) => new Option(`Region ${index + 1}`, `region${index + 1}`));
      select.replaceChildren(...Array.from(select.options).slice(0, 2), ...names);
    }
    if (this.#part && !this.#isKnown) {
      this.#part = "";
      preferences.set("range", "");
    }
    const part = this.#part;
    if (select.value !== part) {
      select.value = part;
    }
    select.parentElement?.classList.toggle("set", part !== "");
    picture.rangeOf = part
      ? { box: () => this.#box(), range: (pixels, percentiles) => this.#range(pixels, percentiles) }
      : null;
  }

  get #isKnown() {
    return this.#part === "visible" || this.#region !== null;
  }

  /** @returns {Region | null} */
  get #region() {
    const [, number] = REGION.exec(this.#part) ?? [];
    return this.#parts.regions.list[Number(number) - 1] ?? null;
  }

  /** @returns {import("../stream/tile-region.js").Box} camera pixels */
  #box() {
    const region = this.#region;
    return region
      ? { left: region.x, top: region.y, right: region.x + region.width, bottom: region.y + region.height }
      : this.#parts.picture.placement.visibleBox();
  }

  /**
   * @param {import("../picture/pixels.js").Pixels} pixels
   * @param {import("../picture/levels.js").Percentiles | null} percentiles
   */
  #range(pixels, percentiles) {
    return autoRange(pixels, this.#region ?? boxRegion(this.#box()), percentiles);
  }
}
