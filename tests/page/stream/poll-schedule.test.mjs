import assert from "node:assert/strict";
import test from "node:test";

import { PollSchedule } from "../../../web/static/js/stream/poll-schedule.js";

/** @returns a PollSchedule whose requests are counted and answered immediately, and whose timer the test runs */
function makeSchedule({ random = 0.5, everyMs } = {}) {
  const it = { requests: 0, timer: null };
  const request = async () => {
    it.requests += 1;
  };
  const timers = {
    start: (run, ms) => (it.timer = { run, ms }),
    stop: () => (it.timer = null),
    random: () => random,
  };
  it.schedule = new PollSchedule(request, timers, everyMs);
  it.settled = () => new Promise((done) => setImmediate(done));
  it.ring = () => {
    const { run } = it.timer;
    it.timer = null;
    run();
    return it.settled();
  };
  return it;
}

test("a visible page sends a request at the start and after a minute", async () => {
  const it = makeSchedule();
  it.schedule.setVisible(true);
  await it.settled();
  assert.equal(it.requests, 1);
  assert.equal(it.timer.ms, 60_000);
  await it.ring();
  assert.equal(it.requests, 2);
  assert.equal(it.timer.ms, 60_000);
});

test("the requests of many pages are spread over time", async () => {
  for (const [random, ms] of [[0, 45_000], [1, 75_000]]) {
    const it = makeSchedule({ random });
    it.schedule.setVisible(true);
    await it.settled();
    assert.equal(it.timer.ms, ms);
  }
});

test("a hidden page sends no requests, and one immediately when visible again", async () => {
  const it = makeSchedule();
  it.schedule.setVisible(true);
  await it.settled();
  it.schedule.setVisible(false);
  assert.equal(it.timer, null);
  it.schedule.setVisible(true);
  await it.settled();
  assert.equal(it.requests, 2);
});

test("a page that is hidden before the answer sends no more requests", async () => {
  const it = makeSchedule();
  it.schedule.setVisible(true);
  it.schedule.setVisible(false);
  await it.settled();
  assert.equal(it.timer, null);
});

test("an opened picker sends a request immediately, followed by one timer", async () => {
  const it = makeSchedule();
  it.schedule.setVisible(true);
  await it.settled();
  await it.schedule.poll();
  assert.equal(it.requests, 2);
  assert.ok(it.timer);
});

test("a click and the focus it causes are one request", async () => {
  const it = makeSchedule();
  it.schedule.poll();
  it.schedule.poll();
  await it.settled();
  assert.equal(it.requests, 1);
});

test("the interval can be shorter", async () => {
  const it = makeSchedule({ everyMs: 10_000 });
  it.schedule.setVisible(true);
  await it.settled();
  assert.equal(it.timer.ms, 10_000);
});
