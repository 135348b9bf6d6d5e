/** A chart's rows as columns that can be drawn: a hole among the rows is a gap in every curve. Pure. */

import { isTime, formatTimes } from "../lib/time-of-day.js";
import { drawable } from "./ticks.js";

/**
 * @typedef {import("./card-rows.js").Row} Row [x, a value for each series]
 * @typedef {(Row | undefined)[]} Rows undefined: a hole
 * @typedef {"time" | "number" | "label"} Axis
 */

/**
 * @typedef {object} Columns
 * @property {Axis} axis what `x` is; for labels their numbers
 * @property {number[]} x never falling
 * @property {(number | null)[][]} y one for each series
 * @property {string[] | null} labels by the number in `x`, less the first; null: of numbers and times
 */

/**
 * Return rows as columns. A late point is sorted in by its x; points of the same x stay in the order of
 * their arrival. Where not every x is a number, or only some are times, the points stand side by side.
 * @param {Rows} list
 * @param {number} first the number of the first row
 * @param {unknown} axis of the card's description
 * @param {number} seriesCount
 * @returns {Columns}
 */
export function columns(list, first, axis, seriesCount) {
  const values = (/** @type {Rows} */ rows) =>
    Array.from({ length: seriesCount }, (_, series) => rows.map((row) => drawable(row?.[series + 1])));
  const kind = axisKind(list, axis);
  if (kind === "label") {
    const x = list.map((_, index) => first + index);
    return { axis: kind, x, y: values(list), labels: labelsOf(list, axis) };
  }
  const sorted = sortedByX(list);
  return { axis: kind, x: sorted.map(([x]) => x), y: values(sorted.map(([, row]) => row)), labels: null };
}

/**
 * Return rows in the order in which a chart shows them that has a place for each row, such as bars.
 * @param {Rows} list
 * @param {unknown} axis of the card's description
 * @returns {{rows: Rows, labels: string[]}}
 */
export function labelledRows(list, axis) {
  const rows = axisKind(list, axis) === "label" ? list : sortedByX(list).map(([, row]) => row);
  return { rows, labels: labelsOf(rows, axis) };
}

/**
 * Return the rows' labels, each its first value; among texts, numbers that are times are written as times.
 * @param {Rows} list
 * @param {unknown} axis
 */
function labelsOf(list, axis) {
  const hasTimes = axis === "time" || (axis === "label" && list.some((row) => typeof row?.[0] === "string"));
  const isMoment = (/** @type {Row | undefined} */ row) => hasTimes && isTime(row?.[0]);
  const texts = formatTimes(list.flatMap((row) => (isMoment(row) ? [row?.[0]] : [])));
  let next = 0;
  return list.map((row) => (isMoment(row) ? texts[next++] : String(row?.[0] ?? "")));
}

/**
 * Return the series' names; a series without one has its number.
 * @param {unknown[]} names
 * @param {number} count
 */
export function seriesNames(names, count) {
  return Array.from({ length: count }, (_, index) => String(names[index] ?? index + 1));
}

/** Return how many series the rows, or else the names, have. @param {Rows} list @param {unknown[]} names */
export function seriesCount(list, names) {
  return list.reduce((max, row) => Math.max(max, (row?.length ?? 1) - 1), names.length);
}

/** @param {Rows} list @param {unknown} axis @returns {Axis} */
function axisKind(list, axis) {
  const rows = list.filter((row) => row !== undefined);
  if (axis === "label" || !rows.every(([x]) => drawable(x) !== null)) {
    return "label";
  }
  const times = rows.filter(([x]) => isTime(x)).length;
  if (axis !== "time" || (times === 0 && rows.length > 0)) {
    return "number";
  }
  return times === rows.length ? "time" : "label";
}

/**
 * Return rows with their x, sorted by it; a hole has the x of the row before it or, at the start, after it.
 * @param {Rows} list
 */
function sortedByX(list) {
  /** @type {number} */
  let last = list.find((row) => row !== undefined)?.[0] ?? 0;
  let isRising = true;
  const rows = list.map((row) => {
    const x = row === undefined ? last : row[0];
    isRising &&= x >= last;
    last = x;
    return /** @type {[number, Row | undefined]} */ ([x, row]);
  });
  return isRising ? rows : rows.sort(([one], [other]) => one - other);
}
