import assert from "node:assert/strict";
import test from "node:test";

import { boardSummary, countText, notLiveText, pulseText, syncText } from "../../../web/static/js/wall/tile-messages.js";

test("a wall says how many streams it has, and how many are not live", () => {
  assert.deepEqual([1, 9].map(countText), ["1 stream", "9 streams"]);
  assert.deepEqual([0, 1, 2].map(notLiveText), ["", "1 not live", "2 not live"]);
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
