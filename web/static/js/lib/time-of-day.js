/** Formats times for axes and read-outs, in this computer's time zone. Pure. */

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The times that ingest/push/timestamps.py accepts, Unix seconds: 1990-01-01 to 2100-12-31. */
const MIN_TIME_S = 631_152_000;
const MAX_TIME_S = 4_133_980_800;

/** Distances between the ticks of a time axis, round on a clock: 100 s would be no whole number of minutes. */
export const STEPS_S = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5],
  ...[1, MINUTE_S].flatMap((unitS) => [1, 2, 5, 10, 15, 30].map((one) => one * unitS)),
  ...[1, 2, 3, 6, 12].map((hours) => HOUR_S * hours),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000].map((days) => DAY_S * days),
];

/**
 * @typedef {"s" | "h" | "day" | "month" | "year"} Unit
 * @typedef {[unit: Unit, count: number, stepS: number]} Step how many of a unit, about `stepS` seconds
 */

/** Steps between the ticks of a calendar. */
const STEPS = /** @type {Step[]} */ ([
  ...STEPS_S.filter((stepS) => stepS < HOUR_S).map((stepS) => ["s", stepS, stepS]),
  ...[1, 2, 3, 6, 12].map((hours) => ["h", hours, HOUR_S * hours]),
  ...[1, 2, 4, 7, 14].map((days) => ["day", days, DAY_S * days]),
  ...[1, 3, 6].map((months) => ["month", months, 30.4 * DAY_S * months]),
  ...[1, 2, 5, 10, 20, 50].map((years) => ["year", years, 365 * DAY_S * years]),
]);

/**
 * Whether a value is a Unix time in seconds, within the range that the server accepts.
 * @param {unknown} value
 * @returns {value is number}
 */
export function isTime(value) {
  return typeof value === "number" && value >= MIN_TIME_S && value < MAX_TIME_S;
}

/**
 * Format the time of day, or the day where the resolution is days.
 * @param {number} timeS Unix seconds
 * @param {number} stepS the resolution: seconds between two times whose texts must differ
 */
export function formatTimeOfDay(timeS, stepS) {
  if (stepS >= DAY_S) {
    return formatDay(timeS);
  }
  const date = dateOf(timeS);
  const parts = [date.getHours(), date.getMinutes(), ...(stepS < MINUTE_S ? [date.getSeconds()] : [])];
  const text = parts.map((part) => `${part}`.padStart(2, "0")).join(":");
  const steps = [1, 0.1, 0.01].findIndex((unitS) => Number.isInteger(Math.round((1e6 * stepS) / unitS) / 1e6));
  const digits = steps < 0 ? 3 : steps;
  return digits ? `${text}.${`${date.getMilliseconds()}`.padStart(3, "0").slice(0, digits)}` : text;
}

/** Round to the nearest millisecond: 1000 × 0.1 s may be less than 100 ms, which `Date` would cut to 99. */
function dateOf(/** @type {number} */ timeS) {
  return new Date(Math.round(1000 * timeS));
}

/** Format a day, as "30 Nov", on request with its year. @param {number} timeS @param {boolean} hasYear */
export function formatDay(timeS, hasYear = false) {
  const date = dateOf(timeS);
  return `${date.getDate()} ${MONTHS[date.getMonth()]}${hasYear ? ` ${date.getFullYear()}` : ""}`;
}

/**
 * Return the ticks of a time axis, at round times of this computer's zone: hours counted from midnight, the
 * first of months. Within a span of hours midnight is shown as its day; over several days every tick has its day.
 * @param {number} lowS Unix seconds
 * @param {number} highS above `lowS`
 * @param {number} maxTicks
 * @returns {{values: number[], texts: string[]}} no two are equal
 */
export function timeTicks(lowS, highS, maxTicks) {
  const step = STEPS.find(([, , stepS]) => (highS - lowS) / stepS <= maxTicks) ?? STEPS[STEPS.length - 1];
  const [unit, , stepS] = step;
  const values = tickTimes(step, lowS, highS);
  if (unit === "year" || unit === "month") {
    const texts = values.map((timeS) => {
      const date = new Date(1000 * timeS);
      return unit === "year" ? `${date.getFullYear()}` : `${MONTHS[date.getMonth()]} ${date.getFullYear()}`;
    });
    return { values, texts };
  }
  const isLong = highS - lowS >= DAY_S;
  const texts = values.map((timeS) => {
    if (unit === "day" || isMidnight(timeS)) {
      return formatDay(timeS);
    }
    return isLong ? `${formatDay(timeS)} ${formatTimeOfDay(timeS, stepS)}` : formatTimeOfDay(timeS, stepS);
  });
  return { values, texts: addOffsets(texts, values) };
}

