import assert from "node:assert/strict";
import test from "node:test";

import { PulseIds } from "../../../web/static/js/plots/pulse-ids.js";

/** @returns the result of the last of these ids */
function lastOf(...ids) {
  const pulses = new PulseIds();
  return ids.map((id) => pulses.observe(id)).at(-1);
}

for (const [what, ids, missed] of [
  ["the first pulse misses none", [700], 0],
  ["consecutive pulses miss none", [1, 2, 3], 0],
  ["a jump misses the pulses in between", [1, 2, 3, 7], 3],
  ["a camera of every fourth pulse misses none", [0, 4, 8, 12], 0],
  ["a camera of every fourth pulse misses one", [0, 4, 8, 16], 1],
  ["a repeated pulse misses none", [1, 2, 2], 0],
]) {
  test(what, () => {
    assert.deepEqual(lastOf(...ids), { missed, restarted: false });
  });
}

test("a source that becomes slower misses nothing after a while", () => {
  const fast = Array.from({ length: 50 }, (_, n) => n);
  const slow = Array.from({ length: 50 }, (_, n) => 50 + 4 * n);
  assert.equal(lastOf(...fast, ...slow).missed, 0);
});

for (const [what, ids] of [
  ["an id that goes back", [500, 501, 1]],
  ["an id far ahead", [1, 2, 1_000_000]],
]) {
  test(`${what} is a restart`, () => {
    assert.deepEqual(lastOf(...ids), { missed: 0, restarted: true });
  });
}

test("the period is estimated again after a restart", () => {
  assert.equal(lastOf(500, 501, 502, 0, 4, 8).missed, 0);
});
