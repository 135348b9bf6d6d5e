/** Which range of camera values is shown: a fixed one, or what the frames need, without flicker. */

import { levelValue } from "./transfer.js";

export const SMALL_BEAM_PX = 25; // so many bright pixels are a beam, fewer are hot pixels
/** @type {Percentiles} shown unless others are chosen; of them FEW_PX are never cut off */
export const DEFAULT_PERCENTILES = [0.1, 99.95];
const OPENS = 0.004; // of the span shown, a grey level
const CLOSES = 0.2;
const CLOSES_AFTER_S = 2;

/**
 * @typedef {{low: number, high: number}} Range camera units
 * @typedef {[low: number, high: number]} Percentiles of the pixels' values
 */

export class Levels {
  /** @type {Range} before the first frame: an 8-bit camera's */
  #shown = { low: 0, high: 255 };
  #isAuto = true;
  #fresh = true;
  /** @type {(Range & {sinceS: number}) | null} the widest range wanted since all were narrower */
  #narrower = null;

  /** @type {Percentiles | null} those chosen for the automatic range; null: the usual */
  percentiles = null;

  get low() {
    return this.#shown.low;
  }

  get high() {
    return this.#shown.high;
  }

  get isAuto() {
    return this.#isAuto;
  }

  /** @returns {"auto" | "fixed"} */
  get mode() {
    return this.isAuto ? "auto" : "fixed";
  }

  /** Follows the frames, the next one at once. @param {Percentiles | null} [percentiles] others than before */
  setAuto(percentiles = this.percentiles) {
    this.percentiles = percentiles;
    this.#isAuto = true;
    this.#fresh = true;
  }

  /** Those that a histogram must have, whichever are chosen. @returns {Percentiles} */
  get widest() {
    const [low, high] = this.percentiles ?? DEFAULT_PERCENTILES;
    return [Math.min(low, DEFAULT_PERCENTILES[0]), Math.max(high, DEFAULT_PERCENTILES[1])];
  }

  /** @param {number} low @param {number} high camera units */
  setFixed(low, high) {
    this.#shown = { low, high };
    this.#isAuto = false;
  }

  /** Keeps what is shown now. */
  lock() {
    this.setFixed(this.low, this.high);
  }

  /**
   * Learns what a frame needs.
   * @param {Uint32Array} counts of `histogram`
   * @param {{min: number, max: number}} image what its level 0 and level 255 stand for
   * @param {number} nowS
   */
  update(counts, image, nowS) {
    const wanted = this.#isAuto && needed(counts, this.percentiles, image);
    if (!wanted) {
      return;
    }
    if (this.#fresh) {
      this.#shown = wanted;
      this.#narrower = null;
      this.#fresh = false;
      return;
    }
    this.#open(wanted);
    this.#close(wanted, nowS);
  }

  /** @param {Range} wanted */
  #open(wanted) {
    const { low, high } = this.#shown;
    const margin = OPENS * (high - low);
    this.#shown = {
      low: wanted.low < low - margin ? wanted.low : low,
      high: wanted.high > high + margin ? wanted.high : high,
    };
  }

  /** @param {Range} wanted @param {number} nowS */
  #close(wanted, nowS) {
    const { low, high } = this.#shown;
    if (Math.max(wanted.low - low, high - wanted.high) <= CLOSES * (high - low)) {
      this.#narrower = null;
      return;
    }
    this.#narrower = {
      sinceS: this.#narrower?.sinceS ?? nowS,
      low: Math.min(wanted.low, this.#narrower?.low ?? wanted.low),
      high: Math.max(wanted.high, this.#narrower?.high ?? wanted.high),
    };
    if (nowS - this.#narrower.sinceS >= CLOSES_AFTER_S) {
      this.#shown = { low: this.#narrower.low, high: this.#narrower.high };
      this.#narrower = null;
    }
  }
}

/**
 * The range between two percentiles, at least one grey level wide. Of the usual ones as many pixels as a small
 * beam has are never cut off at the high end, however small a part of the picture they are.
 * @param {Uint32Array} counts
 * @param {Percentiles | null} percentiles null: the usual
 * @param {{min: number, max: number}} image
 * @returns {Range | null} null: there were no pixels
 */
function needed(counts, percentiles, image) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) {
    return null;
  }
  const [least, most] = percentiles ?? DEFAULT_PERCENTILES;
  const mostBelow = (total * least) / 100;
  const mostAbove = Math.min((total * (100 - most)) / 100, percentiles ? Infinity : SMALL_BEAM_PX - 1);
  let low = 0;
  for (let below = counts[0]; below <= mostBelow && low < 254; below += counts[low]) {
    low += 1;
  }
  let high = 255;
  for (let above = counts[255]; above <= mostAbove && high > low + 1; above += counts[high]) {
    high -= 1;
  }
  return { low: levelValue(low, image), high: levelValue(high, image) };
}

/**
 * How many pixels have each of the 256 levels.
 * @param {Uint8ClampedArray} rgba a grey picture's, of which red is counted
 * @param {number} [stride] counts one pixel of so many, for that many. A sample may miss a small beam.
 * @returns {Uint32Array}
 */
export function countLevels(rgba, stride = 1) {
  const counts = new Uint32Array(256);
  for (let index = 0; index < rgba.length; index += 4 * stride) {
    counts[rgba[index]] += stride;
  }
  return counts;
}
