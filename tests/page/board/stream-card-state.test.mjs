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

test("a live picture has no words over it", () => {
  for (const type of ["video", "image", "heatmap"]) {
    assert.equal(messageOver(type, seen("live")), "");
    assert.equal(messageOver(type, seen("frozen")), "");
  }
});

test("a pushed picture may stand, and a video's must not", () => {
  for (const state of ["stalled", "late", "silent"]) {
    assert.equal(messageOver("image", seen(state)), "");
    assert.equal(messageOver("heatmap", seen(state)), "");
    assert.equal(messageOver("video", seen(state)), `It is ${state}. Why.`);
  }
});

test("what is wrong is said over any picture", () => {
  for (const type of ["video", "image"]) {
    assert.equal(messageOver(type, seen("broker_lost")), "It is broker_lost. Why.");
  }
});

test("a stream that nothing feeds is said, and of a pushed picture what would", () => {
  for (const state of ["no_ingest", "refused"]) {
    assert.equal(messageOver("video", seen(state)), `It is ${state}. Why.`);
    assert.match(messageOver("heatmap", seen(state)), /python -m ingest\.push/);
  }
});

test("before the first picture it says what is waited for", () => {
  const message = { ...MESSAGE, state: "waiting", title: "No picture yet", cause: "" };
  assert.equal(messageOver("image", seen("waiting", { message, frame: null, imageS: null })), "No picture yet");
  assert.equal(messageOver("image", seen("stalled", { frame: null, imageS: null })), "It is stalled. Why.");
});

test("a stream without pictures says so", () => {
  assert.equal(messageOver("video", seen("live", { imageS: null })), "This stream has no picture.");
});

test("a board is no picture, and says so", () => {
  const status = { state: "live", kind: "board" };
  const said = "This stream is a board and has no picture.";
  assert.equal(messageOver("video", seen("stalled", { status, frame: null, imageS: null })), said);
});

test("a pushed picture that is not the newest says so", () => {
  for (const type of ["image", "heatmap"]) {
    for (const state of ["stalled", "silent", "frozen"]) {
      assert.match(messageOver(type, seen(state), 105), /^A newer picture was pushed/, state);
    }
  }
});

test("the newest picture says nothing, though its card's time is a little later", () => {
  assert.equal(messageOver("image", seen("stalled"), 100.4), "");
  assert.equal(isBehind(FRAME, 100.4), false);
});

test("a newer picture that may be on its way is not missed yet", () => {
  assert.equal(messageOver("image", seen("stalled"), NOW - 0.5), "");
  assert.equal(messageOver("image", seen("stalled", { ageOf: () => null }), 105), "");
  assert.equal(isMissed(seen("stalled"), NOW - 0.5), false);
  assert.equal(isBehind(FRAME, NOW - 0.5), true, "but what is seen is as old as it is");
});

test("pictures that come late over a slow line are not called missed", () => {
  for (const state of ["live", "late"]) {
    assert.equal(messageOver("image", seen(state), 105), "");
  }
});

test("a video's pictures do not come with its card, and are not compared with that", () => {
  assert.equal(messageOver("video", seen("live"), 105), "");
  assert.equal(messageOver("video", seen("frozen"), 105), "");
});

test("where no picture is seen none is behind", () => {
  assert.equal(isBehind(null, 105), false);
});
