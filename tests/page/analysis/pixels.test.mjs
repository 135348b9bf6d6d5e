import assert from "node:assert/strict";
import test from "node:test";

import { isSameArea, centreOf, chunks, valueAt, samplingVariance } from "../../../web/static/js/picture/pixels.js";
import { regionSpans } from "../../../web/static/js/analysis/region-pixels.js";
import { pixels } from "./spots.mjs";

const box = (kind, x, y, width, height) => ({ kind, x, y, width, height });
const COUNTING = pixels(4, Uint16Array.from({ length: 12 }, (_, n) => n));

test("a value is that of the sample that covers the point", () => {
  assert.equal(valueAt(COUNTING, 1.99, 2.01), 9);
});

test("a value is in camera units", () => {
  assert.equal(valueAt({ ...COUNTING, offset: 100, scale: 0.5 }, 3, 0), 101.5);
});

test("a reduced sample's value stands for all its pixels", () => {
  const reduced = { ...COUNTING, x: 8, y: 4, pitch: 4 };
  assert.deepEqual([valueAt(reduced, 12, 4), valueAt(reduced, 15.9, 7.9)], [1, 1]);
});

for (const [x, y] of [[-0.1, 0], [4, 0], [0, -0.1], [0, 3]]) {
  test(`there is no value outside the pixels, at ${x}, ${y}`, () => {
    assert.equal(valueAt(COUNTING, x, y), null);
  });
}

test("the centre of pixel 0 is position 0", () => {
  assert.equal(centreOf(0, 1, 0), 0);
});

test("the centre of the second sample of 4 x 4 pixels is between its second and third pixel", () => {
  assert.equal(centreOf(0, 4, 1), 5.5);
});

test("a full-size picture widens no spot", () => {
  assert.equal(samplingVariance(1), 0);
});

test("a sample of four pixels adds their own variance", () => {
  const places = [-1.5, -0.5, 0.5, 1.5];
  assert.equal(samplingVariance(4), places.reduce((sum, place) => sum + place ** 2, 0) / 4);
});

test("without a region all samples are included", () => {
  const { left, right, top, bottom, from, to } = regionSpans(COUNTING, null);
  assert.deepEqual([left, right, top, bottom, [...from], [...to]], [0, 4, 0, 3, [0, 0, 0], [4, 4, 4]]);
});

test("a rectangle includes the samples whose centre it contains", () => {
  const { left, right, top, bottom } = regionSpans(COUNTING, box("rect", 0.6, 0.4, 2, 1));
  assert.deepEqual([left, right, top, bottom], [1, 3, 0, 1]);
});

test("a rectangle of one pixel includes one sample at any position", () => {
  for (let x = 0; x <= 3; x += 0.1) {
    const { left, right } = regionSpans(COUNTING, box("rect", x, 1, 1, 1));
    assert.equal(right - left, 1, `at ${x}`);
  }
});

test("an ellipse includes the samples whose centre it contains", () => {
  const ellipse = box("ellipse", 3.2, 5.7, 41.3, 22.9);
  const { left, right, top, bottom, from, to } = regionSpans(pixels(64, new Uint8Array(64 * 64)), ellipse);
  const found = [];
  for (let row = top; row < bottom; row += 1) {
    for (let column = from[row - top]; column < to[row - top]; column += 1) found.push(`${column},${row}`);
  }
  const expected = [];
  for (let row = 0; row < 64; row += 1) {
    for (let column = 0; column < 64; column += 1) {
      const across = (column + 0.5 - 3.2 - 41.3 / 2) / (41.3 / 2);
      const down = (row + 0.5 - 5.7 - 22.9 / 2) / (22.9 / 2);
      if (across ** 2 + down ** 2 < 1) expected.push(`${column},${row}`);
    }
  }
  assert.deepEqual([found, left, right], [expected, 3, 44]);
});

test("a region that extends beyond the pixels includes those it covers", () => {
  const { left, right, top, bottom } = regionSpans({ ...COUNTING, x: 10, y: 20 }, box("rect", 0, 22, 12, 50));
  assert.deepEqual([left, right, top, bottom], [0, 2, 2, 3]);
});

for (const region of [box("rect", 50, 0, 2, 2), box("ellipse", 0, 50, 2, 2), box("rect", 0.6, 0, 1, 1)]) {
  test(`a region without a sample is empty: ${region.kind} at ${region.x}, ${region.y}`, () => {
    const { left, right, top, bottom, from } = regionSpans({ ...COUNTING, pitch: 4 }, region);
    assert.deepEqual([left, right, top, bottom, from.length], [0, 0, 0, 0, 0]);
  });
}

test("chunks are all values in camera units, in order", () => {
  const data = Int16Array.from({ length: 9000 }, (_, n) => n - 4500);
  const found = [];
  for (const { start, values } of chunks(pixels(90, data, { offset: 7, scale: 2 }))) {
    assert.equal(start, found.length);
    found.push(...values);
  }
  assert.deepEqual(found, Array.from(data, (value) => 7 + 2 * value));
});

for (const name of ["x", "y", "pitch", "width", "height"]) {
  test(`another ${name} is another place`, () => {
    assert.equal(isSameArea(COUNTING, { ...COUNTING, [name]: 2 }), false);
  });
}

test("another range of the same pixels is the same place", () => {
  assert.equal(isSameArea(COUNTING, { ...COUNTING, offset: 3, scale: 9, data: new Uint8Array(12) }), true);
});
