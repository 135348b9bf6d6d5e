/** The range of camera values that is displayed: a fixed one, or one that follows the frames without flicker. */

import { colourPosition, levelValue, valueAtPosition } from "./transfer.js";

export const SMALL_BEAM_PX = 25; // this many bright pixels are a beam, fewer are hot pixels
/** @type {Percentiles} displayed unless others are chosen; a beam of SMALL_BEAM_PX is never cut off */
export const DEFAULT_PERCENTILES = [0.1, 99.95];
const WIDEN_FROM = 0.004; // of the displayed range, about a grey level
const NARROW_FROM = 0.2;
const NARROW_AFTER_S = 2;
const EXTREMES_S = 10; // beyond the extremes of the frames of as long, and up to twice as long, nothing is displayed

/**
 * @typedef {import("./transfer.js").LevelRange} LevelRange
 * @typedef {{low: number, high: number}} Range camera units
 * @typedef {[low: number, high: number]} Percentiles of the pixels' values
 * @typedef {LevelRange & {extremes?: Range | null}} Image with the true extremes of all its pixels, if they are known
 */

export class Levels {
  /** @type {Range} before the first frame: an 8-bit camera's */
  #range = { low: 0, high: 255 };
  #isAuto = true;
  #isNew = true;
  #curve = "linear";
  /** @type {(Range & {sinceS: number}) | null} the widest of the target ranges since all were narrower */
  #narrower = null;
  /** @type {(Range & {sinceS: number}) | null} extremes of the frames in the present EXTREMES_S */
  #extremes = null;
  /** @type {Range | null} and in those before */
  #extremesBefore = null;

  /** @type {Percentiles | null} those chosen for the automatic range; null: the default */
  percentiles = null;

  get low() {
    return this.#range.low;
  }

  get high() {
    return this.#range.high;
  }

  get isAuto() {
    return this.#isAuto;
  }

  /** @returns {"auto" | "fixed"} */
  get mode() {
    return this.isAuto ? "auto" : "fixed";
  }

  /**
   * Follow the frames, the next one immediately.
   * @param {Percentiles | null} [percentiles] the present ones if omitted
   */
  setAuto(percentiles = this.percentiles) {
    this.percentiles = percentiles;
    this.#isAuto = true;
    this.#isNew = true;
  }

  /** The percentiles that a histogram must contain, whichever are chosen. @returns {Percentiles} */
  get widest() {
    const [low, high] = this.percentiles ?? DEFAULT_PERCENTILES;
    return [Math.min(low, DEFAULT_PERCENTILES[0]), Math.max(high, DEFAULT_PERCENTILES[1])];
  }

  /** @param {number} low @param {number} high camera units */
  setFixed(low, high) {
    this.#range = { low, high };
    this.#isAuto = false;
  }

  /** Fix the present range. */
  lock() {
    this.setFixed(this.low, this.high);
  }

  /**
   * Learn which range a frame needs.
   * @param {Uint32Array} counts of `countLevels`
   * @param {Image} image
   * @param {number} nowS
   */
  update(counts, image, nowS) {
    const target = this.#isAuto && targetRange(counts, this.percentiles, image);
    if (target) {
      this.follow(target, image, nowS);
    }
  }

  /**
   * Follow the range that a frame needs, if the range is automatic.
   * @param {Range} target
   * @param {Pick<Image, "scale" | "extremes">} image
   * @param {number} nowS
   */
  follow(target, image, nowS) {
    if (!this.#isAuto) {
      return;
    }
    const extremes = image.extremes ?? null;
    const bounded = within(target, extremes);
    const curve = image.scale === "log" ? "log" : "linear"; // what is little on a linear one is much on log
    if (this.#isNew || curve !== this.#curve) {
      this.#curve = curve;
      this.#range = bounded;
      this.#narrower = null;
      this.#isNew = false;
      this.#extremes = extremes && { ...extremes, sinceS: nowS };
      this.#extremesBefore = null;
      return;
    }
    this.#widen(bounded, curve);
    this.#narrow(bounded, nowS, curve);
    this.#observeExtremes(extremes, nowS);
    this.#range = within(this.#range, union(this.#extremes, this.#extremesBefore));
  }

