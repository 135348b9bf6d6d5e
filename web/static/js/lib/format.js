/** Formats numbers for people. Values that change many times a second keep their width. */

import { digitsOf, exactText, spell } from "./number-text.js";

const NARROW_SPACE = "\u202f";
const MINUS = "\u2212";
export const NO_VALUE = "\u2013";
const MAX_TEXT_CHARACTERS = 500;
const MIN_DIGITS = 6;
const MAX_SHORT_DIGITS = 12; // 2998800000.25 has as many
const MIN_PLAIN = 1e-6; // smaller and
const MAX_PLAIN = 2 ** 53; // larger numbers have an exponent
const DECIMALS = 3; // of what is shortened
const LARGE_INTEGER = /^-?[1-9]\d{15,19}$/;
const MIN_INTEGER = -(2n ** 63n); // of 64 bits
const MAX_INTEGER = 2n ** 64n - 1n;

/**
 * Format with six digits or, of up to twelve, as many as the number needs, and always with all those before the
 * point and three after it: 11.35 → "11.3500", 2998800000.25 → the same, 1 / 3 → "0.333333", 0.000012 →
 * "0.0000120000". Where it is shortened, `formatExact` gives the rest.
 * @param {number | bigint} value
 */
export function formatNumber(value) {
  if (typeof value === "bigint" || Number.isSafeInteger(value)) {
    return value < 0 ? `${value}`.replace("-", MINUS) : `${value}`;
  }
  if (!Number.isFinite(value)) {
    return NO_VALUE;
  }
  const size = Math.abs(value);
  if (size >= MIN_PLAIN && size < MAX_PLAIN) {
    const exact = `${size}`; // without an exponent: most numbers, and 500 rows of a table must not take long
    const point = exact.indexOf(".");
    const needed = size >= 1 ? exact.length - 1 : exact.length - exact.search(/[1-9]/);
    const wanted = size >= 1 ? point + DECIMALS : MIN_DIGITS;
    const digits = needed <= MAX_SHORT_DIGITS ? needed : Math.min(needed, wanted);
    const text = digits === needed && digits >= MIN_DIGITS ? exact : size.toPrecision(Math.max(MIN_DIGITS, digits));
    return value < 0 ? MINUS + text : text;
  }
  const needed = digitsOf(value, "float64");
  const digits = needed <= MAX_SHORT_DIGITS ? needed : MIN_DIGITS;
  return spell(value, Math.max(MIN_DIGITS, digits)).replace(/-/g, MINUS);
}

/**
 * Format with all digits, as few as distinguish the number from others of its type.
 * @param {number | bigint} value
 * @param {string} [dtype] numpy's name
 */
export function formatExact(value, dtype) {
  return exactText(value, dtype).replace(/-/g, MINUS);
}

/** Format as `formatNumber`, without trailing zeros. @param {number} value */
export function formatShort(value) {
  return formatNumber(value).replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "");
}

/**
 * Format a value of limited resolution with the digits that are significant: 0.5 in steps of 0.004 → "0.500".
 * @param {number} value
 * @param {number} step above 0
 */
export function formatRounded(value, step) {
  const unit = 10 ** -Math.max(0, Math.ceil(-Math.log10(step)));
  const units = Math.round(value / unit);
  if (unit === 1 || units === 0 || !Number.isFinite(units)) {
    return formatNumber(units + 0);
  }
  return (units * unit).toPrecision(`${Math.abs(units)}`.length).replace(/-/g, MINUS);
}

/**
 * Format a value with its uncertainty, both to the digit that the uncertainty leaves: 28.312 and 0.41 →
 * "28.3 ± 0.4". Uncertainties that begin with 1 have two digits.
 * @param {number} value
 * @param {number} error 0 or above
 */
export function formatWithError(value, error) {
  if (!(error > 0 && Number.isFinite(error))) {
    return formatNumber(value);
  }
  const step = 10 ** Math.floor(Math.log10(error));
  const digit = error < 1.95 * step ? step / 10 : step;
  const least = Math.max(digit, Math.min(1e-6 * Math.abs(value), 10 ** -DECIMALS));
  return `${formatRounded(value, least)} ± ${formatRounded(Math.max(error, least), least)}`;
}

