import assert from "node:assert/strict";
import test from "node:test";

import { columnsFor } from "../../../web/static/js/wall/column-count.js";

const WINDOW = { width: 1600, height: 900 };
const TILE = { headHeight: 30, minWidth: 250 };
const of = (count, ratio = 4 / 3) => new Array(count).fill(ratio);

test("usual counts of usual pictures make the grids that people expect", () => {
  for (const [count, columns] of [[1, 1], [2, 2], [4, 2], [6, 3], [9, 3], [16, 4]]) {
    assert.equal(columnsFor(of(count), WINDOW, TILE), columns);
  }
});

test("pictures as broad as the window stand below each other", () => {
  assert.equal(columnsFor(of(3, 6), WINDOW, TILE), 1);
});

test("pictures that are high stand beside each other", () => {
  assert.equal(columnsFor(of(3, 0.4), WINDOW, TILE), 3);
});

test("an upright screen has one column for two", () => {
  assert.equal(columnsFor(of(2), { width: 900, height: 1600 }, TILE), 1);
});

test("no tile is narrower than the least, however many there are", () => {
  assert.equal(columnsFor(of(100), WINDOW, TILE), 6);
});

test("a place narrower than one tile still has a column", () => {
  assert.equal(columnsFor(of(3), { width: 200, height: 800 }, TILE), 1);
});

test("a place too low for any picture still has columns", () => {
  assert.ok(columnsFor(of(4), { width: 1600, height: 20 }, TILE) >= 1);
});