  /** @param {Range | null} extremes of a frame @param {number} nowS */
  #observeExtremes(extremes, nowS) {
    const sinceS = this.#extremes?.sinceS ?? nowS;
    if (!extremes) {
      this.#extremes = this.#extremesBefore = null; // of processed pictures they are not known
    } else if (nowS - sinceS >= EXTREMES_S) {
      this.#extremesBefore = this.#extremes;
      this.#extremes = { ...extremes, sinceS: nowS };
    } else {
      this.#extremes = { ...(union(this.#extremes, extremes) ?? extremes), sinceS };
    }
  }

  /** @param {Range} target @param {string} curve */
  #widen(target, curve) {
    const { low, high } = this.#range;
    const margin = WIDEN_FROM * (high - low);
    const lowMargin = valueAtPosition(WIDEN_FROM, low, high, curve) - low;
    this.#range = {
      low: target.low < low - lowMargin ? target.low : low,
      high: target.high > high + margin ? target.high : high,
    };
  }

  /** @param {Range} target @param {number} nowS @param {string} curve */
  #narrow(target, nowS, curve) {
    const { low, high } = this.#range;
    const isHighNear = high - target.high <= NARROW_FROM * (high - low);
    if (isHighNear && colourPosition(target.low, low, high, curve) <= NARROW_FROM) {
      this.#narrower = null;
      return;
    }
    this.#narrower = {
      sinceS: this.#narrower?.sinceS ?? nowS,
      low: Math.min(target.low, this.#narrower?.low ?? target.low),
      high: Math.max(target.high, this.#narrower?.high ?? target.high),
    };
    if (nowS - this.#narrower.sinceS >= NARROW_AFTER_S) {
      this.#range = { low: this.#narrower.low, high: this.#narrower.high };
      this.#narrower = null;
    }
  }
}

/**
 * Return the part of a range that lies within extremes; all of it if these leave none.
 * @param {Range} range
 * @param {Range | null} extremes
 * @returns {Range}
 */
function within(range, extremes) {
  const low = Math.max(range.low, extremes?.low ?? -Infinity);
  const high = Math.min(range.high, extremes?.high ?? Infinity);
  return low < high ? { low, high } : range;
}

/** @param {Range | null} one @param {Range | null} other @returns {Range | null} */
function union(one, other) {
  return one && other ? { low: Math.min(one.low, other.low), high: Math.max(one.high, other.high) } : (one ?? other);
}

/**
 * Return the range between two percentiles, at least one grey level wide. With the default ones, as many pixels as
 * a small beam has are never cut off at the high end, however small a part of the picture they are.
 * @param {Uint32Array} counts
 * @param {Percentiles | null} percentiles null: the default
 * @param {LevelRange} image
 * @returns {Range | null} null: there are no pixels
 */
function targetRange(counts, percentiles, image) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) {
    return null;
  }
  const [lowPercent, highPercent] = percentiles ?? DEFAULT_PERCENTILES;
  const maxBelow = (total * lowPercent) / 100;
  const maxAbove = Math.min((total * (100 - highPercent)) / 100, percentiles ? Infinity : SMALL_BEAM_PX - 1);
  let low = 0;
  for (let below = counts[0]; below <= maxBelow && low < 254; below += counts[low]) {
    low += 1;
  }
  let high = 255;
  for (let above = counts[255]; above <= maxAbove && high > low + 1; above += counts[high]) {
    high -= 1;
  }
  return { low: levelValue(low, image), high: levelValue(high, image) };
}

/**
 * Count the pixels of each of the 256 levels.
 * @param {Uint8ClampedArray} rgba of a grey picture; red is counted
 * @param {number} [stride] counts every n-th pixel n times; such a sample may miss a small beam
 * @returns {Uint32Array}
 */
export function countLevels(rgba, stride = 1) {
  const counts = new Uint32Array(256);
  for (let index = 0; index < rgba.length; index += 4 * stride) {
    counts[rgba[index]] += stride;
  }
  return counts;
}
