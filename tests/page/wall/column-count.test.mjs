import assert from "node:assert/strict";
import test from "node:test";

import { columnsFor } from "../../../web/static/js/wall/column-count.js";

const WINDOW = { width: 1600, height: 900 };
const TILE = { headHeight: 30, minWidth: 250 };
const pictures = (count, ratio = 4 / 3) => new Array(count).fill(ratio);

test("common numbers of 4:3 pictures make the expected grids", () => {
  for (const [count, columns] of [[1, 1], [2, 2], [4, 2], [6, 3], [9, 3], [16, 4]]) {
    assert.equal(columnsFor(pictures(count), WINDOW, TILE), columns);
  }
});

test("very wide pictures are below each other", () => {
  assert.equal(columnsFor(pictures(3, 6), WINDOW, TILE), 1);
});

test("tall pictures are beside each other", () => {
  assert.equal(columnsFor(pictures(3, 0.4), WINDOW, TILE), 3);
});

test("a portrait screen has one column for two pictures", () => {
  assert.equal(columnsFor(pictures(2), { width: 900, height: 1600 }, TILE), 1);
});

test("no tile is narrower than the minimum, for any number of pictures", () => {
  assert.equal(columnsFor(pictures(100), WINDOW, TILE), 6);
});

test("a window narrower than one tile still has a column", () => {
  assert.equal(columnsFor(pictures(3), { width: 200, height: 800 }, TILE), 1);
});

test("a window too low for any picture still has columns", () => {
  assert.ok(columnsFor(pictures(4), { width: 1600, height: 20 }, TILE) >= 1);
});
