import assert from "node:assert/strict";
import test from "node:test";

import { columns, labelledRows, seriesCount, seriesNames } from "../../../web/static/js/board/line-columns.js";

test("numbers are positions on the x axis, and each series is a curve", () => {
  const drawn = columns([[1, 10, 20], [2, 11, 21]], 5, "number", 2);
  assert.deepEqual(drawn, { axis: "number", x: [1, 2], y: [[10, 11], [20, 21]], labels: null });
});

test("a hole is a gap in every curve, never a line across it", () => {
  const drawn = columns([[1, 10, 20], undefined, [3, 12, 22]], 0, "number", 2);
  assert.deepEqual(drawn.x, [1, 1, 3]);
  assert.deepEqual(drawn.y, [[10, null, 12], [20, null, 22]]);
});

test("a hole before the first row has that row's x", () => {
  assert.deepEqual(columns([undefined, [4, 1]], 0, "number", 1).x, [4, 4]);
});

test("null, a text and a missing value are gaps", () => {
  assert.deepEqual(columns([[1, null], [2, "7"], [3]], 0, "number", 1).y, [[null, null, null]]);
});

test("labels are placed by the rows' numbers", () => {
  const drawn = columns([["a", 1], undefined, ["b", 2]], 7, "label", 1);
  assert.deepEqual(drawn, { axis: "label", x: [7, 8, 9], y: [[1, null, 2]], labels: ["a", "", "b"] });
});

const T = 1_795_990_000;

test("a late point is sorted in by its x", () => {
  for (const axis of ["time", "number"]) {
    const drawn = columns([[T, 1], [T + 30, 2], [T + 10, 3]], 0, axis, 1);
    assert.deepEqual(drawn, { axis, x: [T, T + 10, T + 30], y: [[1, 3, 2]], labels: null });
  }
});

test("a hole stays behind the row before it", () => {
  assert.deepEqual(columns([[T, 1], [T + 30, 2], undefined, [T + 10, 3]], 0, "time", 1).y, [[1, 3, 2, null]]);
});

test("points of the same x keep the order of their arrival", () => {
  assert.deepEqual(columns([[5, 1], [3, 2], [5, 3], [3, 4]], 0, "number", 1).y, [[2, 4, 1, 3]]);
});

test("where only some x are times, all are labels, and times are written as times", () => {
  assert.deepEqual(columns([["x", 2], [null, 2]], 0, "time", 1).labels, ["x", ""]);
  for (const [other, axis] of [["x", "time"], ["x", "label"], [3, "time"]]) {
    const { axis: kind, x, labels } = columns([[T, 1], [other, 2]], 7, axis, 1);
    assert.deepEqual([kind, x], ["label", [7, 8]]);
    assert.match(labels[0], /^\d\d:\d\d:\d\d$/);
    assert.equal(labels[1], `${other}`);
  }
});

test("values outside the range of times are numbers", () => {
  assert.equal(columns([[1.8e12, 1], [1.9e12, 2]], 0, "time", 1).axis, "number");
  assert.equal(columns([[5, 1]], 0, "time", 1).axis, "number");
});

test("values beyond the limit are gaps, or labels", () => {
  assert.deepEqual(columns([[1, 1e308], [2, -1e308], [3, 1e300]], 0, "number", 1).y, [[null, null, 1e300]]);
  assert.equal(columns([[1e308, 1], [2, 2]], 0, "number", 1).axis, "label");
});

test("numeric labels are not formatted as times", () => {
  assert.deepEqual(columns([[T, 1], [T + 1, 2]], 0, "label", 1).labels, [`${T}`, `${T + 1}`]);
});

test("bars of times are sorted, with distinct labels", () => {
  const { rows, labels } = labelledRows([[T, 1], [T + 120, 2], [T + 60, 3]], "time");
  assert.deepEqual(rows.map((row) => row[1]), [1, 3, 2]);
  assert.equal(new Set(labels).size, 3);
  const days = labelledRows([0, 1, 2].map((day) => [new Date(2026, 10, 29 + day).getTime() / 1000, day]), "time");
  assert.deepEqual(days.labels, ["29 Nov", "30 Nov", "1 Dec"]);
});

test("two values at the same x are both drawn", () => {
  assert.deepEqual(columns([[3, 1], [3, 2]], 0, "number", 1).x, [3, 3]);
});

test("without rows there are no points", () => {
  for (const axis of ["time", "number"]) {
    assert.deepEqual(columns([], 0, axis, 1), { axis, x: [], y: [[]], labels: null });
  }
});

test("a row may have more values than names", () => {
  assert.equal(seriesCount([[1, 2, 3], undefined, [1]], ["a"]), 2);
  assert.equal(seriesCount([], ["a", "b"]), 2);
  assert.deepEqual(seriesNames(["a"], 2), ["a", "2"]);
});
