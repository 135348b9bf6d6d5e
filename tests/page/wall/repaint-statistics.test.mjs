import assert from "node:assert/strict";
import test from "node:test";

import { RepaintStatistics } from "../../../web/static/js/wall/repaint-statistics.js";

test("without a repaint nothing is known", () => {
  assert.deepEqual([new RepaintStatistics().share, new RepaintStatistics().costS], [null, null]);
});

test("share and cost are means", () => {
  const statistics = new RepaintStatistics();
  for (let n = 0; n < 500; n += 1) statistics.add(n % 100 !== 0, n % 2 ? 0.1 : 0.12);
  assert.equal(statistics.share, 0.99);
  assert.ok(Math.abs(statistics.costS - 0.11) < 1e-12);
});

test("the last thousand repaints count", () => {
  const statistics = new RepaintStatistics();
  for (let n = 0; n < 3000; n += 1) statistics.add(n >= 2000, 0);
  assert.equal(statistics.share, 1);
  statistics.restart();
  assert.equal(statistics.share, null);
});
