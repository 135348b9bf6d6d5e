/** Formats numbers for people. Values that change many times a second keep their width. */

const NARROW_SPACE = "\u202f";
const MINUS = "\u2212";
export const NO_VALUE = "\u2013";
const MAX_TEXT_CHARACTERS = 500;

/** Format with six digits: 123456.789 → "123457", 0.000012 → "1.20000e-5". @param {number} value */
export function formatNumber(value) {
  if (!Number.isFinite(value)) {
    return NO_VALUE;
  }
  const text = Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}` : value.toPrecision(6);
  return text.replace(/-/g, MINUS);
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
    return formatNumber(Number(value.toPrecision(6)));
  }
  const step = 10 ** Math.floor(Math.log10(error));
  const digit = error < 1.95 * step ? step / 10 : step;
  const least = Math.max(digit, 1e-6 * Math.abs(value));
  return `${formatRounded(value, least)} ± ${formatRounded(Math.max(error, least), least)}`;
}

/** Format the number of an axis tick. @param {number} value */
export function formatTick(value) {
  const size = Math.abs(value);
  const text =
    size !== 0 && (size >= 1e5 || size < 1e-3)
      ? value.toExponential(1).replace(/\.0e/, "e").replace("e+", "e")
      : `${+value.toPrecision(4)}`;
  return text.replace(/-/g, MINUS);
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
 *   `dtype` are shown
 */
export function formatAny(value) {
  if (value === null || value === undefined) {
    return NO_VALUE;
  }
  if (typeof value === "number") {
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
