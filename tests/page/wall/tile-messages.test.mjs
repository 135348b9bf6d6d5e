import assert from "node:assert/strict";
import test from "node:test";

import { boardSummary, summary, tileMessage } from "../../../web/static/js/wall/tile-messages.js";

const LIVE = { state: "live", badge: "Live", tone: "good", title: "Live", cause: "", action: "" };
const LOST = { state: "lost", badge: "Source lost", tone: "bad", title: "It broke", cause: "why", action: "do" };

test("a live picture has no words in it", () => {
  assert.equal(tileMessage(LIVE, true, 0.1), null);
});

test("what is not live says its state and its age", () => {
  assert.deepEqual(tileMessage(LOST, true, 12.3), { title: "It broke", old: "12 s old", cause: "why", action: "do" });
});

test("where no picture was seen, no age is said", () => {
  assert.equal(tileMessage(LOST, true, null).old, "");
});

test("a live stream without a picture says that", () => {
  assert.match(tileMessage(LIVE, false, 0.1).title, /no picture/);
});

test("the summary counts what is not live", () => {
  assert.equal(summary(1, 0), "1 stream");
  assert.equal(summary(9, 0), "9 streams");
  assert.equal(summary(9, 2), "9 streams, 2 not live");
});

test("a board says how many cards it has, and the first of their names", () => {
  assert.deepEqual(boardSummary({ cards: 1, titles: ["Beam current"] }), { cardCount: "1 card", titles: ["Beam current"] });
  assert.deepEqual(boardSummary({ cards: 9, titles: ["a", "b"] }), { cardCount: "9 cards", titles: ["a", "b", "and 7 more"] });
});

test("a board of which little is known, or nonsense, has no names", () => {
  for (const status of [null, {}, { cards: 3, titles: "x" }]) {
    assert.deepEqual(boardSummary(status).titles, []);
  }
  assert.equal(boardSummary({ cards: 3 }).cardCount, "3 cards");
});
