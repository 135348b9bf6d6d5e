import assert from "node:assert/strict";
import test from "node:test";
import { crc32 as zlibs } from "node:zlib";

import { npyHeader } from "../../../web/static/js/export/npy.js";
import { crc32, encodeNpz } from "../../../web/static/js/export/npz.js";

const text = (bytes) => new TextDecoder("latin1").decode(bytes);

test("numbers begin at a multiple of 64 bytes", () => {
  for (const shape of [[], [7], [100, 2048, 2048], Array(20).fill(12345)]) {
    assert.equal(npyHeader("float64", shape).length % 64, 0);
  }
});

test("a header has type, order and shape in the format of numpy", () => {
  assert.match(
    text(npyHeader("uint16", [3, 4])),
    /\{'descr': '<u2', 'fortran_order': False, 'shape': \(3, 4\), \} *\n$/,
  );
});

test("a shape of one dimension is a tuple of one", () => {
  assert.match(text(npyHeader("uint8", [3])), /'shape': \(3,\)/);
});

test("the same arrays make the same file", async () => {
  const array = { name: "a", dtype: "uint8", shape: [2], chunks: [Uint8Array.of(1, 2)] };
  const [one, other] = [await encodeNpz([array]), await encodeNpz([array])];
  assert.deepEqual(await one.arrayBuffer(), await other.arrayBuffer());
});

test("bytes in a Blob are saved as those in memory", async () => {
  const array = { name: "a", dtype: "uint8", shape: [2], chunks: [Uint8Array.of(1, 2)] };
  const inBlob = { ...array, chunks: [new Blob([Uint8Array.of(1)]), new Blob([Uint8Array.of(2)])] };
  assert.deepEqual(await (await encodeNpz([inBlob])).arrayBuffer(), await (await encodeNpz([array])).arrayBuffer());
});

test("more than 4 GB is refused before any work", async () => {
  const part = new Uint8Array(2 ** 20);
  const huge = { name: "a", dtype: "uint8", shape: [4096, 2 ** 20], chunks: Array(4096).fill(part) };
  await assert.rejects(encodeNpz([huge]), { name: "RangeError", message: /fewer seconds/ });
});

test("more arrays than a zip can count are refused", async () => {
  const array = { name: "a", dtype: "uint8", shape: [0], chunks: [] };
  await assert.rejects(encodeNpz(Array(70_000).fill(array)), RangeError);
});

const bytes = Uint8Array.from({ length: 1000 }, (_, at) => (at * 7919) >> 3);

test("the checksum is that of zlib", () => {
  assert.equal(crc32(bytes), zlibs(bytes));
});

test("a checksum continues from an earlier one", () => {
  assert.equal(crc32(bytes.subarray(333), crc32(bytes.subarray(0, 333))), crc32(bytes));
});

test("empty data has the checksum 0", () => {
  assert.equal(crc32(new Uint8Array(0)), 0);
});
