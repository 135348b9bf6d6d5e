import assert from "node:assert/strict";
import test from "node:test";

import { Freshness } from "../../../web/static/js/board/freshness.js";

function changing(...times) {
  const freshness = new Freshness();
  for (const t of times) freshness.onChange(1000 + t);
  return freshness;
}

test("the value of a card that changed once is old after a minute", () => {
  assert.equal(changing(0).isOld(59), false);
  assert.equal(changing(0).isOld(61), true);
});

test("a fast card's value is old after five seconds", () => {
  assert.equal(changing(0, 0.1, 0.2, 0.3).isOld(4.9), false);
  assert.equal(changing(0, 0.1, 0.2, 0.3).isOld(5.1), true);
});

test("a slow card's value is old after five periods", () => {
  assert.equal(changing(0, 10, 20, 30).isOld(49), false);
  assert.equal(changing(0, 10, 20, 30).isOld(51), true);
});

test("one long pause does not change the period", () => {
  assert.equal(changing(0, 1, 2, 3, 3600, 3601).isOld(6), true);
});

test("two changes are not enough for a period", () => {
  assert.equal(changing(0, 3600).isOld(6), false);
  assert.equal(changing(0, 3600).isOld(61), true);
});

test("an unknown age is old", () => {
  assert.equal(changing(0, 1, 2).isOld(null), true);
});

test("a repeated or earlier time is no change", () => {
  assert.equal(changing(0, 0, 10, 10, 20, 20, 30).periodS, 10);
  assert.equal(changing(0, 10, 5, 15, 25).periodS, 10);
});
