import assert from "node:assert/strict";
import test from "node:test";

import { thumbnail } from "../../../web/static/js/stream/thumbnail.js";

test("a large camera's thumbnail is a quarter", () => {
  assert.equal(thumbnail(400, 2048), "quarter");
});

test("where a quarter would be too coarse it is a half", () => {
  assert.equal(thumbnail(450, 640), "half");
});

test("only a camera that is hardly more than a thumbnail is shown in full", () => {
  assert.equal(thumbnail(450, 320), "full");
});

test("before place and camera are known a quarter does", () => {
  assert.equal(thumbnail(0, Infinity), "quarter");
});
