import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { BadEnvelope, readArray, readBlob, unpack } from "../../../web/static/js/stream/envelope.js";

/** A message that shared/envelope.py packed; make_sample.py has its content. */
const sample = readFileSync(new URL("frame.bin", import.meta.url));

/** @returns {Buffer} a message with this header text and these blobs */
function message(text, blobs = Buffer.alloc(0), length = Buffer.byteLength(text)) {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(length);
  const padding = Buffer.alloc((8 - ((4 + Buffer.byteLength(text)) % 8)) % 8);
  return Buffer.concat([head, Buffer.from(text), padding, blobs]);
}

test("the header that Python packed is read", () => {
  const { header } = unpack(sample);
  assert.equal(header.stream, "camera");
  assert.equal(header.seq, 42);
  assert.equal(header.values.name, "Strahlgröße");
  assert.equal(header.values.lost, null);
  assert.equal(header.values.__proto__, 5);
});

test("every type of array that Python packed is read", () => {
  const { header, body } = unpack(sample);
  for (const dtype of ["int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"]) {
    assert.deepEqual(Array.from(readArray(header.values[dtype], body)), [1, 2, 3], dtype);
  }
  assert.deepEqual(Array.from(readArray(header.values.int64, body)), [-1n, 2n ** 62n]);
  assert.deepEqual(Array.from(readArray(header.values.uint64, body)), [1n, 2n ** 63n]);
  assert.deepEqual(Array.from(readArray(header.values.bool, body)), [1, 0, 1]);
});

test("an array is a view, not a copy, where the memory is aligned", () => {
  const aligned = new Uint8Array(sample).buffer;
  const { header, body } = unpack(aligned);
  assert.equal(readArray(header.values.float64, body).buffer, aligned);
});

test("an array is read where the memory is not aligned", () => {
  const shifted = new Uint8Array(sample.length + 1);
  shifted.set(sample, 1);
  const { header, body } = unpack(shifted.subarray(1));
  assert.deepEqual(Array.from(readArray(header.values.float64, body)), [1, 2, 3]);
});

test("the picture's bytes are found", () => {
  const { header, body } = unpack(sample);
  assert.equal(Buffer.from(readBlob(header.image, body)).toString(), "the picture");
});

for (const [what, bytes] of [
  ["nothing", Buffer.alloc(0)],
  ["three bytes", Buffer.from([1, 0, 0])],
  ["a header longer than the message", message("{}", Buffer.alloc(0), 1000)],
  ["a header of four gigabytes", message("{}", Buffer.alloc(0), 0xffffffff)],
  ["a header that is not JSON", message("{v:1}")],
  ["a header that is not UTF-8", Buffer.from([2, 0, 0, 0, 0x22, 0xff, 0, 0])],
  ["a header that is not an object", message("null")],
  ["another version", message('{"v":2}')],
  ["a text", "frame"],
]) {
  test(`${what} is rejected as an envelope`, () => {
    assert.throws(() => unpack(bytes), BadEnvelope);
  });
}

for (const [what, place] of [
  ["a place past the end", { offset: 8, length: 16, dtype: "uint8", shape: [16] }],
  ["a place before the start", { offset: -8, length: 8, dtype: "uint8", shape: [8] }],
  ["a place without an offset", { length: 8, dtype: "uint8", shape: [8] }],
  ["a fraction of a byte", { offset: 0.5, length: 8, dtype: "uint8", shape: [8] }],
  ["an unknown type", { offset: 0, length: 8, dtype: "constructor", shape: [1] }],
  ["a shape that does not fit", { offset: 0, length: 8, dtype: "float64", shape: [2] }],
  ["a shape that is not a list", { offset: 0, length: 8, dtype: "float64", shape: 1 }],
]) {
  test(`${what} is rejected as an array`, () => {
    const { body } = unpack(message('{"v":1}', Buffer.alloc(16)));
    assert.throws(() => readArray(place, body), BadEnvelope);
  });
}
