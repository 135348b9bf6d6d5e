import assert from "node:assert/strict";
import test from "node:test";

import { measureDraw } from "../../../web/static/js/plots/draw-timing.js";

/** A fake clock, and work that takes a given time. */
function computer() {
  let s = 100;
  const durations = [];
  const work = (/** @type {number} */ forS) => (s += forS);
  return { work, durations, time: (draw) => measureDraw(() => s, draw, (durationS) => durations.push(durationS)) };
}

test("drawing in a microtask counts, as uPlot does it", async () => {
  const { work, durations, time } = computer();
  time(() => {
    work(1);
    queueMicrotask(() => work(20));
  });
  await null;
  assert.deepEqual(durations, [21]);
});

test("other work in the same turn, before or after the drawing, does not count", async () => {
  const { work, durations, time } = computer();
  queueMicrotask(() => work(300));
  time(() => {
    work(1);
    queueMicrotask(() => work(20));
  });
  work(4000);
  queueMicrotask(() => work(50_000));
  await null;
  assert.deepEqual(durations, [21]);
});
