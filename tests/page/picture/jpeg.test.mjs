import assert from "node:assert/strict";
import test from "node:test";

import { isColourJpeg } from "../../../web/static/js/picture/jpeg.js";

/** The head of a JPEG with this number of components, after a comment. */
const jpeg = (components, marker = 0xc0) =>
  Uint8Array.of(0xff, 0xd8, 0xff, 0xfe, 0, 5, 1, 2, 3, 0xff, marker, 0, 17, 8, 0, 48, 0, 64, components, 1, 2);

test("a picture with one component is grey, one with three is in colour", () => {
  assert.equal(isColourJpeg(jpeg(1)), false);
  assert.equal(isColourJpeg(jpeg(3)), true);
  assert.equal(isColourJpeg(jpeg(3, 0xc2)), true, "a progressive one, too");
});

test("a table before the frame is skipped", () => {
  const tables = Uint8Array.of(0xff, 0xd8, 0xff, 0xc4, 0, 11, 0, 0, 0, 0, 3, 3, 3, 3, 3);
  assert.equal(isColourJpeg(Uint8Array.of(...tables, ...jpeg(1).subarray(2))), false);
});

test("invalid or truncated bytes are not in colour", () => {
  for (const bytes of [[], [0xff], [0xff, 0xd8, 0xff, 0xc0], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]]) {
    assert.equal(isColourJpeg(Uint8Array.from(bytes)), false);
  }
  assert.equal(isColourJpeg(new Uint8Array(100).fill(0xff)), false);
});
