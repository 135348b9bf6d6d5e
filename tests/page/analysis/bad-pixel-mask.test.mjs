import assert from "node:assert/strict";
import test from "node:test";

import { RunningAverage } from "../../../web/static/js/analysis/average.js";
import { Background } from "../../../web/static/js/analysis/background.js";
import {
  BadMask,
  BadPixelMask,
  formatThresholds,
  parseThresholds,
  readMaskFile,
  thresholdMask,
} from "../../../web/static/js/analysis/bad-pixel-mask.js";
import { npyHeader } from "../../../web/static/js/export/npy.js";
import { pixels } from "./spots.mjs";

const CAMERA = { width: 4, height: 3 };
const marks = (...bad) => Uint8Array.from({ length: 12 }, (_, index) => (bad.includes(index) ? 1 : 0));
const numbers = (length, first = 0) => Float64Array.from({ length }, (_, index) => first + index);
/** The indices of the bad pixels. */
const badOf = (mask) => {
  const { data } = mask.apply(pixels(4, new Float64Array(12)));
  return [...data.keys()].filter((index) => Number.isNaN(data[index]));
};
const noPng = () => Promise.reject(new Error("no PNG"));
const npy = (dtype, shape, bytes) => new Blob([npyHeader(dtype, shape), bytes]);
const refused = (promise, text) =>
  assert.rejects(promise, (error) => error instanceof BadMask && text.test(error.message) || assert.fail(error.message));

/** The first bytes of a PNG of a size; its data are left to the fake decoder. */
function png(width, height) {
  const bytes = new Uint8Array(33);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return new Blob([bytes]);
}

for (const Type of [Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array]) {
  test(`masked pixels of ${Type.name} are NaN, the others are as they were`, () => {
    const picture = pixels(4, Type.from(numbers(12, 100)));
    const { data } = new BadPixelMask(CAMERA, marks(0, 7)).apply(picture);
    assert.deepEqual([...data], [NaN, 101, 102, 103, 104, 105, 106, NaN, 108, 109, 110, 111]);
    assert.equal(picture.data[0], 100);
  });
}

test("large integers stay exact", () => {
  const { data } = new BadPixelMask(CAMERA, marks(0)).apply(pixels(4, new Uint32Array(12).fill(4294967295)));
  assert.equal(data[1], 4294967295);
});

test("a masked picture has the steps of its values, which limit what can be measured", () => {
  const mask = new BadPixelMask(CAMERA, marks(0));
  assert.equal(mask.apply(pixels(4, new Uint8Array(12), { scale: 2.5 })).step, 2.5);
  assert.equal(mask.apply(pixels(4, new Float32Array(12), { step: 0.03 })).step, 0.03);
  assert.equal(mask.apply(pixels(4, new Float32Array(12))).step, undefined);
});

test("a picture without bad pixels is returned as it is", () => {
  const part = pixels(2, numbers(4), { x: 2, y: 1 });
  assert.equal(new BadPixelMask(CAMERA, marks(0, 5)).apply(part), part);
  assert.equal(new BadPixelMask(CAMERA, marks()).apply(part), part);
});

test("a part of the picture has its own bad pixels", () => {
  const { data } = new BadPixelMask(CAMERA, marks(0, 6, 11)).apply(pixels(2, numbers(4), { x: 2, y: 1 }));
  assert.deepEqual([...data], [NaN, 1, 2, NaN]);
});

test("a sample of a reduced picture is bad if one of its pixels is", () => {
  const { data } = new BadPixelMask(CAMERA, marks(5)).apply(pixels(2, numbers(4), { pitch: 2 }));
  assert.deepEqual([...data], [NaN, 1, 2, 3]);
});

test("a mask fits pictures of its own size only", () => {
  const mask = new BadPixelMask(CAMERA, marks(1));
  assert.deepEqual([mask.fits(CAMERA), mask.fits({ width: 3, height: 4 }), mask.count], [true, false, 1]);
});

test("averages and backgrounds have no value where the mask is", () => {
  const mask = new BadPixelMask(CAMERA, marks(2));
  const average = new RunningAverage();
  average.set(3);
  const background = new Background();
  background.collect(2);
  let mean;
  for (const level of [10, 20]) {
    const masked = mask.apply(pixels(4, new Uint8Array(12).fill(level)));
    mean = average.add(masked);
    background.add(masked);
  }
  assert.deepEqual([mean.data[1], mean.data[2]], [15, NaN]);
  const difference = background.subtract(mask.apply(pixels(4, new Uint8Array(12).fill(25))));
  assert.deepEqual([difference.data[1], difference.data[2]], [10, NaN]);
});

test("a .npy file of bool or uint8 marks what is not 0", async () => {
  const bytes = Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 255, 0, 0, 0, 0);
  for (const dtype of ["bool", "uint8"]) {
    const mask = await readMaskFile(npy(dtype, [3, 4], bytes), CAMERA, noPng);
    assert.deepEqual(badOf(mask), [2, 7]);
  }
});