/**
 * Format times, all as short as distinguishes them: with the day where there are several days, and
 * without the time of day where all are midnight.
 * @param {number[]} timesS
 * @returns {string[]}
 */
export function formatTimes(timesS) {
  const days = new Set(timesS.map((timeS) => formatDay(timeS, true)));
  const years = new Set(timesS.map((timeS) => new Date(1000 * timeS).getFullYear()));
  const stepS = resolution(timesS);
  const texts = timesS.map((timeS) => {
    const day = days.size > 1 ? formatDay(timeS, years.size > 1) : "";
    const time = days.size > 1 && stepS === DAY_S ? "" : formatTimeOfDay(timeS, stepS);
    return [day, time].filter(Boolean).join(" ");
  });
  return addOffsets(texts, timesS);
}

/**
 * Add the offset from UTC in the hour that occurs twice, when clocks are put back.
 * @param {string[]} texts
 * @param {number[]} timesS
 */
function addOffsets(texts, timesS) {
  /** @type {Map<string, Set<number>>} */
  const offsets = new Map();
  const offset = (/** @type {number} */ timeS) => -new Date(1000 * timeS).getTimezoneOffset() / 60;
  texts.forEach((text, index) => offsets.set(text, (offsets.get(text) ?? new Set()).add(offset(timesS[index]))));
  return texts.map((text, index) => {
    const hours = offset(timesS[index]);
    const isAmbiguous = (offsets.get(text)?.size ?? 0) > 1;
    return isAmbiguous ? `${text} UTC${hours < 0 ? "\u2212" : "+"}${Math.abs(hours)}` : text;
  });
}

/**
 * Return the largest of a day, a minute, a second and parts of it that distinguishes these times.
 * @param {number[]} timesS
 */
function resolution(timesS) {
  const count = new Set(timesS).size;
  if (timesS.every(isMidnight)) {
    return DAY_S;
  }
  if (timesS.every((timeS) => timeS % MINUTE_S === 0)) {
    return MINUTE_S;
  }
  const texts = (/** @type {number} */ stepS) =>
    timesS.map((timeS) => `${formatDay(timeS, true)} ${formatTimeOfDay(timeS, stepS)}`);
  return [1, 0.1, 0.01].find((stepS) => new Set(texts(stepS)).size === count) ?? 0.001;
}

/** @param {number} timeS */
function isMidnight(timeS) {
  return formatTimeOfDay(timeS, 0.001) === "00:00:00.000";
}

/** @param {Step} step @param {number} lowS @param {number} highS @returns {number[]} Unix seconds, rising */
function tickTimes([unit, count], lowS, highS) {
  if (unit === "s") {
    const first = Math.ceil(lowS / count);
    const length = Math.max(0, Math.floor(highS / count) - first + 1);
    return Array.from({ length }, (_, index) => multiple(first + index, count));
  }
  const low = new Date(1000 * lowS);
  const [year, month, day] = [low.getFullYear(), low.getMonth(), low.getDate()];
  const at = {
    h: (/** @type {number} */ index) => new Date(year, month, day, index * count),
    day: (/** @type {number} */ index) =>
      new Date(year, month, day - (dayNumber(year, month, day) % count) + index * count),
    month: (/** @type {number} */ index) => new Date(year, month - (month % count) + index * count),
    year: (/** @type {number} */ index) => new Date(year - (year % count) + index * count, 0),
  }[unit];
  const values = [];
  for (let index = 0; ; index += 1) {
    const timeS = at(index).getTime() / 1000;
    if (timeS > highS) {
      return values;
    }
    if (timeS >= lowS && timeS > (values.at(-1) ?? -Infinity)) {
      values.push(timeS);
    }
  }
}

/**
 * Return the number nearest to a multiple of a step; 0.1 itself is no binary number.
 * @param {number} factor
 * @param {number} step
 */
function multiple(factor, step) {
  return step < 1 ? factor / Math.round(1 / step) : factor * step;
}

/** Return the number of days since a Monday. @param {number} year @param {number} month @param {number} day */
function dayNumber(year, month, day) {
  return Math.round(Date.UTC(year, month, day) / 1000 / DAY_S) + 3;
}
