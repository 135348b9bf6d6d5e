import assert from "node:assert/strict";
import test from "node:test";

import { countEach, isShown } from "../../../web/static/js/lib/list-filter.js";
import {
  FILTERS,
  WORST_FIRST,
  pressHead,
  sortFromQuery,
  sortRows,
  textsOf,
  withSort,
} from "../../../web/static/js/status/rows.js";

const COLUMNS = ["state", "stream", "source", "in", "lost"];
const row = (stream, more = {}) => ({
  stream,
  source: `tcp://${stream}:9000`,
  level: "fine",
  isLive: true,
  isLosing: false,
  numbers: { in: 10, lost: 0 },
  ...more,
});
const STOPPED = row("undulator", { level: "act", isLive: false, numbers: { in: 0, lost: 0 } });
const LOSING = row("bunch", { level: "look", isLosing: true, numbers: { in: 98.2, lost: 1204 } });
const UNKNOWN = row("gone", { level: "act", isLive: false, numbers: { in: null, lost: null } });
const ROWS = [row("cam10"), LOSING, row("cam2"), STOPPED, UNKNOWN];

const names = (rows) => rows.map(({ stream }) => stream);
const sorted = (column, isDescending) => names(sortRows(ROWS, { column, isDescending }));
const shown = (filter) =>
  names(ROWS.filter((row) => isShown(row, textsOf(row), FILTERS, { name: "all", search: "", ...filter })));

test("the worst are first, and then the names, numbers in them numerically", () => {
  assert.deepEqual(names(sortRows(ROWS, WORST_FIRST)), ["gone", "undulator", "bunch", "cam2", "cam10"]);
});

test("the other way round the fine ones are first, still by name", () => {
  assert.deepEqual(sorted("state", false), ["cam2", "cam10", "bunch", "gone", "undulator"]);
});

test("names are sorted both ways", () => {
  assert.deepEqual(sorted("stream", false), ["bunch", "cam2", "cam10", "gone", "undulator"]);
  assert.deepEqual(sorted("stream", true), ["undulator", "gone", "cam10", "cam2", "bunch"]);
});

test("numbers are sorted by value, and what is unknown is last both ways", () => {
  assert.deepEqual(sorted("in", true), ["bunch", "cam2", "cam10", "undulator", "gone"]);
  assert.deepEqual(sorted("in", false), ["undulator", "cam2", "cam10", "bunch", "gone"]);
});

test("sorting changes no list", () => {
  const before = names(ROWS);
  sortRows(ROWS, WORST_FIRST);
  assert.deepEqual(names(ROWS), before);
});

test("each filter has a count", () => {
  assert.deepEqual(countEach(ROWS, FILTERS), { all: 5, "not-live": 2, losing: 1, fine: 2 });
});

test("a filter shows as many rows as its count says", () => {
  for (const [name, count] of Object.entries(countEach(ROWS, FILTERS))) {
    assert.equal(shown({ name }).length, count);
  }
});

test("the search finds names and sources, within the filter", () => {
  assert.deepEqual(shown({ search: "cam" }), ["cam10", "cam2"]);
  assert.deepEqual(shown({ search: "tcp://gone" }), ["gone"]);
  assert.deepEqual(shown({ search: "un", name: "losing" }), ["bunch"]);
});

test("a press on a head sorts by it: numbers and states from the largest on, texts from A on", () => {
  assert.deepEqual(pressHead(WORST_FIRST, "lost"), { column: "lost", isDescending: true });
  assert.deepEqual(pressHead(WORST_FIRST, "stream"), { column: "stream", isDescending: false });
});

test("another press on it turns the order round", () => {
  assert.equal(pressHead(WORST_FIRST, "state").isDescending, false);
  assert.deepEqual(pressHead(pressHead(WORST_FIRST, "in"), "in"), { column: "in", isDescending: false });
});

test("an address has an order that differs from the default, and gives it back", () => {
  assert.equal(withSort("?show=fine", WORST_FIRST), "?show=fine");
  const sort = { column: "lost", isDescending: true };
  assert.equal(withSort("?show=fine", sort), "?show=fine&sort=lost,down");
  assert.deepEqual(sortFromQuery("?show=fine&sort=lost,down", COLUMNS), sort);
  assert.deepEqual(sortFromQuery("", COLUMNS), WORST_FIRST);
  assert.deepEqual(sortFromQuery("?sort=constructor,down", COLUMNS), WORST_FIRST);
});
