import assert from "node:assert/strict";
import test from "node:test";

import { cardFacts, isBehind, isMissed } from "../../../web/static/js/board/stream-card-state.js";
import { present } from "../../../web/static/js/stream/presentation.js";

const FRAME = { header: { seq: 1, t_received: 100 } };
const NOW = 112;
const MESSAGE = { badge: "Badge", tone: "bad", reason: "a reason", title: "It broke", cause: "Why.", action: "Do." };

/** What is known of a stream in a state. */
function live(state, { hasPicture = true, frozen = false, content = "pictures", ageOf = (t) => NOW - t } = {}) {
  const message = { ...MESSAGE, state };
  const shown = { message, frozen, content, hasPicture, ageS: hasPicture ? 12 : null, pulseId: 7, since: "" };
  return { message, frame: hasPicture ? FRAME : null, ageOf, shown };
}

/** What a card shows. */
function seen(type, state, { t = 100, ...more } = {}) {
  return present(cardFacts(type, live(state, more), t, "11:02:14"));
}

test("a live video is live, and a pushed picture says when it was pushed, never Live", () => {
  assert.equal(seen("video", "live").badge.word, "Live");
  for (const type of ["image", "heatmap"]) {
    const { badge, line, frame } = seen(type, "live");
    assert.deepEqual([badge.is, line.lead, line.facts, frame], ["wait", "", ["pushed 11:02:14"], []]);
  }
});

test("an unchanged pushed picture is fine, an unchanged video is not", () => {
  for (const state of ["stalled", "late", "silent"]) {
    assert.deepEqual(seen("image", state).line.facts, ["pushed 11:02:14"]);
    assert.deepEqual(seen("heatmap", state).frame, []);
    const { line, frame } = seen("video", state);
    assert.deepEqual([line.lead, line.facts, frame], ["NOT LIVE", ["a reason", "last pulse 7"], ["act"]]);
  }
});

test("a fault is said of any picture, and covers none", () => {
  for (const type of ["video", "image"]) {
    const { line, frame, words } = seen(type, "broker_lost");
    assert.deepEqual([line.lead, line.facts[0], frame, words], ["NOT LIVE", "a reason", ["act"], null]);
  }
});

test("a pushed picture without a source says that it has none, and its detail names ingest.push", () => {
  for (const state of ["no_ingest", "refused"]) {
    assert.equal(seen("video", state, { hasPicture: false }).words.title, "It broke");
    const { words, line } = seen("heatmap", state, { hasPicture: false });
    assert.match(words.cause, /python -m ingest\.push/);
    assert.doesNotMatch(words.title + words.action, /ingest/);
    assert.deepEqual([line.is, line.facts], ["act", ["no source"]]);
    assert.deepEqual(seen("heatmap", state).line.facts, ["no source"]);
  }
});

test("before the first picture there are words, with the cause", () => {
  for (const state of ["waiting", "stalled"]) {
    const { words, frame } = seen("image", state, { hasPicture: false });
    assert.deepEqual([words, frame], [{ title: "It broke", action: "Do.", cause: "Why." }, []]);
  }
});

test("a stream without pictures, and a board in place of a camera, say so", () => {
  assert.match(seen("video", "live", { hasPicture: false, content: "values" }).words.title, /has no picture/);
  assert.match(seen("video", "live", { hasPicture: false, content: "board" }).words.title, /is a board/);
});

test("a pushed picture that is not the newest says so", () => {
  for (const type of ["image", "heatmap"]) {
    for (const state of ["stalled", "silent"]) {
      const { badge, line, frame, spoken } = seen(type, state, { t: 105 });
      assert.deepEqual([badge.is, line.lead, frame], ["act", "NOT THE NEWEST", ["act"]]);
      assert.match(spoken, /^A newer picture was pushed/);
    }
  }
});

test("a paused card is paused, also when its picture is not the newest", () => {
  for (const state of ["frozen", "stalled"]) {
    const { badge, line, fault } = seen("image", state, { t: 105, frozen: true });
    assert.deepEqual([badge.word, line.lead, fault], ["Paused", "PAUSED", null]);
  }
});

test("the newest picture is the newest, even if its card's time is slightly later", () => {
  assert.equal(seen("image", "stalled", { t: 100.4 }).badge.word, "Pushed");
  assert.equal(isBehind(FRAME, 100.4), false);
});

test("a newer picture that may still arrive is not missed", () => {
  assert.equal(seen("image", "stalled", { t: NOW - 0.5 }).badge.word, "Pushed");
  assert.equal(seen("image", "stalled", { t: 105, ageOf: () => null }).badge.word, "Pushed");
  assert.equal(isMissed(live("stalled"), NOW - 0.5), false);
  assert.equal(isBehind(FRAME, NOW - 0.5), true, "but what is seen is as old as it is");
});

test("pictures that are late over a slow connection are not missed", () => {
  for (const state of ["live", "late"]) {
    assert.equal(seen("image", state, { t: 105 }).badge.word, "Pushed");
  }
});

test("a video's pictures are not compared with its card's time", () => {
  assert.equal(seen("video", "live", { t: 105 }).badge.word, "Live");
});

test("without a picture nothing is behind", () => {
  assert.equal(isBehind(null, 105), false);
});
