import assert from "node:assert/strict";
import test from "node:test";

import { wordsOver } from "../../../web/static/js/board/shown.js";

const FRAME = { header: { seq: 1 } };
const VIEW = { badge: "", tone: "bad", cause: "Why.", action: "" };
/** What is known of the stream, a picture being there. */
const seen = (state, more = {}) =>
  ({ view: { ...VIEW, state, title: `It is ${state}` }, status: { state: "live" }, frame: FRAME, imageS: 60, ...more });

test("a live picture has no words over it", () => {
  for (const type of ["video", "image", "heatmap"]) {
    assert.equal(wordsOver(type, seen("live")), "");
    assert.equal(wordsOver(type, seen("frozen")), "");
  }
});

test("a pushed picture may stand, and a video's must not", () => {
  for (const state of ["stalled", "late", "silent"]) {
    assert.equal(wordsOver("image", seen(state)), "");
    assert.equal(wordsOver("heatmap", seen(state)), "");
    assert.equal(wordsOver("video", seen(state)), `It is ${state}. Why.`);
  }
});

test("what is wrong is said over any picture", () => {
  for (const type of ["video", "image"]) {
    assert.equal(wordsOver(type, seen("broker_lost")), "It is broker_lost. Why.");
  }
});

test("a stream that nothing feeds is said, and of a pushed picture what would", () => {
  for (const state of ["no_ingest", "refused"]) {
    assert.equal(wordsOver("video", seen(state)), `It is ${state}. Why.`);
    assert.match(wordsOver("heatmap", seen(state)), /python -m ingest\.push/);
  }
});

test("before the first picture it says what is waited for", () => {
  const view = { ...VIEW, state: "waiting", title: "No picture yet", cause: "" };
  assert.equal(wordsOver("image", seen("waiting", { view, frame: null, imageS: null })), "No picture yet");
  assert.equal(wordsOver("image", seen("stalled", { frame: null, imageS: null })), "It is stalled. Why.");
});

test("a stream without pictures says so", () => {
  assert.equal(wordsOver("video", seen("live", { imageS: null })), "This stream has no picture.");
});

test("a board is no picture, and says so", () => {
  const status = { state: "live", kind: "board" };
  const said = "This stream is a board, and has no picture.";
  assert.equal(wordsOver("video", seen("stalled", { status, frame: null, imageS: null })), said);
});
