import assert from "node:assert/strict";
import test from "node:test";

import { PulseSync } from "../../../web/static/js/wall/pulse-sync.js";

const settled = () => new Promise((done) => setImmediate(done));

/** Two tiles on a screen whose animation frames come when the test says so. */
function wall() {
  const clock = { s: 100 };
  const log = [];
  const frames = [];
  const sync = new PulseSync({
    animationFrame: () => new Promise((done) => frames.push(done)),
    nowS: () => clock.s,
    onRepaint: () => log.push("repaint"),
  });
  const tiles = { a: { name: "a" }, b: { name: "b" } };
  const come = (tile, pulse) =>
    sync.hold(tiles[tile], {
      frame: { header: { pulse_id: pulse } },
      paint: () => log.push(`${tile}${pulse}`),
      skip: () => log.push(`-${tile}${pulse}`),
    });
  const animate = async (s = 0.016) => {
    clock.s += s;
    frames.splice(0).forEach((now) => now());
    await settled();
  };
  return { sync, tiles, clock, log, frames, come, animate };
}

test("while it is off no frame is held", () => {
  const { come, frames } = wall();
  assert.equal(come("a", 1), null);
  assert.equal(frames.length, 0);
});

test("both tiles are drawn in one animation frame, and the page hears of it once", async () => {
  const { sync, come, animate, log, clock } = wall();
  sync.switchTo(true, []);
  for (const pulse of [1, 2, 3]) {
    come("a", pulse);
    clock.s += 0.05;
    await animate();
    come("b", pulse);
    await animate();
  }
  assert.deepEqual(log.slice(-3), ["a3", "b3", "repaint"]);
  assert.equal(sync.facts.pulse, 3);
  assert.ok(sync.facts.costS > 0.02);
});

test("no animation frame is requested while no frame waits", async () => {
  const { sync, come, animate, frames } = wall();
  sync.switchTo(true, []);
  come("a", 1);
  await animate();
  assert.equal(frames.length, 0);
});

test("switching it off gives the waiting frames back and restarts the figures", async () => {
  const { sync, tiles, come, animate, log, clock } = wall();
  sync.switchTo(true, []);
  for (const pulse of [1, 2]) {
    come("a", pulse);
    clock.s += 0.05;
    come("b", pulse);
    await animate();
  }
  come("a", 3);
  await animate();
  sync.switchTo(false, Object.values(tiles));
  assert.ok(log.includes("-a3"));
  assert.deepEqual(sync.facts, { pulse: null, share: null, costS: null });
});

test("a covered window, without animation frames, decodes no more than four", async () => {
  const { sync, come, animate } = wall();
  sync.switchTo(true, []);
  for (let pulse = 1; pulse <= 3; pulse += 1) come("a", pulse);
  let isReady = false;
  come("a", 4).then(() => (isReady = true));
  await settled();
  assert.equal(isReady, false);
  await animate();
  assert.equal(isReady, true);
});

test("other pulse is said for half a second at least", async () => {
  const { sync, tiles, come, animate, clock } = wall();
  sync.switchTo(true, []);
  for (const pulse of [1, 2]) {
    come("a", pulse);
    come("b", pulse);
    await animate();
    clock.s += 0.1;
  }
  come("a", 3);
  for (let n = 0; n < 15; n += 1) await animate();
  assert.equal(sync.relationOf(tiles.b).relation, "other");
  come("b", 3);
  await animate();
  assert.deepEqual(sync.relationOf(tiles.b), { pulse: 3, relation: "other" });
  clock.s += 0.6;
  assert.deepEqual(sync.relationOf(tiles.b), { pulse: 3, relation: "same" });
});
