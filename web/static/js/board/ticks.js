/** Ranges of axes, and the ticks along them, for whatever finite numbers are pushed. Pure. */

import { formatTicks as written } from "../plots/series.js";

/** Larger ones have no difference or no room around them; ingest refuses them. */
const MAX_NUMBER = 1e300;
const MIN_NUMBER = 1e-300;
/** Numbers of one size differ by 1 at least in its 53rd binary digit; an axis needs some of these steps. */
const MIN_SPAN = 8 * Number.EPSILON;
const MAX_DIGITS = 7;
const EM_PER_CHARACTER = 0.6;
const EM_BETWEEN = 1.5;

/** @typedef {{values: number[], texts: string[]}} Ticks */

/** A number that can be drawn, or null: a gap. @param {unknown} value */
export function drawable(value) {
  return typeof value === "number" && Math.abs(value) <= MAX_NUMBER ? value : null;
}

/**
 * The smallest and the largest of the numbers.
 * @param {Iterable<number | null>} numbers
 * @returns {[number, number] | null} null: there is none
 */
export function extent(numbers) {
  let min = Infinity;
  let max = -Infinity;
  for (const value of numbers) {
    if (value !== null) {
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  }
  return min <= max ? [min, max] : null;
}

/**
 * The range of an axis with some room below and above the numbers, also where all are the same.
 * @param {[number, number] | null} found
 * @param {number} room as a part of their span
 * @returns {[number, number]}
 */
export function roomy(found, room = 0.06) {
  if (found === null) {
    return [0, 1];
  }
  const isNothing = Math.max(...found.map(Math.abs)) < MIN_NUMBER;
  const [min, max] = isNothing ? [-1, 1] : found;
  const size = Math.max(Math.abs(min), Math.abs(max));
  const each = min === max ? 0.05 * size : Math.max(room * (max - min), MIN_SPAN * size);
  return [min - each, max + each];
}

/**
 * The range of an axis that has 0, where bars and areas begin, with room where they end.
 * @param {[number, number] | null} found
 * @param {number} room as a part of the span
 * @returns {[number, number]}
 */
export function fromZero(found, room = 0.04) {
  const min = Math.min(0, found?.[0] ?? 0);
  const max = Math.max(0, found?.[1] ?? 0);
  if (max - min < MIN_NUMBER) {
    return [0, 1];
  }
  const each = room * (max - min);
  return [min && min - each, max && max + each];
}

/**
 * The same to the next round numbers, as the web of a radar has it.
 * @param {[number, number] | null} found
 * @param {number} most steps
 * @returns {[number, number]}
 */
export function wholeSteps(found, most) {
  const [low, high] = fromZero(found, 0);
  const step = roundStep((high - low) / most);
  return [Math.min(low, Math.floor(low / step) * step), Math.max(high, Math.ceil(high / step) * step)];
}

/**
 * Ticks at round numbers. Where these would need many digits, one of them is told and the others by
 * how far they are from it: "1e15", "+0.5".
 * @param {number} low
 * @param {number} high above `low`
 * @param {number} most how many, at most
 * @param {boolean} isWhole whether parts of 1 are no places
 * @returns {Ticks} no two texts are equal
 */
export function numberTicks(low, high, most, isWhole = false) {
  const least = isWhole ? 1 : 0;
  let step = Math.max(roundStep((high - low) / most), least);
  const from = () => Math.ceil(low / step - 1e-9);
  const until = () => Math.floor(high / step + 1e-9);
  if (until() < from()) {
    step = Math.max(roundStep((high - low) / (2 * most)), least); // two steps may lie around the range
  }
  const first = from();
  const many = Math.max(0, until() - first + 1);
  const numbers = Array.from({ length: many }, (_, index) => first + index);
  const values = numbers.map((one) => multiple(one, step));
  const largest = Math.max(...values.map(Math.abs));
  const digits = Math.log10(largest / step);
  const texts = digits > MAX_DIGITS ? relative(numbers, values, step) : written(values, step);
  return { values: values.map((value) => Math.min(Math.max(value, low), high)), texts };
}

/**
 * As many ticks as have room for their texts.
 * @param {(most: number) => Ticks} make
 * @param {number} lengthEm of the axis
 * @returns {Ticks}
 */
export function fitting(make, lengthEm) {
  for (let most = 10; ; most -= 1) {
    const made = make(most);
    const widest = EM_PER_CHARACTER * Math.max(0, ...made.texts.map((text) => text.length)) + EM_BETWEEN;
    if (widest * (made.texts.length - 0.5) <= lengthEm || most <= 2) {
      return made;
    }
  }
}

function relative(numbers, values, step) {
  const wholes = values.map((value) => shortest(value));
  const origin = wholes.reduce((best, text, index) => (text.length < wholes[best].length ? index : best), 0);
  const differences = numbers.map((one) => (one - numbers[origin]) * step);
  return written(differences, step).map((text, index) => {
    return index === origin ? wholes[index] : index > origin ? `+${text}` : text;
  });
}

function shortest(value) {
  const plain = `${value}`;
  const scientific = value.toExponential().replace("e+", "e");
  return (scientific.length < plain.length ? scientific : plain.replace("e+", "e")).replace(/-/g, "\u2212");
}

/** The smallest of 1, 2, 5 × 10ⁿ from a size on. */
function roundStep(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  const lead = size / power;
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
}

/** 3 × 0.1 is 0.3. */
function multiple(many, step) {
  return step < 1 && step > 1e-15 ? many / Math.round(1 / step) : many * step;
}
