import assert from "node:assert/strict";
import test from "node:test";

import { ServerClock } from "../../web/static/js/clock.js";

const near = (actual, expected, slack = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= slack, `${actual} is not ${expected}`);

test("nothing is known before the first message", () => {
  assert.equal(new ServerClock().ageS(1000, 5), null);
});

test("the quickest message tells the difference of the clocks", () => {
  const clock = new ServerClock();
  clock.learn(1000, 10.5);
  clock.learn(1001, 11.01);
  clock.learn(1002, 12.7);
  near(clock.ageS(1002, 13.01), 1, 1e-3);
});

test("a line that stays congested for a minute does not make old frames young", () => {
  const clock = new ServerClock();
  clock.learn(1000, 0);
  for (let s = 1; s <= 60; s += 1) {
    clock.learn(1000 + s, s + 3);
  }
  near(clock.ageS(1060, 63), 3, 0.01);
});

test("two clocks that drift apart by 50 ppm are followed for a day", () => {
  const clock = new ServerClock();
  for (let s = 0; s <= 86_400; s += 10) {
    clock.learn(1000 + s * (1 - 5e-5), s);
  }
  near(clock.ageS(1000 + 86_400 * (1 - 5e-5), 86_400), 0, 0.001);
});

test("a server's clock that is set forward is followed at once", () => {
  const clock = new ServerClock();
  clock.learn(1000, 0);
  clock.learn(4601, 1);
  near(clock.ageS(4601, 1.2), 0.2);
});

test("a server's clock that is set back is followed at once", () => {
  const clock = new ServerClock();
  clock.learn(4600, 0);
  clock.learn(1001, 1);
  near(clock.ageS(1001, 1.2), 0.2);
});

test("a message a second older than the last is no clock set back", () => {
  const clock = new ServerClock();
  clock.learn(1000, 0);
  clock.learn(999, 0.1);
  near(clock.ageS(1000, 0.1), 0.1, 1e-3);
});

test("a new line starts the estimate anew, and the old one holds until then", () => {
  const clock = new ServerClock();
  clock.learn(1000, 0);
  clock.renew();
  near(clock.ageS(1000, 2), 2);
  clock.learn(1003, 4);
  near(clock.ageS(1003, 4), 0);
});

test("an age is never below zero", () => {
  const clock = new ServerClock();
  clock.learn(1000, 0);
  assert.equal(clock.ageS(1005, 1), 0);
});

for (const odd of [null, undefined, "1000", NaN, Infinity, -1, 0, {}]) {
  test(`${JSON.stringify(odd) ?? odd} is no server time`, () => {
    const clock = new ServerClock();
    clock.learn(odd, 1);
    assert.equal(clock.ageS(1000, 1), null);
  });
}
