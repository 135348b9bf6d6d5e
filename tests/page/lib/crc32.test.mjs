import assert from "node:assert/strict";
import test from "node:test";
import { crc32 as zlibs } from "node:zlib";

import { crc32 } from "../../../web/static/js/lib/crc32.js";

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
