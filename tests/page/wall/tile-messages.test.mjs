import assert from "node:assert/strict";
import test from "node:test";

import { boardSummary, pulseText, summary, syncText, tileMessage } from "../../../web/static/js/wall/tile-messages.js";

const LIVE = { state: "live", badge: "Live", tone: "good", title: "Live", cause: "", action: "" };
const LOST = { state: "lost", badge: "Source lost", tone: "bad", title: "It broke", cause: "why", action: "do" };

test("a live picture has no message", () => {
  assert.equal(tileMessage(LIVE, true, 0.1), null);
});

test("a stream that is not live has a message and an age", () => {
  assert.deepEqual(tileMessage(LOST, true, 12.3), { title: "It broke", old: "12 s old", cause: "why", action: "do" });
});

test("without a picture there is no age", () => {
  assert.equal(tileMessage(LOST, true, null).old, "");
});

test("a live stream without a picture has a message", () => {
  assert.match(tileMessage(LIVE, false, 0.1).title, /no picture/);
});

test("the summary counts the streams that are not live", () => {
  assert.equal(summary(1, 0), "1 stream");
  assert.equal(summary(9, 0), "9 streams");
  assert.equal(summary(9, 2), "9 streams, 2 not live");
});

test("the summary of a board has the number of cards and the first names", () => {
  assert.deepEqual(boardSummary({ cards: 1, titles: ["Beam current"] }), { cardCount: "1 card", titles: ["Beam current"] });
  assert.deepEqual(boardSummary({ cards: 9, titles: ["a", "b"] }), { cardCount: "9 cards", titles: ["a", "b", "and 7 more"] });
});

test("a board with a missing or invalid status has no names", () => {
  for (const status of [null, {}, { cards: 3, titles: "x" }]) {
    assert.deepEqual(boardSummary(status).titles, []);
  }
  assert.equal(boardSummary({ cards: 3 }).cardCount, "3 cards");
});

test("a tile says its pulse, and in words when it is not the others'", () => {
  const text = (relation, pulse) => pulseText(relation, pulse).text;
  assert.equal(text("same", 28151), "28\u202f151");
  assert.equal(text("other", 28150), "other pulse · 28\u202f150");
  assert.equal(text("unsteady", 7), "ids do not advance · 7");
  assert.equal(text("unsteady", null), "ids do not advance");
  assert.equal(text("none", 7), "no pulse ids");
  assert.equal(text("stopped", 28088), "28\u202f088");
});

test("the switch says the pulse, the share of equal repaints and the cost in age", () => {
  assert.equal(syncText({ pulse: 28151, share: 0.998, costS: 0.1234 }), "28\u202f151 · 99.8 % · +0.12 s");
  assert.equal(syncText({ pulse: 5, share: 1, costS: 0 }), "5 · 100 % · +0.00 s");
});

test("100 % is said only if all repaints were equal", () => {
  assert.match(syncText({ pulse: 5, share: 0.9999, costS: 0 }), / 99\.9 %/);
});

test("a wall without common pulses says so", () => {
  assert.equal(syncText({ pulse: null, share: null, costS: null }), "no common pulses");
});
