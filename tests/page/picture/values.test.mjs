import assert from "node:assert/strict";
import test from "node:test";

import { colormap } from "../../../web/static/js/picture/colormap.js";
import { SCALES, colourPosition } from "../../../web/static/js/picture/transfer.js";
import { paintValues } from "../../../web/static/js/picture/values.js";
import { assertSame, random } from "./samples.mjs";

const GREY = colormap("grey");
const MARKS = { saturated: 200, saturatedColour: [255, 0, 128], badColour: [0, 0, 255] };

const pixels = (data, offset = 0, scale = 1) => ({ data, offset, scale });

/** The painted grey levels. */
function levels(samples, low, high, scale = "linear") {
  const target = new Uint32Array(samples.data.length);
  paintValues(samples, { range: { low, high }, scale, colours: GREY }, target);
  return Array.from(target, (colour) => colour & 255);
}

/** Red, green and blue of each pixel. */
function marked(data, marks = MARKS, offset = 0, scale = 1) {
  const target = new Uint32Array(data.length);
  paintValues(pixels(data, offset, scale), { range: { low: 0, high: 255 }, scale: "linear", colours: GREY, marks }, target);
  return Array.from(target, (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255]);
}

const grey = (level) => [level, level, level];
const known = (value, low, high, scale) => Math.round(255 * colourPosition(value, low, high, scale));
const every = (Numbers, from, to) => Numbers.from({ length: to - from + 1 }, (_, index) => from + index);

for (const scale of SCALES) {
  for (const [name, data, low, high] of [
    ["8", every(Uint8Array, 0, 255), 20, 130],
    ["signed 8", every(Int8Array, -128, 127), -100, 50],
    ["16", every(Uint16Array, 0, 65535), 100, 40000],
    ["signed 16", every(Int16Array, -32768, 32767), -30000, 1000],
    ["16", every(Uint16Array, 0, 65535), 7, 7],
  ]) {
    test(`${scale} from ${low} to ${high}: all ${name} bit integers have exactly their colours`, () => {
      const exact = Array.from(data, (value) => known(value, low, high, scale));
      assertSame(levels(pixels(data), low, high, scale), exact);
    });
  }

  test(`${scale}: samples with offset and scale have the colours of their values`, () => {
    const data = every(Uint8Array, 0, 255);
    const exact = Array.from(data, (sample) => known(-3.5 + 0.25 * sample, 0, 40, scale));
    assertSame(levels(pixels(data, -3.5, 0.25), 0, 40, scale), exact);
  });

  for (const [low, high] of [[0, 1], [-900, -100], [1e-6, 3e-6], [1e15, 1e15 + 100]]) {
    test(`${scale} from ${low} to ${high}: floats are off by one colour at most, and both ends are exact`, () => {
      const next = random(1);
      const parts = Array.from({ length: 20_000 }, () => (next.next().value / 2 ** 32) ** 4);
      const data = Float64Array.from([0, ...parts, 1], (part) => low + (1.1 * part - 0.05) * (high - low));
      const painted = levels(pixels(data), low, high, scale);
      data.forEach((value, index) => {
        const off = Math.abs(painted[index] - known(value, low, high, scale));
        assert.ok(off <= 1, `${painted[index]} for ${value}`);
      });
      assert.deepEqual(levels(pixels(Float64Array.of(low, high)), low, high, scale), [0, 255]);
    });
  }

  test(`${scale}: in a range without width floats are the first colour up to it, and the last above it`, () => {
    const data = Float32Array.of(-1e30, 6, 7, 7.001, 1e30);
    assert.deepEqual(levels(pixels(data), 7, 7, scale), [0, 0, 0, 255, 255]);
  });
}

test("wide integers and floats with offset and scale have the colours of their values", () => {
  for (const Numbers of [Int32Array, Uint32Array, Float32Array, Float64Array]) {
    assert.deepEqual(levels(pixels(Numbers.of(0, 10, 128, 300), -10, 2), 0, 510), [0, 5, 123, 255]);
  }
});

test("values far outside the range have the first and the last colour", () => {
  const data = Float64Array.of(-Number.MAX_VALUE, -Infinity, NaN, Infinity, Number.MAX_VALUE);
  assert.deepEqual(levels(pixels(data), 5, 6), [0, 0, 0, 255, 255]);
});

test("every pixel is opaque, red in the lowest byte", () => {
  const target = new Uint32Array(2);
  const colours = colormap("jet");
  for (const data of [Uint8Array.of(0, 255), Float32Array.of(0, 255)]) {
    paintValues(pixels(data), { range: { low: 0, high: 255 }, scale: "linear", colours }, target);
    assert.deepEqual([...new Uint8Array(target.buffer)], [0, 0, 128, 255, 128, 0, 0, 255]);
  }
});

for (const Numbers of [Uint8Array, Uint16Array, Int16Array, Int32Array, Float32Array, Float64Array]) {
  test(`${Numbers.name}: pixels at or above the saturation are marked`, () => {
    const known = [grey(0), grey(199), MARKS.saturatedColour, MARKS.saturatedColour];
    assert.deepEqual(marked(Numbers.of(0, 199, 200, 201)), known);
  });
}

for (const Numbers of [Uint8Array, Float32Array]) {
  test(`${Numbers.name}: saturation is a camera value, and may be between two samples`, () => {
    const marks = { ...MARKS, saturated: 199.5 };
    assert.deepEqual(marked(Numbers.of(50, 51), marks, 99, 2), [grey(199), MARKS.saturatedColour]);
  });
}

test("a saturation within a table's step is exact", () => {
  const data = Float64Array.of(200 - 1e-9, 200);
  assert.deepEqual(marked(data), [grey(200), MARKS.saturatedColour]);
});

test("NaN and infinity are marked as bad, not as saturated", () => {
  const data = Float32Array.of(NaN, Infinity, -Infinity, 100);
  assert.deepEqual(marked(data), [...Array(3).fill(MARKS.badColour), grey(100)]);
});

test("without a saturation only bad pixels are marked", () => {
  const marks = { ...MARKS, saturated: Infinity };
  assert.deepEqual(marked(Uint16Array.of(65535), marks), [grey(255)]);
  assert.deepEqual(marked(Float32Array.of(3e38, NaN), marks), [grey(255), MARKS.badColour]);
});

test("a saturation below all values marks all of them", () => {
  const marks = { ...MARKS, saturated: -5 };
  assert.deepEqual(marked(Uint16Array.of(0, 9), marks), Array(2).fill(MARKS.saturatedColour));
});
