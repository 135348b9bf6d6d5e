import assert from "node:assert/strict";
import test from "node:test";

import { sampleValues } from "../../../web/static/js/export/samples.js";

const pixels = { x: 0, y: 0, pitch: 1, width: 2, height: 1, offset: 0, scale: 1 };

test("values in memory are not copied", () => {
  const data = Uint16Array.of(1, 65535);
  assert.equal(sampleValues({ ...pixels, data }).buffer, data.buffer);
});

test("levels are converted to values", () => {
  const data = Uint8Array.of(0, 255);
  assert.deepEqual(sampleValues({ ...pixels, data, offset: -0.5, scale: 2 }), Float32Array.of(-0.5, 509.5));
});

test("samples beyond the picture are ignored", () => {
  assert.deepEqual(sampleValues({ ...pixels, data: Uint8Array.of(1, 2, 3) }), Uint8Array.of(1, 2));
});

test("too few samples are refused", () => {
  assert.throws(() => sampleValues({ ...pixels, data: Uint8Array.of(1) }), RangeError);
});
