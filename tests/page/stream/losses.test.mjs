import assert from "node:assert/strict";
import test from "node:test";

import { Losses } from "../../../web/static/js/stream/losses.js";

const NONE = { skipped: 0, disordered: 0, unreadable: 0 };

test("what was lost before the page was opened is not counted, what the server dropped for it is", () => {
  const losses = new Losses();
  assert.equal(losses.update({ missed: 1000, pulses_lost: 5, dropped: 2 }, NONE).total, 2);
  assert.equal(losses.update({ missed: 1003, pulses_lost: 5, dropped: 4 }, { ...NONE, skipped: 1 }).total, 8);
});

test("a counter that starts again adds to what was counted", () => {
  const losses = new Losses();
  losses.update({ missed: 10 }, NONE);
  losses.update({ missed: 12 }, NONE);
  assert.equal(losses.update({ missed: 1 }, NONE).total, 3);
  assert.equal(losses.update(null, NONE).total, 3);
});

test("a rate that ingest reduces is not a loss", () => {
  assert.equal(new Losses().update({ skipped: 900, missed: 0 }, NONE).total, 0);
});

test("each loss is explained, also those that did not happen", () => {
  const { losses } = new Losses().update({}, { ...NONE, unreadable: 2 });
  assert.equal(losses.length, 7);
  assert.ok(losses.every(({ name, explanation }) => name && explanation));
  assert.deepEqual(losses.filter(({ count }) => count).map(({ name }) => name), ["unreadable"]);
});
