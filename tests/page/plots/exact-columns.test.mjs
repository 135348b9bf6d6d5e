import assert from "node:assert/strict";
import test from "node:test";

import { ExactColumns } from "../../../web/static/js/plots/exact-columns.js";

test("integers beyond 2⁵³ are exact, and the nearest numbers where a plot wants them", () => {
  const columns = new ExactColumns(625, 10_000);
  const column = columns.addColumns(1);
  const large = 2n ** 53n + 1n;
  for (const number of [5, large, -large, 0.5]) {
    columns.setNumber(column, columns.addRow(), number);
  }
  columns.addRow();
  assert.deepEqual([...columns.exactSlice(column, 0, 5)], [5, large, -large, 0.5, NaN]);
  assert.deepEqual([...columns.slice(column, 0, 5)], [5, 2 ** 53, -(2 ** 53), 0.5, NaN]);
});

test("only columns with such integers need a second one", () => {
  const columns = new ExactColumns(625, 10_000);
  const [first, second] = [columns.addColumns(1), columns.addColumns(1)];
  const row = columns.addRow();
  columns.setNumber(first, row, 7);
  columns.setNumber(second, row, 2n ** 60n + 1n);
  columns.setNumber(second, columns.addRow(), 2n ** 60n + 3n);
  assert.equal(columns.addColumns(1), 3);
  assert.ok(columns.exactSlice(first, 0, 2) instanceof Float64Array);
});