/** Format a whole number in groups of three digits: 1234567 → "1 234 567". @param {unknown} value */
export function formatCount(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    return NO_VALUE;
  }
  return `${Math.round(value)}`.replace(/\B(?=(\d{3})+$)/g, NARROW_SPACE);
}

/** Format a number of bytes: 1234567 → "1.23 MB". @param {unknown} value */
export function formatBytes(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    return NO_VALUE;
  }
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit ? value.toPrecision(3) : value} ${units[unit]}`;
}

/** Format a rate: 24.96 → "25.0", below one a second 0.1 → "0.10". @param {unknown} value per second */
export function formatRate(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    return NO_VALUE;
  }
  return value.toFixed(value > 0 && value < 1 ? 2 : 1);
}

/** Format an age: "0.04 s", "12 s", "3 min 05 s", "2 h 04 min". @param {number | null} seconds */
export function formatAge(seconds) {
  if (seconds === null || !Number.isFinite(seconds)) {
    return NO_VALUE;
  }
  if (seconds < 10) {
    return `${(Math.floor(seconds * 100) / 100).toFixed(2)} s`;
  }
  return formatDuration(seconds);
}

/** Format a duration in whole seconds: "2 s", "3 min 05 s", "2 h 04 min". @param {number} seconds */
export function formatDuration(seconds) {
  const whole = Math.floor(seconds);
  const two = (/** @type {number} */ part) => `${part}`.padStart(2, "0");
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  }
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** Units of `formatAgo`, the largest first: name, from how many seconds on, seconds. */
const AGO_UNITS = /** @type {[string, number, number][]} */ ([
  ["d", 2 * 86_400, 86_400],
  ["h", 3600, 3600],
  ["min", 60, 60],
]);

/**
 * Format an age in its largest unit: "now", "12 s ago", "3 min ago", "47 h ago", "3 d ago".
 * @param {number | null} seconds
 */
export function formatAgo(seconds) {
  if (seconds === null) {
    return "";
  }
  if (seconds < 1) {
    return "now";
  }
  const [unit, , unitS] = AGO_UNITS.find(([, minS]) => seconds >= minS) ?? ["s", 1, 1];
  return `${Math.floor(seconds / unitS)} ${unit} ago`;
}

/**
 * Format any JSON value.
 * @param {unknown} value a number, text, boolean or null, or the description of an array, whose `shape` and
 *   `dtype` are shown; integers beyond 2⁵³ are texts
 */
export function formatAny(value) {
  if (value === null || value === undefined) {
    return NO_VALUE;
  }
  if (typeof value === "number" || typeof value === "bigint") {
    return formatNumber(value);
  }
  if (typeof value === "string") {
    return value.length > MAX_TEXT_CHARACTERS ? `${value.slice(0, MAX_TEXT_CHARACTERS)}…` : value;
  }
  if (typeof value === "boolean") {
    return value ? "true" : "false";
  }
  const { shape, dtype, offset } = /** @type {{shape?: unknown, dtype?: unknown, offset?: unknown}} */ (value);
  if (Array.isArray(shape)) {
    const text = `${dtype} [${shape.join(" × ")}]`;
    return offset === undefined ? `${text}, too large to show` : text;
  }
  return JSON.stringify(value).slice(0, MAX_TEXT_CHARACTERS);
}

/**
 * Format any JSON value as `formatAny`, but a number with all its digits.
 * @param {unknown} value
 * @param {string} [dtype] numpy's name of its type
 */
export function formatAnyExact(value, dtype) {
  return typeof value === "number" ? formatExact(value, dtype) : formatAny(value);
}

/**
 * Return the number of a scalar of an envelope, in which integers beyond ±2⁵³ are texts.
 * @param {unknown} value
 * @returns {number | bigint | null} null: not a number
 */
export function scalarNumber(value) {
  if (typeof value === "number") {
    return value;
  }
  if (typeof value !== "string" || !LARGE_INTEGER.test(value)) {
    return null;
  }
  const integer = BigInt(value);
  const isOf64Bits = integer >= MIN_INTEGER && integer <= MAX_INTEGER;
  return isOf64Bits && !Number.isSafeInteger(Number(integer)) ? integer : null;
}
