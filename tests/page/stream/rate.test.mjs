import assert from "node:assert/strict";
import test from "node:test";

import { Rate } from "../../../web/static/js/stream/rate.js";

test("a steady 25 a second is measured as that", () => {
  const rate = new Rate();
  for (let n = 0; n <= 100; n += 1) rate.mark(n * 0.04);
  assert.equal(rate.perSecond(4).toFixed(3), "25.000");
  assert.equal(rate.periodS.toFixed(3), "0.040");
});

test("one event every ten seconds is a rate of 0.1", () => {
  const rate = new Rate();
  for (let n = 0; n <= 4; n += 1) rate.mark(n * 10);
  assert.equal(rate.perSecond(41).toFixed(3), "0.100");
  assert.equal(rate.perSecond(55).toFixed(3), "0.100");
});

test("the rate of events that stopped falls to zero", () => {
  const rate = new Rate();
  for (let n = 0; n <= 100; n += 1) rate.mark(n * 0.04);
  assert.equal(rate.perSecond(5.5), 0);
});

test("one event has no rate", () => {
  const rate = new Rate();
  rate.mark(1);
  assert.equal(rate.perSecond(1), 0);
  assert.equal(rate.periodS, null);
});

test("a pause before a restart is no period", () => {
  const rate = new Rate();
  rate.mark(0);
  rate.restart();
  rate.mark(100);
  rate.mark(100.1);
  rate.mark(100.2);
  assert.equal(rate.periodS.toFixed(3), "0.100");
});

for (const before of [1, 2, 100]) {
  test(`one long pause is no period after ${before} events before it`, () => {
    const rate = new Rate();
    for (let n = 1 - before; n <= 0; n += 1) rate.mark(n * 0.04);
    for (const s of [600, 600.04, 600.08, 600.12]) {
      rate.mark(s);
      assert.ok((rate.periodS ?? 0) < 0.05, `${rate.periodS} s at ${s} s`);
    }
    assert.equal(rate.perSecond(600.12).toFixed(3), "25.000");
  });
}

test("a source that becomes slow is measured after three events", () => {
  const rate = new Rate();
  for (let n = -100; n <= 0; n += 1) rate.mark(n * 0.04);
  for (const s of [10, 20, 30]) rate.mark(s);
  assert.equal(rate.periodS, 10);
});
