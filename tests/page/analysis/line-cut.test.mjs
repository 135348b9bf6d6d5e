import assert from "node:assert/strict";
import test from "node:test";

import { formatLine, lineCut, parseLine } from "../../../web/static/js/analysis/line-cut.js";

const LINE = { from: { x: 10, y: 20.25 }, to: { x: 110.5, y: 3 }, width: 5 };

test("a line in a link is read back as it was", () => {
  assert.equal(formatLine(LINE), "10,20.25,110.5,3,5");
  assert.deepEqual(parseLine(formatLine(LINE)), LINE);
  assert.equal(parseLine("1,2,3,4").width, 1);
});

for (const text of ["", "1,2,3", "1,2,1,2,3", "-1,2,3,4", "1,2,3,4,0", "1,2,3,4,1000", "1e3,2,3,4", null, 5]) {
  test(`the line ${JSON.stringify(text)} is none`, () => {
    assert.equal(parseLine(text), null);
  });
}

test("a line of no length has the value at its point", () => {
  const pixels = { x: 0, y: 0, pitch: 1, width: 2, height: 1, data: Float64Array.of(3, 5), offset: 0, scale: 1 };
  const point = { x: 1, y: 0.5 };
  const { values, length, fwhm } = lineCut(pixels, { from: point, to: point, width: 1 });
  assert.deepEqual([[...values], length, fwhm], [[4], 0, null]);
});
