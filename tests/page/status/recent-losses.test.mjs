import assert from "node:assert/strict";
import test from "node:test";

import { RecentLosses, lossText } from "../../../web/static/js/status/recent-losses.js";

/** What `a` lost in the last minute, after its counters had these values at these times. */
function lost(...samples) {
  const losses = new RecentLosses();
  samples.forEach(([atS, counts]) => losses.update(new Map([["a", counts]]), atS));
  return losses.of("a");
}

test("a counter that stands still is no loss", () => {
  assert.deepEqual(lost([0, { missed: 7 }], [3, { missed: 7 }]), {});
});

test("what was lost before the page was opened is not recent", () => {
  assert.deepEqual(lost([0, { missed: 1204 }]), {});
});

test("rises are added", () => {
  assert.deepEqual(lost([0, { missed: 7 }], [3, { missed: 9 }], [6, { missed: 10, withheld: 4 }]), { missed: 3, withheld: 4 });
});

test("a counter that appears has risen from nothing", () => {
  assert.deepEqual(lost([0, {}], [3, { missed: 2 }]), { missed: 2 });
});

test("a counter that starts again has lost what it has", () => {
  assert.deepEqual(lost([0, { missed: 7 }], [3, { missed: 2 }]), { missed: 2 });
});

test("a loss is forgotten after a minute", () => {
  const samples = Array.from({ length: 22 }, (_, index) => [3 * (index + 1), { missed: 1 }]);
  assert.deepEqual(lost([0, {}], ...samples.slice(0, 20)), { missed: 1 });
  assert.deepEqual(lost([0, {}], ...samples), {});
});

test("a rise over a pause, as of a hidden tab, is not taken as recent", () => {
  assert.deepEqual(lost([0, { missed: 1 }], [600, { missed: 99 }]), {});
});

test("a stream that is gone is forgotten", () => {
  const losses = new RecentLosses();
  losses.update(new Map([["a", {}]]), 0);
  losses.update(new Map([["a", { missed: 3 }]]), 1);
  losses.update(new Map(), 2);
  assert.deepEqual(losses.of("a"), {});
});

test("a loss is said with the words of the page of a picture", () => {
  const { cause, cure } = lossText({ missed: 1200, publish_failed: 4 });
  assert.equal(cause, "1\u202f204 lost in the last minute.");
  assert.match(cure, /^1\u202f200 before Beamcast: pulses that did not arrive .* 4 at the picture server: .*\.$/);
  assert.match(lossText({ missed: 12 }).cure, /^Before Beamcast: pulses that did not arrive /);
  assert.equal(lossText({ of_tomorrow: 1 }).cure, "Of tomorrow.");
});
