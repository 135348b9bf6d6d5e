import assert from "node:assert/strict";
import test from "node:test";

import { columns } from "../../../web/static/js/board/line-columns.js";
import { PlotFrame } from "../../../web/static/js/board/plot-frame.js";

const T = 1_795_990_000;
const DAY = 86_400;
const frame = (rows, axis = "time") => new PlotFrame(columns(rows, 0, axis, Math.max(0, ...rows.map((row) => (row?.length ?? 1) - 1))));
const rowsOf = (times, values) => times.map((time, index) => [T + time, values[index]]);

const CASES = {
  "points of one time at the end": [rowsOf([0, 10, 10, 10, 10], [0, 1, 2, 3, 4])],
  "points of one time at the start": [rowsOf([0, 0, 0, 0, 10], [9, 1, -2, 3, 4])],
  "points of one time and no other": [rowsOf([0, 0, 0, 0, 0], [5, 1, 4, 2, 3])],
  "points within one millisecond": [rowsOf([0, 2e-6, 5e-6, 6e-6], [1, 2, 3, 4])],
  "a late point": [rowsOf([0, 10, 20, 5, 30], [1, 2, 3, 4, 5])],
  "values that are equal": [rowsOf([0, 1, 2], [7, 7, 7])],
  "zeros": [rowsOf([0, 1, 2], [0, 0, 0])],
  "one point": [rowsOf([0], [3])],
  "no value": [rowsOf([0, 1], [null, null])],
  "a hole": [[[T, 1], undefined, [T + 5, 2]]],
  "nearly equal values": [rowsOf([0, 1], [1e15, 1e15 + 0.125])],
  "the largest values": [rowsOf([0, 1], [1e300, -1e300])],
  "the smallest values": [rowsOf([0, 1, 2], [5e-324, 1e-310, 0])],
  "negative values": [rowsOf([0, 1], [-5, -3])],
  "days": [rowsOf([0, DAY, 9 * DAY], [1, 2, 3])],
  "years": [rowsOf([-30 * 365 * DAY, 0, 60 * 365 * DAY], [1, 2, 3])],
  "nearly equal numbers": [[[1e15, 1], [1e15 + 0.125, 2]], "number"],
  "equal numbers that are huge": [[[1e300, 1], [1e300, 2]], "number"],
  "the widest numbers": [[[-1e300, 1], [1e300, 2]], "number"],
  "equal numbers": [[[3, 1], [3, 2]], "number"],
  "labels": [[["a", 1], ["b", 2], ["c", 3]], "label"],
};

for (const [what, [rows, axis]] of Object.entries(CASES)) {
  test(`${what}: each point is inside the frame, and the ticks are distinct`, () => {
    const made = frame(rows, axis);
    const [x, ...y] = made.data;
    const isInside = (value) => value >= 0 && value <= 1;
    assert.ok(x.every(isInside), `${x}`);
    assert.ok(x.every((value, index) => index === 0 || value >= x[index - 1]), `${x}`);
    assert.ok(y.flat().every((value) => value === null || isInside(value)), `${y}`);
    assert.equal(y.flat().filter((value) => value !== null).length, rows.flat().slice(0).filter(Number.isFinite).length - (axis === "label" ? 0 : rows.filter(Boolean).length));
    for (const lengthEm of [8, 25, 80]) {
      for (const { places, texts } of [made.xTicks(lengthEm), made.yTicks(lengthEm)]) {
        assert.equal(places.length, texts.length);
        assert.ok(places.every(isInside), `${places}`);
        assert.equal(new Set(texts).size, texts.length, `${texts}`);
        assert.ok(texts.every((text) => text.length > 0 && text.length <= 24), `${texts}`);
      }
    }
    assert.ok(made.yTicks(25).places.length >= 2);
    assert.ok(made.xTicks(40).places.length >= 1);
  });
}

test("positions follow the time, also of late points", () => {
  assert.deepEqual(frame(rowsOf([0, 10, 5], [1, 2, 3])).data[0], [0, 0.5, 1]);
});

test("a single point is at the centre of the frame", () => {
  assert.deepEqual(frame(rowsOf([0], [3])).data, [[0.5], [0.5]]);
});

test("an area is filled from 0, or from the nearest end", () => {
  assert.equal(frame(rowsOf([0, 1], [5, 9])).zero, 0);
  assert.equal(frame(rowsOf([0, 1], [-5, -9])).zero, 1);
  assert.equal(frame(rowsOf([0, 1], [-1, 1])).zero, 0.5);
});

test("without rows there are no ticks along x", () => {
  assert.deepEqual(frame([]).xTicks(30).places, []);
  assert.deepEqual(frame([]).data, [[]]);
});

test("a long label is shortened", () => {
  assert.equal(frame([["x".repeat(256), 1]], "label").xTicks(60).texts[0].length, 24);
});
