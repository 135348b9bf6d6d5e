import assert from "node:assert/strict";
import test from "node:test";

import { isBehind, isMissed, messageOver } from "../../../web/static/js/board/stream-card-state.js";

const FRAME = { header: { seq: 1, t_received: 100 } };
const NOW = 112;
const MESSAGE = { badge: "", tone: "bad", cause: "Why.", action: "" };
/** What is known of the stream, a picture being there. */
const seen = (state, more = {}) =>
  ({
    message: { ...MESSAGE, state, title: `It is ${state}` },
    status: { state: "live" },
    frame: FRAME,
    imageS: 60,
    ageOf: (t) => NOW - t,
    ...more,
  });

test("a live picture has no message", () => {
  for (const type of ["video", "image", "heatmap"]) {
    assert.equal(messageOver(type, seen("live")), "");
    assert.equal(messageOver(type, seen("frozen")), "");
  }
});

test("an unchanged pushed picture is fine, an unchanged video is not", () => {
  for (const state of ["stalled", "late", "silent"]) {
    assert.equal(messageOver("image", seen(state)), "");
    assert.equal(messageOver("heatmap", seen(state)), "");
    assert.equal(messageOver("video", seen(state)), `It is ${state}. Why.`);
  }
});

test("a fault is shown over any picture", () => {
  for (const type of ["video", "image"]) {
    assert.equal(messageOver(type, seen("broker_lost")), "It is broker_lost. Why.");
  }
});

test("a stream without a source has a message, for pushed pictures one that names ingest.push", () => {
  for (const state of ["no_ingest", "refused"]) {
    assert.equal(messageOver("video", seen(state)), `It is ${state}. Why.`);
    assert.match(messageOver("heatmap", seen(state)), /python -m ingest\.push/);
  }
});

test("before the first picture the state is shown", () => {
  const message = { ...MESSAGE, state: "waiting", title: "No picture yet", cause: "" };
  assert.equal(messageOver("image", seen("waiting", { message, frame: null, imageS: null })), "No picture yet");
  assert.equal(messageOver("image", seen("stalled", { frame: null, imageS: null })), "It is stalled. Why.");
});

test("a stream without pictures has a message", () => {
  assert.equal(messageOver("video", seen("live", { imageS: null })), "This stream has no picture.");
});

test("a board in place of a camera has a message", () => {
  const status = { state: "live", kind: "board" };
  const expected = "This stream is a board and has no picture.";
  assert.equal(messageOver("video", seen("stalled", { status, frame: null, imageS: null })), expected);
});

test("an outdated pushed picture has a message", () => {
  for (const type of ["image", "heatmap"]) {
    for (const state of ["stalled", "silent", "frozen"]) {
      assert.match(messageOver(type, seen(state), 105), /^A newer picture was pushed/, state);
    }
  }
});

test("the newest picture has no message, even if its card's time is slightly later", () => {
  assert.equal(messageOver("image", seen("stalled"), 100.4), "");
  assert.equal(isBehind(FRAME, 100.4), false);
});

test("a newer picture that may still arrive is not missed", () => {
  assert.equal(messageOver("image", seen("stalled"), NOW - 0.5), "");
  assert.equal(messageOver("image", seen("stalled", { ageOf: () => null }), 105), "");
  assert.equal(isMissed(seen("stalled"), NOW - 0.5), false);
  assert.equal(isBehind(FRAME, NOW - 0.5), true, "but what is seen is as old as it is");
});

test("pictures that are late over a slow connection are not missed", () => {
  for (const state of ["live", "late"]) {
    assert.equal(messageOver("image", seen(state), 105), "");
  }
});

test("a video's pictures are not compared with its card's time", () => {
  assert.equal(messageOver("video", seen("live"), 105), "");
  assert.equal(messageOver("video", seen("frozen"), 105), "");
});

test("without a picture nothing is behind", () => {
  assert.equal(isBehind(null, 105), false);
});
