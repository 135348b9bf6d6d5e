/** Rows of a line chart as columns to be drawn: a hole among the rows is a gap in every curve. Pure. */

/** @typedef {import("./rows.js").Row} Row */

/**
 * @typedef {object} Columns
 * @property {"time" | "number" | "label"} axis what `x` is; for labels their numbers
 * @property {number[]} x never falling
 * @property {(number | null)[][]} y one for each series
 * @property {string[] | null} labels by the number in `x`, less the first; null: x says it
 */

/**
 * @param {(Row | undefined)[]} list [x, a value for each series]; undefined: a hole
 * @param {number} first the number of the first row
 * @param {string} axis as the card's description has it
 * @param {number} series how many
 * @returns {Columns}
 */
export function columns(list, first, axis, series) {
  const y = Array.from({ length: series }, (_, place) => list.map((row) => numeric(row?.[place + 1])));
  if (axis === "label" || !isRising(list)) {
    // One place after the other: x may be a text, or go back.
    const labels = list.map((row) => (row === undefined || row[0] === null ? "" : String(row[0])));
    return { axis: "label", x: list.map((_, index) => first + index), y, labels };
  }
  return { axis: axis === "time" ? "time" : "number", x: xOf(list), y, labels: null };
}

/** Names for the series: those that are told, and numbers for the rest. @param {unknown[]} told @param {number} count */
export function seriesNames(told, count) {
  return Array.from({ length: count }, (_, index) => String(told[index] ?? index + 1));
}

/** How many series the rows have. @param {(Row | undefined)[]} list @param {unknown[]} told */
export function seriesCount(list, told) {
  return list.reduce((most, row) => Math.max(most, (row?.length ?? 1) - 1), told.length);
}

/** From where to where an axis goes that has these. @param {number[]} x never falling @returns {[number, number]} */
export function span(x) {
  const first = x[0] ?? 0;
  const last = x.at(-1) ?? 0;
  return first === last ? [first - 0.5, last + 0.5] : [first, last];
}

/** The same upwards, with some room. @param {number | null} min @param {number | null} max @returns {[number, number]} */
export function height(min, max) {
  if (min === null || max === null) {
    return [0, 1];
  }
  const room = 0.06 * (max - min) || 0.05 * Math.abs(max) || 1;
  return [min - room, max + room];
}

function numeric(value) {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function isRising(list) {
  let last = -Infinity;
  for (const row of list) {
    if (row !== undefined) {
      if (typeof row[0] !== "number" || row[0] < last) {
        return false;
      }
      last = row[0];
    }
  }
  return true;
}

/** A hole lies where the row before it does, or the one after it. */
function xOf(list) {
  let last = list.find((row) => row !== undefined)?.[0] ?? 0;
  return list.map((row) => (last = row === undefined ? last : row[0]));
}
