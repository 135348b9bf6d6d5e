import assert from "node:assert/strict";
import test from "node:test";

import { measureDraw } from "../../../web/static/js/plots/draw-timing.js";

/** A clock and what takes so many seconds of it. */
function computer() {
  let s = 100;
  const told = [];
  const works = (/** @type {number} */ forS) => (s += forS);
  return { works, told, time: (draw) => measureDraw(() => s, draw, (tookS) => told.push(tookS)) };
}

test("what is drawn in a microtask of its own counts, as uPlot does it", async () => {
  const { works, told, time } = computer();
  time(() => {
    works(1);
    queueMicrotask(() => works(20));
  });
  await null;
  assert.deepEqual(told, [21]);
});

test("what others do before and after it in the same turn does not count", async () => {
  const { works, told, time } = computer();
  queueMicrotask(() => works(300));
  time(() => {
    works(1);
    queueMicrotask(() => works(20));
  });
  works(4000);
  queueMicrotask(() => works(50_000));
  await null;
  assert.deepEqual(told, [21]);
});
