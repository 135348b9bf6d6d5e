import assert from "node:assert/strict";
import test from "node:test";

import {
  DEFAULT_VIEW,
  addressOf,
  countRows,
  isShown,
  pressHead,
  sortRows,
  viewFromAddress,
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
const sorted = (column, isDescending) => names(sortRows(ROWS, { ...DEFAULT_VIEW, column, isDescending }));
const shown = (view) => names(ROWS.filter((row) => isShown(row, { ...DEFAULT_VIEW, ...view })));

test("the worst are first, and then the names, numbers in them numerically", () => {
  assert.deepEqual(names(sortRows(ROWS, DEFAULT_VIEW)), ["gone", "undulator", "bunch", "cam2", "cam10"]);
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
  sortRows(ROWS, DEFAULT_VIEW);
  assert.deepEqual(names(ROWS), before);
});

test("each filter has a count", () => {
  assert.deepEqual(countRows(ROWS), { all: 5, "not-live": 2, losing: 1, fine: 2 });
  assert.deepEqual(countRows([]), { all: 0, "not-live": 0, losing: 0, fine: 0 });
});

test("a filter shows as many rows as its count says", () => {
  for (const [filter, count] of Object.entries(countRows(ROWS))) {
    assert.equal(shown({ filter }).length, count);
  }
});

test("the search finds parts of names and sources, in upper and lower case", () => {
  assert.deepEqual(shown({ search: " CAM" }), ["cam10", "cam2"]);
  assert.deepEqual(shown({ search: "tcp://gone" }), ["gone"]);
  assert.deepEqual(shown({ search: "(" }), []);
});

test("search and filter are combined", () => {
  assert.deepEqual(shown({ search: "un", filter: "losing" }), ["bunch"]);
});

test("a press on a head sorts by it: numbers and states from the largest on, texts from A on", () => {
  assert.deepEqual(pressHead(DEFAULT_VIEW, "lost"), { ...DEFAULT_VIEW, column: "lost", isDescending: true });
  assert.deepEqual(pressHead(DEFAULT_VIEW, "stream"), { ...DEFAULT_VIEW, column: "stream", isDescending: false });
});

test("another press on it turns the order round", () => {
  assert.equal(pressHead(DEFAULT_VIEW, "state").isDescending, false);
  assert.deepEqual(pressHead(pressHead(DEFAULT_VIEW, "in"), "in"), { ...DEFAULT_VIEW, column: "in", isDescending: false });
});

test("the address has what differs from the default, and gives it back", () => {
  assert.equal(addressOf(DEFAULT_VIEW), "");
  const view = { column: "lost", isDescending: true, filter: "losing", search: "cam & 1" };
  assert.equal(addressOf(view), "?sort=lost,down&show=losing&find=cam+%26+1");
  assert.deepEqual(viewFromAddress(addressOf(view), COLUMNS), view);
  assert.deepEqual(viewFromAddress("", COLUMNS), DEFAULT_VIEW);
});

test("an address with unknown settings has the default", () => {
  assert.deepEqual(viewFromAddress("?sort=constructor,down&show=toString", COLUMNS), DEFAULT_VIEW);
});