test("a PNG marks what is not black", async () => {
  const data = new Uint8ClampedArray(48).fill(0);
  for (let index = 0; index < 12; index += 1) data[4 * index + 3] = 255;
  data[4 * 3 + 1] = 1;
  data.fill(255, 4 * 8, 4 * 9);
  data.set([9, 9, 9, 0], 4 * 10); // transparent
  const mask = await readMaskFile(png(4, 3), CAMERA, () => Promise.resolve({ width: 4, height: 3, data }));
  assert.deepEqual(badOf(mask), [3, 8]);
});

for (const [what, file, text] of [
  ["another size", npy("uint8", [4, 3], new Uint8Array(12)), /mask has 3 × 4 pixels; allowed is .* 4 × 3/],
  ["another type", npy("float64", [3, 4], new Float64Array(12)), /type is <f8; allowed are bool .* and uint8/],
  ["another dimension", npy("uint8", [12], new Uint8Array(12)), /shape is \(12\); allowed is \(3, 4\)/],
  ["too few bytes", npy("uint8", [3, 4], new Uint8Array(11)), /11 bytes of numbers; 12 are expected/],
  ["too many bytes", npy("uint8", [3, 4], new Uint8Array(13)), /13 bytes of numbers; 12 are expected/],
  ["every pixel marked", npy("uint8", [3, 4], new Uint8Array(12).fill(1)), /All 12 pixels are marked/],
  ["no header", new Blob([Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 9, 0)]), /cannot be read/],
  ["a later version", new Blob([Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 9, 0, 0, 0, 0, 0)]), /version 9/],
  ["another format", new Blob(["BM1234567890"]), /neither \.npy nor PNG; allowed is a \.npy file of bool/],
  ["a PNG of another size", png(4, 4), /mask has 4 × 4 pixels/],
  ["a damaged PNG", png(4, 3), /PNG cannot be decoded/],
  ["nothing", new Blob([]), /neither/],
]) {
  test(`a file with ${what} is refused with the reason`, () => refused(readMaskFile(file, CAMERA, noPng), text));
}

test("a file that is too large is not read", () => {
  const file = { size: 1e9, arrayBuffer: () => assert.fail("read") };
  return refused(readMaskFile(file, CAMERA, noPng), /1000000000 bytes; allowed are 67239936/);
});

test("thresholds mark what lies below, above, or is not finite", () => {
  const data = Float64Array.of(5, 1, 9, NaN, 5, Infinity, 5, 2, 5, 5, 5, 5);
  const by = (thresholds) => badOf(thresholdMask(pixels(4, data), thresholds, CAMERA));
  assert.deepEqual(by({ below: 2, above: null, nan: false }), [1]);
  assert.deepEqual(by({ below: null, above: 5, nan: false }), [2]);
  assert.deepEqual(by({ below: 2, above: 8, nan: true }), [1, 2, 3, 5]);
  assert.deepEqual(badOf(thresholdMask({ ...pixels(4, data), scale: 10 }, { below: 20, above: 80, nan: false }, CAMERA)), [1, 2]);
});

test("thresholds of a reduced picture mark all the pixels of a sample, and of a part those of the part", () => {
  const reduced = pixels(2, Uint8Array.of(1, 9, 1, 1), { pitch: 2 });
  assert.deepEqual(badOf(thresholdMask(reduced, { below: null, above: 5, nan: false }, CAMERA)), [2, 3, 6, 7]);
  const part = pixels(2, Uint8Array.of(1, 9), { x: 1, y: 2 });
  assert.deepEqual(badOf(thresholdMask(part, { below: null, above: 5, nan: false }, CAMERA)), [10]);
});

for (const [thresholds, text] of [
  [{ below: null, above: null, nan: false }, /No threshold is given: allowed are/],
  [{ below: NaN, above: null, nan: false }, /“Below” is no number: allowed are/],
  [{ below: 5, above: 3, nan: false }, /All pixels lie below 5 or above 3/],
  [{ below: 100, above: null, nan: false }, /All 12 pixels are marked/],
]) {
  test(`the thresholds ${JSON.stringify(thresholds)} are refused with the reason`, () => {
    const picture = pixels(4, new Uint8Array(12));
    assert.throws(() => thresholdMask(picture, thresholds, CAMERA), (error) => error instanceof BadMask && text.test(error.message));
  });
}

test("thresholds in a link are read back as they were", () => {
  for (const [thresholds, text] of [
    [{ below: -5.5, above: 60000, nan: true }, "below:-5.5,above:60000,nan"],
    [{ below: null, above: 1e-9, nan: false }, "above:1e-9"],
  ]) {
    assert.equal(formatThresholds(thresholds), text);
    assert.deepEqual(parseThresholds(text), thresholds);
  }
  for (const text of ["", "above", "above:x", "below:5,above:3", "dark", null]) {
    assert.equal(parseThresholds(text), null);
  }
});
