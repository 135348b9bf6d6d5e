import assert from "node:assert/strict";
import test from "node:test";

import { thumbnailRendition } from "../../../web/static/js/stream/thumbnail.js";

test("a large camera's thumbnail is a quarter", () => {
  assert.equal(thumbnailRendition(400, 2048), "quarter");
});

test("a thumbnail for which a quarter is too coarse is a half", () => {
  assert.equal(thumbnailRendition(450, 640), "half");
});

test("only a camera that is hardly more than a thumbnail is shown in full", () => {
  assert.equal(thumbnailRendition(450, 320), "full");
});

test("before sizes are known the thumbnail is a quarter", () => {
  assert.equal(thumbnailRendition(0, Infinity), "quarter");
});
