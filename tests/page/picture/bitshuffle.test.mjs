import assert from "node:assert/strict";
import test from "node:test";

import { decodeBitshuffle } from "../../../web/static/js/picture/bitshuffle.js";
import { BadData } from "../../../web/static/js/picture/lz4.js";
import { readBlob } from "../../../web/static/js/stream/envelope.js";
import { assertSame, body, header, numbers, plain, random } from "./samples.mjs";

const ARRAYS = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
};
const samples = header.samples.filter(({ dtype }) => dtype in ARRAYS);
const large = samples.findLast(({ dtype, count }) => dtype === "uint16" && count > 1000);
const bytesOf = (sample) => Uint8Array.from(readBlob(sample, body));
const sizeOf = ({ dtype }) => ARRAYS[dtype].BYTES_PER_ELEMENT;

function decodedSample(sample, bytes = bytesOf(sample)) {
  return decodeBitshuffle(bytes, sizeOf(sample), sample.count * sizeOf(sample));
}

samples.forEach((sample, index) => {
  test(`sample ${index}, ${sample.count} of ${sample.dtype}, equals Python's input`, () => {
    const values = new ARRAYS[sample.dtype](decodedSample(sample).buffer);
    assertSame(values, numbers(sample.count, sample.dtype));
  });
});

test("a block size of 0 is the default one", () => {
  const bytes = bytesOf(samples.find(({ dtype, count }) => dtype === "float64" && count > 1024));
  const known = decodeBitshuffle(bytes, 8, 2003 * 8);
  bytes.fill(0, 8, 12);
  assertSame(decodeBitshuffle(bytes, 8, 2003 * 8), known);
});

test("fewer than eight elements are not shuffled", () => {
  assert.deepEqual(decodeBitshuffle(plain(Uint8Array.of(1, 2, 3)), 1, 3), Uint8Array.of(1, 2, 3));
});

test("data may have any alignment in a message", () => {
  const bytes = bytesOf(large);
  const shifted = new Uint8Array(bytes.length + 5);
  shifted.set(bytes, 3);
  assertSame(decodedSample(large, shifted.subarray(3, -2)), decodedSample(large));
});

/** @returns {Uint8Array} the large sample, with a change */
function changed(change) {
  const bytes = bytesOf(large);
  return change(bytes, new DataView(bytes.buffer)) ?? bytes;
}

for (const [what, change] of [
  ["nothing", () => new Uint8Array(0)],
  ["a cut head", (bytes) => bytes.subarray(0, 11)],
  ["a head alone", (bytes) => bytes.subarray(0, 12)],
  ["a cut length", (bytes) => bytes.subarray(0, 14)],
  ["a missing last byte", (bytes) => bytes.subarray(0, -1)],
  ["a byte too many", (bytes) => Uint8Array.of(...bytes, 0)],
  ["another size than expected", (_, view) => void view.setUint32(4, 2 * 2004)],
  ["a size of terabytes", (_, view) => void view.setUint32(0, 1000)],
  ["a block that is no multiple of eight elements", (_, view) => void view.setUint32(8, 8200)],
  ["a smaller block size than that of the blocks", (_, view) => void view.setUint32(8, 1024)],
  ["a block length beyond the end", (_, view) => void view.setUint32(12, 0xffffffff)],
  ["a block length of nothing", (_, view) => void view.setUint32(12, 0)],
]) {
  test(`${what} is refused`, () => {
    assert.throws(() => decodedSample(large, changed(change)), BadData);
  });
}

test("a small input that declares a large size is refused before memory is allocated", () => {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, 4);
  assert.throws(() => decodeBitshuffle(bytes, 8, 4 * 2 ** 32), BadData);
});

test("any damaged input is refused or decoded to the expected size", () => {
  const next = random(4);
  const below = (most) => next.next().value % most;
  for (let round = 0; round < 5000; round += 1) {
    const sample = samples[below(samples.length)];
    const bytes = bytesOf(sample);
    for (let changes = 1 + below(4); changes > 0; changes -= 1) {
      bytes[below(bytes.length)] = [below(256), 0, 255][below(3)];
    }
    const cut = below(4) ? bytes : bytes.subarray(0, below(bytes.length));
    try {
      assert.equal(decodedSample(sample, cut).length, sample.count * sizeOf(sample));
    } catch (error) {
      assert.ok(error instanceof BadData, `${error.stack} in round ${round}`);
    }
  }
});
