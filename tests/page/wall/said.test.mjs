import assert from "node:assert/strict";
import test from "node:test";

import { said, summary } from "../../../web/static/js/wall/said.js";

const LIVE = { state: "live", badge: "Live", tone: "good", title: "Live", cause: "", action: "" };
const LOST = { state: "lost", badge: "Source lost", tone: "bad", title: "It broke", cause: "why", action: "do" };

test("a live picture has no words in it", () => {
  assert.equal(said(LIVE, true, 0.1), null);
});

test("what is not live says its state and its age", () => {
  assert.deepEqual(said(LOST, true, 12.3), { title: "It broke", old: "12 s old", cause: "why", action: "do" });
});

test("where no picture was seen, no age is said", () => {
  assert.equal(said(LOST, true, null).old, "");
});

test("a live stream without a picture says that", () => {
  assert.match(said(LIVE, false, 0.1).title, /no picture/);
});

test("the summary counts what is not live", () => {
  assert.equal(summary(1, 0), "1 stream");
  assert.equal(summary(9, 0), "9 streams");
  assert.equal(summary(9, 2), "9 streams, 2 not live");
});
