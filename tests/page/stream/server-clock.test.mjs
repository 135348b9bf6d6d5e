import assert from "node:assert/strict";
import test from "node:test";

import { ServerClock } from "../../../web/static/js/stream/server-clock.js";

const near = (actual, expected, slack = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= slack, `${actual} is not ${expected}`);

test("before the first message the age is unknown", () => {
  assert.equal(new ServerClock().ageS(1000, 5), null);
});

test("the fastest message determines the difference of the clocks", () => {
  const clock = new ServerClock();
  clock.observe(1000, 10.5);
  clock.observe(1001, 11.01);
  clock.observe(1002, 12.7);
  near(clock.ageS(1002, 13.01), 1, 1e-3);
});

test("a connection that is congested for a minute does not make old frames recent", () => {
  const clock = new ServerClock();
  clock.observe(1000, 0);
  for (let s = 1; s <= 60; s += 1) {
    clock.observe(1000 + s, s + 3);
  }
  near(clock.ageS(1060, 63), 3, 0.01);
});

test("two clocks that drift apart by 50 ppm are followed for a day", () => {
  const clock = new ServerClock();
  for (let s = 0; s <= 86_400; s += 10) {
    clock.observe(1000 + s * (1 - 5e-5), s);
  }
  near(clock.ageS(1000 + 86_400 * (1 - 5e-5), 86_400), 0, 0.001);
});

test("a server's clock that is set forward is followed immediately", () => {
  const clock = new ServerClock();
  clock.observe(1000, 0);
  clock.observe(4601, 1);
  near(clock.ageS(4601, 1.2), 0.2);
});

test("a server's clock that is set back is followed immediately", () => {
  const clock = new ServerClock();
  clock.observe(4600, 0);
  clock.observe(1001, 1);
  near(clock.ageS(1001, 1.2), 0.2);
});

test("a message a second older than the last does not count as a clock set back", () => {
  const clock = new ServerClock();
  clock.observe(1000, 0);
  clock.observe(999, 0.1);
  near(clock.ageS(1000, 0.1), 0.1, 1e-3);
});

test("a new connection restarts the estimate, and the old one applies until then", () => {
  const clock = new ServerClock();
  clock.observe(1000, 0);
  clock.restart();
  near(clock.ageS(1000, 2), 2);
  clock.observe(1003, 4);
  near(clock.ageS(1003, 4), 0);
});

test("an age is never below zero", () => {
  const clock = new ServerClock();
  clock.observe(1000, 0);
  assert.equal(clock.ageS(1005, 1), 0);
});

for (const odd of [null, undefined, "1000", NaN, Infinity, -1, 0, {}]) {
  test(`${JSON.stringify(odd) ?? odd} is not a server time`, () => {
    const clock = new ServerClock();
    clock.observe(odd, 1);
    assert.equal(clock.ageS(1000, 1), null);
  });
}

test("on a connection with a delay of 0.4 s an answer corrects the estimate", () => {
  const clock = new ServerClock();
  clock.observeAnswer(10, 1000.02, 10.04);
  for (let s = 1; s <= 60; s += 1) {
    clock.observe(1000 + s, 10.4 + s);
  }
  near(clock.ageS(1060, 70.4), 0.4, 0.02);
});

test("a late answer gives an estimate in the middle, and a fast message improves it", () => {
  const clock = new ServerClock();
  clock.observeAnswer(10, 1000, 11);
  near(clock.ageS(1000, 10.5), 0, 1e-6);
  clock.observe(1001, 11.01);
  near(clock.ageS(1001, 11.01), 0, 1e-3);
});

test("a late answer on a busy connection does not make the frames recent", () => {
  const clock = new ServerClock();
  clock.observeAnswer(10, 1000.001, 10.002);
  clock.observe(1060, 70.4);
  clock.observeAnswer(80, 1070.001, 80.4);
  near(clock.ageS(1070, 80.4), 0.4, 0.01);
});

test("clocks that drift apart are followed on a connection that is always busy", () => {
  for (const drift of [5e-5, -5e-5]) {
    const clock = new ServerClock();
    const server = (/** @type {number} */ s) => 1000 + s * (1 + drift);
    for (let s = 0; s <= 3600; s += 1) {
      if (s % 60 === 0) {
        clock.observeAnswer(s, server(s + 0.005), s + (s ? 0.4 : 0.01));
      }
      clock.observe(server(s), s + 0.4);
    }
    const age = clock.ageS(server(3600), 3600.4);
    assert.ok(age > 0.2 && age < 0.42, `${age}`);
  }
});

test("a server's clock that is set is followed, and requested again", () => {
  const clock = new ServerClock();
  clock.observeAnswer(0, 1000, 0.01);
  clock.observe(4600, 1);
  near(clock.ageS(4600, 1.5), 0.5);
  assert.equal(clock.shouldAsk(1.1), true);
});

test("the time is requested once a minute, with or without answers", () => {
  const clock = new ServerClock();
  clock.observeAnswer(0, 1000, 0.01);
  const times = [];
  for (let s = 1; s < 200; s += 1) {
    if (clock.shouldAsk(s)) times.push(s);
  }
  assert.deepEqual(times, [61, 121, 181]);
});

for (const setByS of [-0.7, -2, -4.9]) {
  test(`a server's clock that is set by ${setByS} s is requested within two seconds, and followed`, () => {
    const clock = new ServerClock();
    clock.observeAnswer(0, 1000, 0.01);
    for (let n = 1; n <= 100; n += 1) clock.observe(1000 + n / 10, n / 10 + 0.01);

    clock.observe(1010.1 + setByS, 10.11);
    assert.equal(clock.shouldAsk(10.12), true);
    assert.equal(clock.shouldAsk(12), false);
    clock.observeAnswer(10.12, 1010.13 + setByS, 10.14);

    near(clock.ageS(1010.1 + setByS, 10.14), 0.04, 0.02);
    assert.equal(clock.shouldAsk(14), false);
  });
}

test("an answer without a time is ignored", () => {
  const clock = new ServerClock();
  clock.observeAnswer(0, null, 0.01);
  clock.observeAnswer(0, undefined, 0.01);
  assert.equal(clock.ageS(1000, 1), null);
});

test("a page whose first answer was slow asks again until it knows the clock well", () => {
  const clock = new ServerClock();
  clock.observeAnswer(0, 1000.2, 0.5); // the true difference is -999.72: the request was the slow part
  near(clock.ageS(1000, 0.28), 0.23);
  assert.equal(clock.shouldAsk(2), false);
  assert.equal(clock.shouldAsk(2.5), true);
  clock.observeAnswer(2.5, 1002.23, 2.53);
  near(clock.ageS(1002, 2.28), 0, 0.011);
  assert.equal(clock.shouldAsk(10), false);
});
