import assert from "node:assert/strict";
import test from "node:test";

import { CardRows } from "../../../web/static/js/board/card-rows.js";

/** Rows whose value is their number. */
const some = (first, end) => Array.from({ length: end - first }, (_, index) => [first + index]);
const numbers = (rows) => rows.list.map((row) => (row ? row[0] : null));
function having(limit, ...parts) {
  const rows = new CardRows(limit);
  for (const [first, end] of parts) rows.put(first, some(first, end));
  return rows;
}

test("newer rows are appended, and the oldest are removed", () => {
  const rows = having(4, [0, 3], [3, 6]);
  assert.deepEqual(numbers(rows), [2, 3, 4, 5]);
  assert.equal(rows.first, 2);
  assert.equal(rows.end, 6);
  assert.equal(rows.missed, 0);
  assert.equal(rows.hasOpenHoles, false);
});

test("a row that arrives twice is kept once", () => {
  const rows = having(9, [0, 5], [3, 7], [0, 2], [5, 7]);
  assert.deepEqual(numbers(rows), [0, 1, 2, 3, 4, 5, 6]);
  assert.equal(rows.hasOpenHoles, false);
});

test("a missing row is a hole until it arrives", () => {
  const rows = having(9, [0, 2], [4, 6]);
  assert.deepEqual(numbers(rows), [0, 1, null, null, 4, 5]);
  assert.equal(rows.hasOpenHoles, true);
  rows.put(1, some(1, 4));
  assert.deepEqual(numbers(rows), [0, 1, 2, 3, 4, 5]);
  assert.equal(rows.hasOpenHoles, false);
  assert.equal(rows.missed, 0);
});

test("a closed hole is counted once, and stays a hole", () => {
  const rows = having(9, [0, 2], [4, 6]);
  rows.closeHoles(3);
  assert.equal(rows.missed, 1);
  assert.equal(rows.hasOpenHoles, true);
  rows.closeHoles(6);
  rows.closeHoles(6);
  assert.equal(rows.missed, 2);
  assert.equal(rows.hasOpenHoles, false);
  assert.deepEqual(numbers(rows), [0, 1, null, null, 4, 5]);
});

test("a row that arrives after its hole was closed is not missed", () => {
  const rows = having(9, [0, 2], [4, 6]);
  rows.closeHoles(6);
  rows.put(2, some(2, 4));
  assert.equal(rows.missed, 0);
  assert.deepEqual(numbers(rows), [0, 1, 2, 3, 4, 5]);
});

test("a hole that is trimmed before it is filled is missed", () => {
  const rows = having(4, [0, 2], [3, 5]);
  rows.put(5, some(5, 10));
  assert.deepEqual(numbers(rows), [6, 7, 8, 9]);
  assert.equal(rows.missed, 1);
  assert.equal(rows.hasOpenHoles, false);
});

test("rows that are already too old to show leave no hole", () => {
  const rows = having(4, [0, 2], [50, 54]);
  assert.deepEqual(numbers(rows), [50, 51, 52, 53]);
  assert.equal(rows.missed, 0);
  assert.equal(rows.hasOpenHoles, false);
});

test("only the part of a gap that would be shown is a hole", () => {
  const rows = having(4, [0, 4], [9, 11]);
  assert.deepEqual(numbers(rows), [null, null, 9, 10]);
  assert.equal(rows.hasOpenHoles, true);
  rows.closeHoles(11);
  assert.equal(rows.missed, 2);
});

test("older rows that arrive late are put before the others", () => {
  const rows = having(9, [5, 7], [2, 5]);
  assert.deepEqual(numbers(rows), [2, 3, 4, 5, 6]);
  assert.equal(rows.missed, 0);
});

test("older rows that do not reach the others leave an open hole", () => {
  const rows = having(9, [5, 7], [2, 4]);
  assert.deepEqual(numbers(rows), [2, 3, null, 5, 6]);
  assert.equal(rows.hasOpenHoles, true);
  rows.closeHoles(4);
  assert.equal(rows.missed, 0);
  rows.closeHoles(7);
  assert.equal(rows.missed, 1);
});

test("rows that are too old are ignored", () => {
  const rows = having(3, [10, 13], [5, 9]);
  assert.deepEqual(numbers(rows), [10, 11, 12]);
});

test("the number of rows follows the limit", () => {
  const rows = having(5, [0, 5]);
  rows.setLimit(2);
  assert.deepEqual(numbers(rows), [3, 4]);
  rows.setLimit(4);
  rows.put(5, some(5, 8));
  assert.deepEqual(numbers(rows), [4, 5, 6, 7]);
});

test("of more rows than the limit the last are kept", () => {
  assert.deepEqual(numbers(having(3, [0, 9])), [6, 7, 8]);
});

test("an empty list changes nothing", () => {
  const rows = having(3, [0, 2]);
  rows.put(2, []);
  rows.put(9, []);
  assert.deepEqual(numbers(rows), [0, 1]);
});

test("rows in any order and overlap are at their numbers, and missing ones are counted", () => {
  let seed = 7;
  const random = (max) => (seed = (seed * 48271) % 2147483647) % max;
  for (let round = 0; round < 300; round += 1) {
    const rows = new CardRows(20);
    let newest = 0;
    for (let step = 0; step < 30; step += 1) {
      const first = Math.max(0, newest - 15 + random(25));
      const end = first + random(12);
      rows.put(first, some(first, end));
      if (end > first) newest = Math.max(newest, end);
      if (random(4) === 0) rows.closeHoles(random(newest + 1));
      assert.ok(rows.list.length <= 20);
      numbers(rows).forEach((number, index) => assert.ok(number === null || number === rows.first + index));
      assert.ok(rows.missed >= 0);
    }
    rows.closeHoles(newest);
    assert.equal(rows.hasOpenHoles, false);
    assert.ok(rows.missed >= numbers(rows).filter((number) => number === null).length);
  }
});
