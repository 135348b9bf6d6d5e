import assert from "node:assert/strict";
import test from "node:test";

import { PollSchedule } from "../../../web/static/js/stream/poll-schedule.js";

/** @returns a PollSchedule whose requests are counted and answered at once, and whose timer is held */
function makeSchedule({ random = 0.5, everyMs } = {}) {
  const it = { asked: 0, timer: null };
  const ask = async () => {
    it.asked += 1;
  };
  const timers = {
    start: (run, ms) => (it.timer = { run, ms }),
    stop: () => (it.timer = null),
    random: () => random,
  };
  it.schedule = new PollSchedule(ask, timers, everyMs);
  it.settled = () => new Promise((done) => setImmediate(done));
  it.ring = () => {
    const { run } = it.timer;
    it.timer = null;
    run();
    return it.settled();
  };
  return it;
}

test("a page that is seen asks at the start, and a minute later again", async () => {
  const it = makeSchedule();
  it.schedule.setVisible(true);
  await it.settled();
  assert.equal(it.asked, 1);
  assert.equal(it.timer.ms, 60_000);
  await it.ring();
  assert.equal(it.asked, 2);
  assert.equal(it.timer.ms, 60_000);
});

test("a thousand pages spread their questions", async () => {
  for (const [random, ms] of [[0, 45_000], [1, 75_000]]) {
    const it = makeSchedule({ random });
    it.schedule.setVisible(true);
    await it.settled();
    assert.equal(it.timer.ms, ms);
  }
});

test("a hidden page asks nothing, and at once when it is seen again", async () => {
  const it = makeSchedule();
  it.schedule.setVisible(true);
  await it.settled();
  it.schedule.setVisible(false);
  assert.equal(it.timer, null);
  it.schedule.setVisible(true);
  await it.settled();
  assert.equal(it.asked, 2);
});

test("a page that is hidden before the answer asks nothing more", async () => {
  const it = makeSchedule();
  it.schedule.setVisible(true);
  it.schedule.setVisible(false);
  await it.settled();
  assert.equal(it.timer, null);
});

test("a choice that is opened is asked for at once, with one timer after it", async () => {
  const it = makeSchedule();
  it.schedule.setVisible(true);
  await it.settled();
  await it.schedule.poll();
  assert.equal(it.asked, 2);
  assert.ok(it.timer);
});

test("a click and the focus that it brings are one question", async () => {
  const it = makeSchedule();
  it.schedule.poll();
  it.schedule.poll();
  await it.settled();
  assert.equal(it.asked, 1);
});

test("a page that needs to know sooner asks sooner", async () => {
  const it = makeSchedule({ everyMs: 10_000 });
  it.schedule.setVisible(true);
  await it.settled();
  assert.equal(it.timer.ms, 10_000);
});
