import assert from "node:assert/strict";
import test from "node:test";

import { PollSchedule } from "../../../web/static/js/stream/poll-schedule.js";

/** @returns a PollSchedule whose requests are counted and answered immediately, and whose timer the test runs */
function makeSchedule({ random = 0.5, everyMs } = {}) {
  const setup = { requests: 0, timer: null };
  const request = async () => {
    setup.requests += 1;
  };
  const timers = {
    start: (run, ms) => (setup.timer = { run, ms }),
    stop: () => (setup.timer = null),
    random: () => random,
  };
  setup.schedule = new PollSchedule(request, timers, everyMs);
  setup.settled = () => new Promise((done) => setImmediate(done));
  setup.ring = () => {
    const { run } = setup.timer;
    setup.timer = null;
    run();
    return setup.settled();
  };
  return setup;
}

test("a visible page sends a request at the start and after a minute", async () => {
  const setup = makeSchedule();
  setup.schedule.setVisible(true);
  await setup.settled();
  assert.equal(setup.requests, 1);
  assert.equal(setup.timer.ms, 60_000);
  await setup.ring();
  assert.equal(setup.requests, 2);
  assert.equal(setup.timer.ms, 60_000);
});

test("the requests of many pages are spread over time", async () => {
  for (const [random, ms] of [[0, 45_000], [1, 75_000]]) {
    const setup = makeSchedule({ random });
    setup.schedule.setVisible(true);
    await setup.settled();
    assert.equal(setup.timer.ms, ms);
  }
});

test("a hidden page sends no requests, and one immediately when visible again", async () => {
  const setup = makeSchedule();
  setup.schedule.setVisible(true);
  await setup.settled();
  setup.schedule.setVisible(false);
  assert.equal(setup.timer, null);
  setup.schedule.setVisible(true);
  await setup.settled();
  assert.equal(setup.requests, 2);
});

test("a page that is hidden before the answer sends no more requests", async () => {
  const setup = makeSchedule();
  setup.schedule.setVisible(true);
  setup.schedule.setVisible(false);
  await setup.settled();
  assert.equal(setup.timer, null);
});

test("an opened picker sends a request immediately, followed by one timer", async () => {
  const setup = makeSchedule();
  setup.schedule.setVisible(true);
  await setup.settled();
  await setup.schedule.poll();
  assert.equal(setup.requests, 2);
  assert.ok(setup.timer);
});

test("a click and the focus it causes are one request", async () => {
  const setup = makeSchedule();
  setup.schedule.poll();
  setup.schedule.poll();
  await setup.settled();
  assert.equal(setup.requests, 1);
});

test("the interval can be shorter", async () => {
  const setup = makeSchedule({ everyMs: 10_000 });
  setup.schedule.setVisible(true);
  await setup.settled();
  assert.equal(setup.timer.ms, 10_000);
});
