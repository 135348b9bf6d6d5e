import assert from "node:assert/strict";
import test from "node:test";

import { tiff } from "../../../web/static/js/memory/tiff.js";

const pixels = (data) => ({ x: 0, y: 0, pitch: 1, width: 2, height: 1, data, offset: 0, scale: 1 });

for (const [name, data] of Object.entries({
  "a large negative integer": BigInt64Array.of(-(2n ** 31n) - 1n, 0n),
  "a large integer": BigInt64Array.of(2n ** 32n, 0n),
  "one of the other sign beside one without room for it": BigInt64Array.of(2n ** 31n, -1n),
  "a large integer without a sign": BigUint64Array.of(2n ** 63n, 0n),
  "a large number": Float64Array.of(1e39, 0),
})) {
  test(`${name} is refused, and .npy is named`, () => {
    assert.throws(() => tiff(pixels(data), ""), { name: "RangeError", message: /save \.npy/ });
  });
}

test("what is not finite is held", () => {
  assert.ok(tiff(pixels(Float64Array.of(Infinity, NaN)), "") instanceof Blob);
});
