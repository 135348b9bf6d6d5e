/** The limits of the displayed range as people type and read them. Pure. */

import { fittingText } from "../lib/number-text.js";

const VISIBLE_STEPS = 1000; // of an automatic range; its last digit is one of them, or a whole number

/** @typedef {{low: number, high: number}} Range camera units */

/**
 * Return why a range cannot be displayed.
 * @param {number} low NaN: not a number
 * @param {number} high
 * @returns {string} empty: it can
 */
export function rangeError(low, high) {
  for (const [name, value] of /** @type {[string, number][]} */ ([["low", low], ["high", high]])) {
    if (!Number.isFinite(value)) {
      return `The ${name} limit is no number: allowed are numbers such as 250, -0.5 or 1e6.`;
    }
  }
  return low < high ? "" : `The low limit ${low} is not below the high limit ${high}: enter a lower or a higher one.`;
}

/**
 * Return the range in two fields. A field whose text nobody has changed keeps its limit exactly: its text may be
 * shortened.
 * @param {Record<"low" | "high", string>} texts
 * @param {Record<"low" | "high", string>} shown the texts as they were written
 * @param {Range} range that was written
 * @returns {Range & {error: string}}
 */
export function readLimits(texts, shown, range) {
  const limit = (/** @type {"low" | "high"} */ end) =>
    texts[end] === shown[end] ? range[end] : Number(texts[end].trim() || NaN);
  const [low, high] = [limit("low"), limit("high")];
  return { low, high, error: rangeError(low, high) };
}

/**
 * Return the texts of a range for two fields.
 * @param {Range} range
 * @param {boolean} isAuto whether it follows the picture: then digits below a thousandth of it only flicker
 * @param {number} maxCharacters
 * @returns {Record<"low" | "high", string>} that `Number` reads
 */
export function limitTexts({ low, high }, isAuto, maxCharacters) {
  const unit = 10 ** Math.min(0, Math.floor(Math.log10((high - low) / VISIBLE_STEPS)));
  const rounded = (/** @type {number} */ value) =>
    isAuto && unit > 0 ? Number((Math.round(value / unit) * unit).toPrecision(15)) : value;
  return { low: fittingText(rounded(low), maxCharacters), high: fittingText(rounded(high), maxCharacters) };
}
