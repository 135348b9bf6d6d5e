/** The ticks of the colour bar. Pure. */

import { fittingText } from "../lib/number-text.js";
import { colourPosition } from "./transfer.js";

const STEPS = [1, 2, 5, 10];
const DECADES = 3; // that the log scale shows
const MAX_DECIMALS = 4;
const MAX_CHARACTERS = 10; // of a tick; there is no room for more
const MARGIN = 0.03; // of the bar, from its ends
const DIGITS = 3; // of a tick of the log scale

/**
 * Return round values within a range with their places on the bar.
 * @param {number} low camera units
 * @param {number} high
 * @param {string} scale
 * @param {number} count about how many; at least two
 * @returns {{at: number, text: string}[]} `at`: 0 at the low end, 1 at the high end
 */
export function barTicks(low, high, scale, count) {
  if (!(high > low) || !Number.isFinite(high - low)) {
    return [];
  }
  const distance = 0.8 / Math.max(2, count); // between two ticks, so that their texts do not overlap
  /** @type {{at: number, text: string}[]} */
  const ticks = [];
  const format = scale === "log" ? formatDigits : tickFormat(low, high, count);
  for (const value of scale === "log" ? decadeValues(low, high) : roundValues(low, high, count)) {
    const at = colourPosition(value, low, high, scale);
    const isAtField = scale === "log" && (at < MARGIN || at > 1 - MARGIN); // which has that number
    if (isAtField) {
      continue;
    }
    if (!ticks.length || Math.abs(at - ticks[ticks.length - 1].at) >= distance) {
      ticks.push({ at, text: format(value) });
    }
  }
  return ticks;
}

/** Return the round distance between two values. @param {number} low @param {number} high @param {number} count */
function stepOf(low, high, count) {
  const raw = (high - low) / Math.max(2, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * (STEPS.find((one) => one * power >= raw * 0.999) ?? 10);
}

/** Return a function that formats all ticks with equally many decimals, where there is room. */
function tickFormat(/** @type {number} */ low, /** @type {number} */ high, /** @type {number} */ count) {
  const decimals = Math.max(0, -Math.floor(Math.log10(stepOf(low, high, count)) + 1e-9));
  return (/** @type {number} */ value) => {
    const text = value.toFixed(Math.min(decimals, MAX_DECIMALS));
    const hasRoom = decimals <= MAX_DECIMALS && text.length <= MAX_CHARACTERS;
    return withMinus(hasRoom ? text : fittingText(value, MAX_CHARACTERS));
  };
}

/** @param {number} value */
function formatDigits(value) {
  return withMinus(fittingText(Number(value.toPrecision(DIGITS)), MAX_CHARACTERS));
}

/** @param {string} text */
function withMinus(text) {
  return text.replace(/-/g, "\u2212");
}

/** @param {number} low @param {number} high @param {number} count */
function roundValues(low, high, count) {
  const step = stepOf(low, high, count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.min(50, last - first + 1) }, (_, index) => {
    const value = (first + index) * step;
    return Math.abs(value) < step * 1e-9 ? 0 : Number(value.toPrecision(12));
  });
}

/** Values that a log scale spreads: decades of the distance from the low end. @param {number} low @param {number} high */
function decadeValues(low, high) {
  const span = high - low;
  const values = [];
  for (let decade = -DECADES; decade <= 0; decade += 1) {
    for (const part of [1, 2, 5]) {
      const value = low + span * part * 10 ** decade;
      if (value <= high) {
        values.push(Number(value.toPrecision(2)));
      }
    }
  }
  return [low, ...values.filter((value) => value > low && value <= high)];
}
