/** Numbers as people read them; widths stay put where a value changes many times a second. */

const NARROW_SPACE = "\u202f";
const MINUS = "\u2212";
export const NO_VALUE = "\u2013";
const LONGEST_TEXT = 500;

/** 123456.789 → "123457", 0.000012 → "1.20000e-5"; six digits. @param {number} value */
export function formatNumber(value) {
  if (!Number.isFinite(value)) {
    return NO_VALUE;
  }
  const text = Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}` : value.toPrecision(6);
  return text.replace(/-/g, MINUS);
}

/** The same without zeros at its end, where nothing has to stay in its place. @param {number} value */
export function formatShort(value) {
  return formatNumber(value).replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "");
}

/**
 * A value that is known to a step only, with as many digits as that lets it have: 0.5 of steps of 0.004 → "0.500".
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
 * A value with its uncertainty, to the digits that this leaves: 28.312 and 0.41 → "28.3 ± 0.4"; of one that begins
 * with 1 two digits are shown.
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

/** As short as an axis needs it. @param {number} value */
export function formatTick(value) {
  const size = Math.abs(value);
  const text =
    size !== 0 && (size >= 1e5 || size < 1e-3)
      ? value.toExponential(1).replace(/\.0e/, "e").replace("e+", "e")
      : `${+value.toPrecision(4)}`;
  return text.replace(/-/g, MINUS);
}

/** 1234567 → "1 234 567". @param {unknown} value */
export function formatCount(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    return NO_VALUE;
  }
  return `${Math.round(value)}`.replace(/\B(?=(\d{3})+$)/g, NARROW_SPACE);
}

/** 1234567 → "1.23 MB". @param {unknown} value */
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

/** 24.96 → "25.0", a slow 0.1 → "0.10". @param {unknown} value per second */
export function formatRate(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    return NO_VALUE;
  }
  return value.toFixed(value > 0 && value < 1 ? 2 : 1);
}

/** "0.04 s", "12 s", "3 min 05 s", "2 h 04 min". @param {number | null} seconds */
export function formatAge(seconds) {
  if (seconds === null || !Number.isFinite(seconds)) {
    return NO_VALUE;
  }
  if (seconds < 10) {
    return `${(Math.floor(seconds * 100) / 100).toFixed(2)} s`;
  }
  return formatDuration(seconds);
}

/** In whole seconds: "2 s", "3 min 05 s", "2 h 04 min". @param {number} seconds */
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

/** In its largest unit: "now", "12 s ago", "3 min ago", "47 h ago", "3 d ago". @param {number | null} seconds */
export function formatAgo(seconds) {
  if (seconds === null) {
    return "";
  }
  if (seconds < 1) {
    return "now";
  }
  const [unit, unitS] = [["d", 2 * 86_400], ["h", 3600], ["min", 60]].find(([, leastS]) => seconds >= leastS) ?? ["s", 1];
  return `${Math.floor(seconds / (unit === "d" ? 86_400 : unitS))} ${unit} ago`;
}

/**
 * Whatever a stream may carry under a name.
 * @param {unknown} value a scalar, a text, null, or an array's place
 */
export function formatAny(value) {
  if (value === null || value === undefined) {
    return NO_VALUE;
  }
  if (typeof value === "number") {
    return formatNumber(value);
  }
  if (typeof value === "string") {
    return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
  }
  if (typeof value === "boolean") {
    return value ? "true" : "false";
  }
  if (Array.isArray(value.shape)) {
    const told = `${value.dtype} [${value.shape.join(" × ")}]`;
    return value.offset === undefined ? `${told}, too large to show` : told;
  }
  return JSON.stringify(value).slice(0, LONGEST_TEXT);
}
