import assert from "node:assert/strict";
import test from "node:test";

import { MAX_CURVES, isolatedPoints, steadyRange, formatTicks, waveforms } from "../../../web/static/js/plots/series.js";

/** @returns a frame with these arrays, each a typed array, and scalars as they are */
function frame(values) {
  const parts = [];
  let offset = 0;
  const places = Object.entries(values).map(([name, value]) => {
    if (!ArrayBuffer.isView(value)) {
      return [name, value];
    }
    const dtype = value.constructor.name.replace(/Array|Big/g, "").toLowerCase();
    const place = { offset, length: value.byteLength, dtype, shape: [value.length] };
    const padded = Buffer.alloc(Math.ceil(value.byteLength / 8) * 8);
    Buffer.from(value.buffer).copy(padded);
    parts.push(padded);
    offset += padded.length;
    return [name, place];
  });
  const body = new Uint8Array(Buffer.concat(parts));
  return { header: { values: Object.fromEntries(places) }, body };
}

test("one-dimensional arrays are curves, and nothing else is", () => {
  const { curves, omitted } = waveforms(
    frame({
      energy: 11.3,
      name: "gun",
      lost: null,
      large: { dtype: "float64", shape: [1e9] },
      second: Float64Array.of(3, 1, 2),
      first: Int16Array.of(-5, 7),
      single: Float64Array.of(1),
    }),
  );
  assert.deepEqual(curves.map(({ name, min, max }) => [name, min, max]), [
    ["second", 1, 3],
    ["first", -5, 7],
  ]);
  assert.equal(omitted, 0);
});

test("an image among the values is not a curve", () => {
  const image = { offset: 0, length: 4, dtype: "uint8", shape: [2, 2] };
  const { curves } = waveforms({ header: { values: { image } }, body: new Uint8Array(8) });
  assert.deepEqual(curves, []);
});

test("a value that is not finite is a gap", () => {
  const [curve] = waveforms(frame({ gaps: Float64Array.of(1, NaN, 3, Infinity) })).curves;
  assert.deepEqual(Array.from(curve.y), [1, null, 3, null]);
  assert.deepEqual([curve.min, curve.max], [1, 3]);
});

test("a curve without finite values has no range", () => {
  const [curve] = waveforms(frame({ gaps: Float64Array.of(NaN, NaN) })).curves;
  assert.ok(Number.isNaN(curve.min) && Number.isNaN(curve.max));
});

test("a point between gaps is isolated", () => {
  assert.deepEqual(isolatedPoints([1, null, 3, 4, null, 6]), [0, 5]);
});

test("integers of 64 bits are drawn as numbers", () => {
  const [curve] = waveforms(frame({ ints: BigInt64Array.of(-1n, 2n) })).curves;
  assert.deepEqual(Array.from(curve.y), [-1, 2]);
  assert.deepEqual(Array.from(curve.exact), [-1n, 2n]);
});

test("an unreadable waveform does not affect the others", () => {
  const broken = frame({ good: Float64Array.of(1, 2) });
  broken.header.values.bad = { offset: 800, length: 16, dtype: "float64", shape: [2] };
  assert.deepEqual(waveforms(broken).curves.map((curve) => curve.name), ["good"]);
});

test("too many waveforms are counted rather than drawn", () => {
  const many = {};
  for (let n = 0; n < MAX_CURVES + 5; n += 1) many[`wave_${n}`] = Float64Array.of(1, 2);
  const { curves, omitted } = waveforms(frame(many));
  assert.equal(curves.length, MAX_CURVES);
  assert.equal(omitted, 5);
});

test("an axis covers the data and ends at round numbers", () => {
  const [low, high] = steadyRange(null, 5371.06, 25517.3);
  assert.ok(low <= 5371.06 && high >= 25517.3);
  assert.equal(low % 1000, 0);
  assert.equal(high % 1000, 0);
});

test("an axis does not move with noise", () => {
  const before = steadyRange(null, 0, 1000);
  assert.equal(steadyRange(before, 12, 985), before);
  assert.equal(steadyRange(before, 3, 1004), before);
});

test("an axis grows immediately and shrinks when half is empty", () => {
  const before = steadyRange(null, 0, 1000);
  assert.ok(steadyRange(before, 0, 5000)[1] >= 5000);
  assert.ok(steadyRange(before, 0, 100)[1] < 500);
});

test("data that never goes below zero gets no axis below zero", () => {
  assert.equal(steadyRange(null, 0, 7)[0], 0);
});

for (const [what, min, max] of [
  ["a constant", 2040, 2040],
  ["zero", 0, 0],
  ["a tiny constant", 1e-300, 1e-300],
  ["a huge range", -1e300, 1e300],
]) {
  test(`${what} gets an axis with a length`, () => {
    const [low, high] = steadyRange(null, min, max);
    assert.ok(low <= min && max <= high && low < high, `${low} … ${high}`);
  });
}

test("no data leaves the axis as it is", () => {
  assert.deepEqual(steadyRange([2, 3], NaN, NaN), [2, 3]);
  assert.deepEqual(steadyRange(null, NaN, NaN), [0, 1]);
});

for (const [numbers, step, texts] of [
  [[0, 500, 1000], 500, ["0", "500", "1000"]],
  [[-5, 0, 5], 5, ["−5", "0", "5"]],
  [[3005, 3005.25, 3005.5], 0.25, ["3005.00", "3005.25", "3005.50"]],
  [[99999.9, 100000], 0.1, ["99999.9", "100000.0"]],
  [[4.5e6, 5e6], 5e5, ["4.5e6", "5.0e6"]],
  [[1796000000, 1796000001], 1, ["1796000000", "1796000001"]],
  [[2998800000.25, 2998800000.5], 0.25, ["2998800000.25", "2998800000.50"]],
  [[0, 2e-5], 2e-5, ["0", "2e−5"]],
  [[1e300, 2e300], 1e300, ["1e300", "2e300"]],
]) {
  test(`the numbers ${texts.join(", ")} along an axis are distinct`, () => {
    assert.deepEqual(formatTicks(numbers, step), texts);
  });
}
