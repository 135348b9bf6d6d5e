import assert from "node:assert/strict";
import test from "node:test";

import { BadPixels, readBadPixels } from "../../../web/static/js/picture/bad-pixels.js";

const WIDTH = 11;
const HEIGHT = 7;
const RECTANGLES = [[0, 0, 11, 7], [3, 2, 5, 3], [10, 6, 1, 1], [0, 3, 11, 1], [4, 0, 1, 7]];

/** Whether each sample is in a bad cell, calculated in another way. */
function expected(runs, cell, x, y) {
  const columns = Math.ceil(WIDTH / cell);
  const index = Math.floor(y / cell) * columns + Math.floor(x / cell);
  return runs.some(([from, to]) => index >= from && index < to);
}

for (const [runs, cell] of [
  [[[0, 1]], 1],
  [[[10, 12], [30, 31], [44, 70]], 1],
  [[[0, 77]], 1],
  [[[1, 3], [5, 7], [23, 24]], 2],
  [[[1, 2], [4, 6]], 4],
  [[[0, 1]], 11],
]) {
  test(`runs ${JSON.stringify(runs)} of cells of ${cell} are those samples, in every rectangle`, () => {
    const bad = new BadPixels(runs.flat(), cell, WIDTH);
    for (const [left, top, width, height] of RECTANGLES) {
      const found = new Uint8Array(width * height);
      for (const [from, to] of bad.within({ left, top, width, height })) {
        found.fill(1, from, to);
      }
      found.forEach((isBad, at) => {
        const [x, y] = [left + (at % width), top + Math.floor(at / width)];
        assert.equal(Boolean(isBad), expected(runs, cell, x, y), `sample ${x}, ${y}`);
        assert.equal(bad.has(x, y), expected(runs, cell, x, y));
      });
    }
  });
}

const body = new Uint8Array(Uint32Array.of(3, 5, 9, 10).buffer);
const image = { width: WIDTH, height: HEIGHT, n_bad: 3, bad: { cell: 1, offset: 0, length: 16, dtype: "uint32", shape: [2, 2] } };

test("the list is read from the envelope", () => {
  const bad = readBadPixels(image, body);
  assert.deepEqual([2, 3, 4, 5, 9, 10].map((x) => bad.has(x, 0)), [false, true, true, false, true, false]);
});

test("without bad pixels there is no list, and all are bad where it is not said which", () => {
  assert.equal(readBadPixels({ ...image, n_bad: 0, bad: undefined }, body), null);
  assert.equal(readBadPixels({ ...image, n_bad: undefined }, body), null);
  const all = readBadPixels({ ...image, bad: undefined }, body);
  assert.ok(all.has(0, 0) && all.has(WIDTH - 1, HEIGHT - 1));
  assert.deepEqual([...all.within({ left: 2, top: 6, width: 4, height: 1 })], [[0, 4]]);
});

for (const change of [{ cell: 0 }, { cell: 1.5 }, { cell: "1" }, { dtype: "int64" }, { shape: [4] , length: 12 }, { offset: 4, length: 12, shape: [3] }, { length: 0, shape: [0, 2] }, { offset: 99 }]) {
  test(`a list with ${JSON.stringify(change)} is refused`, () => {
    assert.throws(() => readBadPixels({ ...image, bad: { ...image.bad, ...change } }, body));
  });
}

test("a list whose runs do not rise is refused", () => {
  for (const runs of [[5, 3, 9, 10], [3, 5, 5, 10], [3, 3]]) {
    const bytes = new Uint8Array(Uint32Array.from(runs).buffer);
    const bad = { ...image.bad, length: bytes.length, shape: [runs.length] };
    assert.throws(() => readBadPixels({ ...image, bad }, bytes), /rising/);
  }
});
