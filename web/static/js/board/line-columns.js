/** CardRows of a chart as columns to be drawn: a hole among the rows is a gap in every curve. Pure. */

import { isTime, timeTexts } from "../lib/time-of-day.js";
import { drawable } from "./ticks.js";

/** @typedef {import("./card-rows.js").Row} Row */

/**
 * @typedef {object} Columns
 * @property {"time" | "number" | "label"} axis what `x` is; for labels their numbers
 * @property {number[]} x never falling
 * @property {(number | null)[][]} y one for each series
 * @property {string[] | null} labels by the number in `x`, less the first; null: x says it
 */

/**
 * A point that comes late is sorted in where its x is; points of one x stay in the order in which
 * they came. Where not every x is a number, or some are times and others are not, the points stand
 * side by side as they came.
 * @param {(Row | undefined)[]} list [x, a value for each series]; undefined: a hole
 * @param {number} first the number of the first row
 * @param {string} axis as the card's description has it
 * @param {number} series how many
 * @returns {Columns}
 */
export function columns(list, first, axis, series) {
  const values = (/** @type {(Row | undefined)[]} */ rows) =>
    Array.from({ length: series }, (_, place) => rows.map((row) => drawable(row?.[place + 1])));
  const kind = kindOf(list, axis);
  if (kind === "label") {
    const x = list.map((_, index) => first + index);
    return { axis: kind, x, y: values(list), labels: labelsOf(list, axis) };
  }
  const sorted = inOrder(list);
  return { axis: kind, x: sorted.map(([x]) => x), y: values(sorted.map(([, row]) => row)), labels: null };
}

/**
 * The same for charts that have a place for each row, as bars.
 * @param {(Row | undefined)[]} list
 * @param {string} axis
 * @returns {{rows: (Row | undefined)[], labels: string[]}}
 */
export function places(list, axis) {
  const kind = kindOf(list, axis);
  const rows = kind === "label" ? list : inOrder(list).map(([, row]) => row);
  return { rows, labels: labelsOf(rows, axis) };
}

/** What rows are called, each by its first value; times among texts came without a label. */
function labelsOf(list, axis) {
  const hasTimes = axis === "time" || (axis === "label" && list.some((row) => typeof row?.[0] === "string"));
  const isMoment = (/** @type {Row | undefined} */ row) => hasTimes && isTime(row?.[0]);
  const texts = timeTexts(list.filter(isMoment).map(([x]) => x));
  let next = 0;
  return list.map((row) => (isMoment(row) ? texts[next++] : String(row?.[0] ?? "")));
}

/** Names for the series: those that are told, and numbers for the rest. @param {unknown[]} told @param {number} count */
export function seriesNames(told, count) {
  return Array.from({ length: count }, (_, index) => String(told[index] ?? index + 1));
}

/** How many series the rows have. @param {(Row | undefined)[]} list @param {unknown[]} told */
export function seriesCount(list, told) {
  return list.reduce((most, row) => Math.max(most, (row?.length ?? 1) - 1), told.length);
}

/** @returns {"time" | "number" | "label"} */
function kindOf(list, axis) {
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

/** CardRows with their x, by it; a hole lies where the row before it does, or the one after it. */
function inOrder(list) {
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
