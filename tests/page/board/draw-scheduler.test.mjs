import assert from "node:assert/strict";
import test from "node:test";

import { DrawScheduler } from "../../../web/static/js/board/draw-scheduler.js";

/** Gives turns, each of which takes so many milliseconds. @returns {{drawn: string[], more: boolean}} */
function give(turns, ms) {
  let now = 0;
  const drawn = [];
  const more = turns.give((who) => {
    drawn.push(who);
    now += ms;
  }, () => now);
  return { drawn, more };
}

function waiting(...who) {
  const turns = new DrawScheduler();
  who.forEach((one) => turns.want(one));
  return turns;
}

test("who waits is drawn once, however often that was wanted", () => {
  const turns = waiting("a", "b", "a", "a");
  assert.deepEqual(give(turns, 1), { drawn: ["a", "b"], more: false });
  assert.deepEqual(give(turns, 1), { drawn: [], more: false });
});

test("who finds no time comes first the next time, before those who came again", () => {
  const turns = waiting("a", "b", "c");
  assert.deepEqual(give(turns, 5), { drawn: ["a", "b"], more: true });
  turns.want("a");
  assert.deepEqual(give(turns, 5), { drawn: ["c", "a"], more: false });
});

test("one is drawn though it takes longer than there is time", () => {
  assert.deepEqual(give(waiting("a", "b"), 100), { drawn: ["a"], more: true });
});

test("who left is not drawn", () => {
  const turns = waiting("a", "b");
  turns.leave("a");
  assert.deepEqual(give(turns, 1).drawn, ["b"]);
});

test("fifty that always want are all drawn in turn", () => {
  const all = Array.from({ length: 50 }, (_, index) => `${index}`);
  const turns = new DrawScheduler();
  const times = new Map(all.map((one) => [one, 0]));
  for (let frame = 0; frame < 100; frame += 1) {
    all.forEach((one) => turns.want(one));
    give(turns, 3).drawn.forEach((one) => times.set(one, times.get(one) + 1));
  }
  for (const drawn of times.values()) assert.ok(Math.abs(drawn - 6) <= 1, String(drawn));
});
