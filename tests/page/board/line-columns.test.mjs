import assert from "node:assert/strict";
import test from "node:test";

import { columns, labelledRows, seriesCount, seriesNames } from "../../../web/static/js/board/line-columns.js";

test("numbers on the x axis are its places, and each series a curve", () => {
  const drawn = columns([[1, 10, 20], [2, 11, 21]], 5, "number", 2);
  assert.deepEqual(drawn, { axis: "number", x: [1, 2], y: [[10, 11], [20, 21]], labels: null });
});

test("a hole is a gap in every curve, never a line across it", () => {
  const drawn = columns([[1, 10, 20], undefined, [3, 12, 22]], 0, "number", 2);
  assert.deepEqual(drawn.x, [1, 1, 3]);
  assert.deepEqual(drawn.y, [[10, null, 12], [20, null, 22]]);
});

test("a hole before all others lies where the first row does", () => {
  assert.deepEqual(columns([undefined, [4, 1]], 0, "number", 1).x, [4, 4]);
});

test("null and what is no number is a gap, and so is a value that a row lacks", () => {
  assert.deepEqual(columns([[1, null], [2, "7"], [3]], 0, "number", 1).y, [[null, null, null]]);
});

test("labels stand one after the other, by the rows' numbers", () => {
  const drawn = columns([["a", 1], undefined, ["b", 2]], 7, "label", 1);
  assert.deepEqual(drawn, { axis: "label", x: [7, 8, 9], y: [[1, null, 2]], labels: ["a", "", "b"] });
});

const T = 1_795_990_000;

test("a point that comes late is sorted in where its x is", () => {
  for (const axis of ["time", "number"]) {
    const drawn = columns([[T, 1], [T + 30, 2], [T + 10, 3]], 0, axis, 1);
    assert.deepEqual(drawn, { axis, x: [T, T + 10, T + 30], y: [[1, 3, 2]], labels: null });
  }
});

test("a hole stays behind the row that it followed", () => {
  assert.deepEqual(columns([[T, 1], [T + 30, 2], undefined, [T + 10, 3]], 0, "time", 1).y, [[1, 3, 2, null]]);
});

test("points of one x stay in the order in which they came", () => {
  assert.deepEqual(columns([[5, 1], [3, 2], [5, 3], [3, 4]], 0, "number", 1).y, [[2, 4, 1, 3]]);
});

test("x that is a time here and a text or a number there is a place, and the time told as one", () => {
  assert.deepEqual(columns([["x", 2], [null, 2]], 0, "time", 1).labels, ["x", ""]);
  for (const [other, axis] of [["x", "time"], ["x", "label"], [3, "time"]]) {
    const { axis: kind, x, labels } = columns([[T, 1], [other, 2]], 7, axis, 1);
    assert.deepEqual([kind, x], ["label", [7, 8]]);
    assert.match(labels[0], /^\d\d:\d\d:\d\d$/);
    assert.equal(labels[1], `${other}`);
  }
});

test("times that an older ingest took as seconds, and are none, are numbers", () => {
  assert.equal(columns([[1.8e12, 1], [1.9e12, 2]], 0, "time", 1).axis, "number");
  assert.equal(columns([[5, 1]], 0, "time", 1).axis, "number");
});

test("what no axis can have is a gap, or a place of its own", () => {
  assert.deepEqual(columns([[1, 1e308], [2, -1e308], [3, 1e300]], 0, "number", 1).y, [[null, null, 1e300]]);
  assert.equal(columns([[1e308, 1], [2, 2]], 0, "number", 1).axis, "label");
});

test("numbers that are labels stay what they are, whatever their size", () => {
  assert.deepEqual(columns([[T, 1], [T + 1, 2]], 0, "label", 1).labels, [`${T}`, `${T + 1}`]);
});

test("bars of times stand in their order, and are called by what tells them apart", () => {
  const { rows, labels } = labelledRows([[T, 1], [T + 120, 2], [T + 60, 3]], "time");
  assert.deepEqual(rows.map((row) => row[1]), [1, 3, 2]);
  assert.equal(new Set(labels).size, 3);
  const days = labelledRows([0, 1, 2].map((day) => [new Date(2026, 10, 29 + day).getTime() / 1000, day]), "time");
  assert.deepEqual(days.labels, ["29 Nov", "30 Nov", "1 Dec"]);
});

test("two values at one place are both drawn", () => {
  assert.deepEqual(columns([[3, 1], [3, 2]], 0, "number", 1).x, [3, 3]);
});

test("no rows are no places", () => {
  for (const axis of ["time", "number"]) {
    assert.deepEqual(columns([], 0, axis, 1), { axis, x: [], y: [[]], labels: null });
  }
});

test("a row may have more values than there are names", () => {
  assert.equal(seriesCount([[1, 2, 3], undefined, [1]], ["a"]), 2);
  assert.equal(seriesCount([], ["a", "b"]), 2);
  assert.deepEqual(seriesNames(["a"], 2), ["a", "2"]);
});
