import assert from "node:assert/strict";
import test from "node:test";

import { encodeTiff } from "../../../web/static/js/export/tiff.js";

const pixels = (data) => ({ x: 0, y: 0, pitch: 1, width: 2, height: 1, data, offset: 0, scale: 1 });

for (const [name, data] of Object.entries({
  "a large negative integer": BigInt64Array.of(-(2n ** 31n) - 1n, 0n),
  "a large integer": BigInt64Array.of(2n ** 32n, 0n),
  "a negative integer beside one that needs the sign bit": BigInt64Array.of(2n ** 31n, -1n),
  "a large unsigned integer": BigUint64Array.of(2n ** 63n, 0n),
  "a large number": Float64Array.of(1e39, 0),
})) {
  test(`${name} is refused, and .npy is named`, () => {
    assert.throws(() => encodeTiff(pixels(data), ""), { name: "RangeError", message: /save \.npy/ });
  });
}

test("values that are not finite can be saved", () => {
  assert.ok(encodeTiff(pixels(Float64Array.of(Infinity, NaN)), "") instanceof Blob);
});

const lastBytes = async (data, dtype) => {
  const bytes = await encodeTiff(pixels(data), "", dtype).arrayBuffer();
  return bytes.slice(bytes.byteLength - 8);
};

test("64-bit integers received as float64 are exact", async () => {
  const signed = new Int32Array(await lastBytes(Float64Array.of(16_777_217, -5), "int64"));
  assert.deepEqual([...signed], [16_777_217, -5]);
  const unsigned = new Uint32Array(await lastBytes(Float64Array.of(2 ** 32 - 1, 1), "uint64"));
  assert.deepEqual([...unsigned], [2 ** 32 - 1, 1]);
});

test("integers beside a missing tile are exact, or refused", async () => {
  const some = new Float32Array(await lastBytes(Float64Array.of(16_777_216, NaN), "uint32"));
  assert.deepEqual([...some], [16_777_216, NaN]);
  assert.throws(() => encodeTiff(pixels(Float64Array.of(16_777_217, NaN)), "", "uint32"), /save \.npy/);
  assert.throws(() => encodeTiff(pixels(Float64Array.of(2 ** 40 + 1, 1)), "", "int64"), /save \.npy/);
});

test("the camera's own floating-point numbers become the nearest of 32 bits", async () => {
  const some = new Float32Array(await lastBytes(Float64Array.of(2 ** 40 + 1, 0.1), "float64"));
  assert.deepEqual([...some], [2 ** 40, Math.fround(0.1)]);
});
