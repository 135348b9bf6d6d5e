import assert from "node:assert/strict";
import test from "node:test";

import { DrawScheduler } from "../../../web/static/js/board/draw-scheduler.js";

/** Runs a scheduler whose drawings take some milliseconds each. @returns {{drawn: string[], more: boolean}} */
function run(scheduler, ms) {
  let now = 0;
  const drawn = [];
  const more = scheduler.run((item) => {
    drawn.push(item);
    now += ms;
  }, () => now);
  return { drawn, more };
}

function waiting(...items) {
  const scheduler = new DrawScheduler();
  items.forEach((one) => scheduler.request(one));
  return scheduler;
}

test("an item is drawn once, however often that was requested", () => {
  const scheduler = waiting("a", "b", "a", "a");
  assert.deepEqual(run(scheduler, 1), { drawn: ["a", "b"], more: false });
  assert.deepEqual(run(scheduler, 1), { drawn: [], more: false });
});

test("an item that found no time comes first the next time, before repeated requests", () => {
  const scheduler = waiting("a", "b", "c");
  assert.deepEqual(run(scheduler, 5), { drawn: ["a", "b"], more: true });
  scheduler.request("a");
  assert.deepEqual(run(scheduler, 5), { drawn: ["c", "a"], more: false });
});

test("one item is drawn even if it takes longer than the budget", () => {
  assert.deepEqual(run(waiting("a", "b"), 100), { drawn: ["a"], more: true });
});

test("a cancelled item is not drawn", () => {
  const scheduler = waiting("a", "b");
  scheduler.cancel("a");
  assert.deepEqual(run(scheduler, 1).drawn, ["b"]);
});

test("fifty items that always wait are all drawn in turn", () => {
  const all = Array.from({ length: 50 }, (_, index) => `${index}`);
  const scheduler = new DrawScheduler();
  const times = new Map(all.map((one) => [one, 0]));
  for (let frame = 0; frame < 100; frame += 1) {
    all.forEach((one) => scheduler.request(one));
    run(scheduler, 3).drawn.forEach((one) => times.set(one, times.get(one) + 1));
  }
  for (const drawn of times.values()) assert.ok(Math.abs(drawn - 6) <= 1, String(drawn));
});
