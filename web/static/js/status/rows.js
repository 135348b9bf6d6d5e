/** Which rows the status page shows, and in which order; how many each filter has. Pure. */

/**
 * @typedef {"act" | "look" | "fine"} Level act, look: the stream needs someone
 * @typedef {"all" | "not-live" | "losing" | "fine"} Filter
 *
 * @typedef {object} Row
 * @property {string} stream
 * @property {string} source
 * @property {Level} level
 * @property {boolean} isLive whether it is live, or a video that nobody watches
 * @property {boolean} isLosing whether it loses frames now
 * @property {Record<string, number | null>} numbers by column; null: unknown
 *
 * @typedef {object} View
 * @property {string} column by which the rows are sorted
 * @property {boolean} isDescending
 * @property {Filter} filter
 * @property {string} search part of a stream's name or source
 */

/** @type {Filter[]} */
const FILTERS = ["all", "not-live", "losing", "fine"];
/** The worst last: descending is worst first. @type {Level[]} */
const LEVELS = ["fine", "look", "act"];
const TEXT_COLUMNS = ["stream", "source"];
/** @type {View} */
export const DEFAULT_VIEW = { column: "state", isDescending: true, filter: "all", search: "" };

const byName = new Intl.Collator("en", { numeric: true }).compare; // cam10 after cam2

/** @type {Record<Filter, (row: Row) => boolean>} */
const IS_OF = {
  all: () => true,
  "not-live": ({ isLive }) => !isLive,
  losing: ({ isLosing }) => isLosing,
  fine: ({ level }) => level === "fine",
};

/** Return how many rows each filter has. @param {Row[]} rows */
export function countRows(rows) {
  const counts = FILTERS.map((filter) => [filter, rows.filter(IS_OF[filter]).length]);
  return /** @type {Record<Filter, number>} */ (Object.fromEntries(counts));
}

/** @param {Row} row @param {View} view */
export function isShown(row, { filter, search }) {
  const sought = search.trim().toLowerCase();
  return IS_OF[filter](row) && [row.stream, row.source].some((text) => text.toLowerCase().includes(sought));
}

/** Return the rows in their order: unknown numbers last, equal ones by name. @param {Row[]} rows @param {View} view */
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
 * Return the view after the head of a column was pressed: by this column, texts from A on and all others from the
 * worst or largest on; or the other way round.
 * @param {View} view
 * @param {string} column
 * @returns {View}
 */
export function pressHead(view, column) {
  const isDescending = view.column === column ? !view.isDescending : !TEXT_COLUMNS.includes(column);
  return { ...view, column, isDescending };
}

/** Return the view that an address has. @param {string} search its query @param {string[]} columns @returns {View} */
export function viewFromAddress(search, columns) {
  const query = new URLSearchParams(search);
  const [column, direction] = (query.get("sort") ?? "").split(",");
  const sort = columns.includes(column) ? { column, isDescending: direction === "down" } : {};
  const filter = FILTERS.find((filter) => filter === query.get("show")) ?? "all";
  return { ...DEFAULT_VIEW, ...sort, filter, search: query.get("find") ?? "" };
}

/** Return the query of an address that has what differs from the default. @param {View} view */
export function addressOf({ column, isDescending, filter, search }) {
  const query = new URLSearchParams();
  if (column !== DEFAULT_VIEW.column || isDescending !== DEFAULT_VIEW.isDescending) {
    query.set("sort", `${column},${isDescending ? "down" : "up"}`);
  }
  if (filter !== DEFAULT_VIEW.filter) {
    query.set("show", filter);
  }
  if (search.trim()) {
    query.set("find", search.trim());
  }
  const text = query.toString().replace(/%2C/g, ",");
  return text && `?${text}`;
}
