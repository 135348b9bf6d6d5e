/** The rows of the status page: their order, and what each filter has. Pure. */

import { withSettings } from "../lib/list-filter.js";

/**
 * @typedef {"act" | "look" | "fine"} Level act, look: the stream needs someone
 *
 * @typedef {object} Row
 * @property {string} stream
 * @property {string} source
 * @property {Level} level
 * @property {boolean} isLive whether it is live, or a video that nobody watches
 * @property {boolean} isLosing whether it loses frames now
 * @property {Record<string, number | null>} numbers by column; null: unknown
 *
 * @typedef {object} Sort
 * @property {string} column
 * @property {boolean} isDescending
 */

/** The worst last: descending is worst first. @type {Level[]} */
const LEVELS = ["fine", "look", "act"];
const TEXT_COLUMNS = ["stream", "source"];
/** @type {Sort} */
export const WORST_FIRST = { column: "state", isDescending: true };

const byName = new Intl.Collator("en", { numeric: true }).compare; // cam10 after cam2

/** @type {Record<string, (row: Row) => boolean>} */
export const FILTERS = {
  "not-live": ({ isLive }) => !isLive,
  losing: ({ isLosing }) => isLosing,
  fine: ({ level }) => level === "fine",
};

/** Return the texts of a row that are searched. @param {Row} row */
export function textsOf({ stream, source }) {
  return [stream, source];
}

/** Return the rows in their order: unknown numbers last, equal ones by name. @param {Row[]} rows @param {Sort} sort */
export function sortRows(rows, { column, isDescending }) {
  const sign = isDescending ? -1 : 1;
  return [...rows].sort((one, other) => compare(column, sign, one, other) || byName(one.stream, other.stream));
}

/** @param {string} column @param {number} sign @param {Row} one @param {Row} other */
function compare(column, sign, one, other) {
  if (column === "state") {
    return sign * (LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level));
  }
  if (column === "stream" || column === "source") {
    return sign * byName(one[column], other[column]);
  }
  const [a, b] = [one, other].map(({ numbers }) => numbers[column] ?? null);
  return a === null || b === null ? Number(a === null) - Number(b === null) : sign * (a - b);
}

/**
 * Return the order after the head of a column was pressed: by this column, texts from A on and all others from the
 * worst or largest on; or the other way round.
 * @param {Sort} sort
 * @param {string} column
 * @returns {Sort}
 */
export function pressHead(sort, column) {
  const isDescending = sort.column === column ? !sort.isDescending : !TEXT_COLUMNS.includes(column);
  return { column, isDescending };
}

/** Return the order in the query of an address. @param {string} query @param {string[]} columns @returns {Sort} */
export function sortFromQuery(query, columns) {
  const [column, direction] = (new URLSearchParams(query).get("sort") ?? "").split(",");
  return columns.includes(column) ? { column, isDescending: direction === "down" } : WORST_FIRST;
}

/** Return a query with this order and its other settings. @param {string} query @param {Sort} sort */
export function withSort(query, { column, isDescending }) {
  const isDefault = column === WORST_FIRST.column && isDescending === WORST_FIRST.isDescending;
  return withSettings(query, { sort: isDefault ? "" : `${column},${isDescending ? "down" : "up"}` });
}
