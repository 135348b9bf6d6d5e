import assert from "node:assert/strict";
import test from "node:test";

import { RingColumns } from "../../../web/static/js/plots/ring-columns.js";

/** @returns rings of one column that counts from 0 */
function counting(rows, mostRows, mostValues = Infinity) {
  const rings = new RingColumns(mostRows, mostValues);
  rings.addColumns(1);
  more(rings, rows);
  return rings;
}

function more(rings, rows) {
  for (let row = 0; row < rows; row += 1) {
    const begun = rings.addRow();
    rings.set(0, begun, begun);
  }
}

const range = (from, to) => Array.from({ length: to - from }, (_, index) => from + index);
const all = (rings, column = 0) => Array.from(rings.slice(column, rings.first, rings.end));

test("rings that are full keep the newest rows in their order", () => {
  const rings = counting(3000, 1250);
  assert.deepEqual(all(rings), range(1750, 3000));
});

test("rings grow without losing a row", () => {
  assert.deepEqual(all(counting(9999, 10_000)), range(0, 9999));
});

test("a new row is empty until a value is set", () => {
  const rings = counting(1300, 625);
  const row = rings.addRow();
  assert.ok(Number.isNaN(rings.get(0, row)));
});

test("setting a value in a discarded row changes no other", () => {
  const rings = counting(1300, 625);
  rings.set(0, 3, -1);
  assert.deepEqual(all(rings), range(675, 1300));
});

test("a column that is added later is empty before", () => {
  const rings = counting(10, 625);
  const column = rings.addColumns(1);
  rings.set(column, rings.addRow(), 7);
  assert.deepEqual(all(rings, column), [...Array(10).fill(NaN), 7]);
});

test("more columns have fewer rows, the newest", () => {
  const rings = counting(5000, 20_000, 20_000);
  rings.addColumns(7);
  assert.deepEqual(all(rings), range(2500, 5000));
});

test("all columns together never exceed the limit", () => {
  const rings = counting(30_000, 20_000, 20_000);
  rings.addColumns(11);
  more(rings, 30_000);
  assert.ok((rings.end - rings.first) * 12 <= 20_000, `${rings.end - rings.first} rows`);
});

test("a slice is limited to the rows that are kept", () => {
  assert.deepEqual(Array.from(counting(1300, 625).slice(0, 0, 9999)), range(675, 1300));
});

test("a slice across the end of the ring is in order", () => {
  assert.deepEqual(Array.from(counting(1300, 625).slice(0, 1240, 1260)), range(1240, 1260));
});
