import assert from "node:assert/strict";
import test from "node:test";

import { columns, height, seriesCount, seriesNames, span } from "../../../web/static/js/board/columns.js";

test("numbers on the x axis are its places, and each series a curve", () => {
  const drawn = columns([[1, 10, 20], [2, 11, 21]], 5, "number", 2);
  assert.deepEqual(drawn, { axis: "number", x: [1, 2], y: [[10, 11], [20, 21]], labels: null });
});

test("a hole is a gap in every curve, never a line across it", () => {
  const drawn = columns([[1, 10, 20], undefined, [3, 12, 22]], 0, "time", 2);
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

test("x that goes back, or is no number, is a label, so that nothing is drawn out of its order", () => {
  assert.deepEqual(columns([[3, 1], [1, 2]], 0, "number", 1).labels, ["3", "1"]);
  assert.deepEqual(columns([[3, 1], ["x", 2]], 0, "time", 1).labels, ["3", "x"]);
  assert.deepEqual(columns([[3, 1], [null, 2]], 0, "time", 1).labels, ["3", ""]);
});

test("two values at one place are both drawn", () => {
  assert.deepEqual(columns([[3, 1], [3, 2]], 0, "number", 1).x, [3, 3]);
});

test("an axis goes from the first to the last, and has a point that is alone in its middle", () => {
  assert.deepEqual(span([3, 4, 9]), [3, 9]);
  assert.deepEqual(span([1.7e9]), [1.7e9 - 0.5, 1.7e9 + 0.5]);
  assert.deepEqual(span([2, 2]), [1.5, 2.5]);
  assert.deepEqual(span([]), [-0.5, 0.5]);
});

test("there is room above and below the values, also where all are the same, or none", () => {
  assert.deepEqual(height(0, 100), [-6, 106]);
  assert.deepEqual(height(100, 100), [95, 105]);
  assert.deepEqual(height(0, 0), [-1, 1]);
  assert.deepEqual(height(null, null), [0, 1]);
});

test("no rows are no places", () => {
  assert.deepEqual(columns([], 0, "time", 1), { axis: "time", x: [], y: [[]], labels: null });
});

test("a row may have more values than there are names", () => {
  assert.equal(seriesCount([[1, 2, 3], undefined, [1]], ["a"]), 2);
  assert.equal(seriesCount([], ["a", "b"]), 2);
  assert.deepEqual(seriesNames(["a"], 2), ["a", "2"]);
});
