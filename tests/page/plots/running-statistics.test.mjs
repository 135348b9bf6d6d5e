import assert from "node:assert/strict";
import test from "node:test";

import { RunningStatistics } from "../../../web/static/js/plots/running-statistics.js";

function statisticsOf(...values) {
  const statistics = new RunningStatistics();
  values.forEach((value) => statistics.add(value));
  return statistics;
}

test("numbers have their extremes, mean and standard deviation", () => {
  const { count, min, max, mean, std } = statisticsOf(2, 4, 4, 4, 5, 5, 7, 9);
  assert.deepEqual([count, min, max, mean, std], [8, 2, 9, 5, 2]);
});

test("a small spread upon a large mean is not lost", () => {
  const statistics = new RunningStatistics();
  for (let n = 0; n < 100_000; n += 1) {
    statistics.add(1e9 + (n % 2 ? 0.01 : -0.01));
  }
  assert.ok(Math.abs(statistics.std - 0.01) < 1e-6, `${statistics.std}`);
});

test("one number has no spread", () => {
  assert.equal(statisticsOf(5).std, 0);
});

test("no number has no mean", () => {
  const { count, mean, std } = statisticsOf();
  assert.deepEqual([count, mean, std], [0, NaN, NaN]);
});
