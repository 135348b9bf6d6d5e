import assert from "node:assert/strict";
import test from "node:test";

import { ScalarHistory } from "../../../web/static/js/plots/scalar-history.js";

/** @returns the header of a frame that carries these pulses */
function frame(seq, ids, values, more = {}) {
  const pulses = { pulse_id: ids, t_source: ids.map((id) => 1000 + id / 100), values };
  return { epoch: 1, seq, t_received: 2000 + seq, ...more, pulses: { ...pulses, ...more.pulses } };
}

/** @returns a history of these frames */
function historyOf(...frames) {
  const history = new ScalarHistory();
  frames.forEach((header) => history.add(header));
  return history;
}

const pulses = (history) => Array.from(history.pulses(history.first, history.end));
const times = (history) => Array.from(history.times(history.first, history.end));
const values = (history, name) => Array.from(history.values(name, history.first, history.end));

test("every pulse of every frame is kept with its time", () => {
  const history = historyOf(frame(0, [1, 2, 3], { a: [10, 20, 30] }), frame(1, [4], { a: [40] }));
  assert.deepEqual(pulses(history), [1, 2, 3, 4]);
  assert.deepEqual(times(history), [1000.01, 1000.02, 1000.03, 1000.04]);
  assert.deepEqual(values(history, "a"), [10, 20, 30, 40]);
});

test("pulses without an id are kept, none is missed between them, and results belong to the newest", () => {
  const at = (seq, ids, values) => frame(seq, ids, { a: values }, { pulses: { t_source: ids.map(() => 1000 + seq) } });
  const history = historyOf(at(0, [1, 2], [1, 2]), at(1, [null, null], [3, 4]), at(2, [null], [5]), at(3, [3], [6]));
  assert.deepEqual(pulses(history), [1, 2, -Infinity, -Infinity, -Infinity, 3]);
  assert.deepEqual(values(history, "a"), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual([history.missed, history.restarts], [0, 0]);
  history.addResults(null, { found: 7 });
  assert.deepEqual(values(history, "found"), [NaN, NaN, NaN, NaN, 7, NaN]);
});

test("pulse ids beyond 2⁵³, which are strings, are distinguished", () => {
  const ids = ["9007199254740993", "9007199254740994", "9007199254740995"];
  const history = historyOf(frame(0, ids, { a: [1, 2, 3] }));
  assert.deepEqual(values(history, "a"), [1, 2, 3]);
  assert.deepEqual(history.exactPulses(0, 3), ids.map(BigInt));
  history.addResults(ids[1], { found: 7 });
  assert.ok(values(history, "found").includes(7));
});

test("each scalar has its statistics since the start", () => {
  const history = historyOf(frame(0, [1, 2], { a: [2, 4] }), frame(1, [3, 4], { a: [4, 6] }));
  const { count, min, max, mean, std } = history.channel("a").statistics;
  assert.deepEqual([count, min, max, mean, std], [4, 2, 6, 4, Math.SQRT2]);
});

test("statistics include the pulses that are no longer kept", () => {
  const history = new ScalarHistory({ rows: 625, values: 1e6, names: 5 });
  for (let seq = 0; seq < 1000; seq += 1) {
    history.add(frame(seq, [seq], { a: [seq] }));
  }
  assert.equal(pulses(history).length, 625);
  assert.equal(history.channel("a").statistics.min, 0);
});

test("a boolean is 0 or 1", () => {
  const history = historyOf(frame(0, [1, 2], { on: [false, true] }));
  assert.deepEqual(values(history, "on"), [0, 1]);
});

test("text has no trend, even if it is made of digits", () => {
  const history = historyOf(frame(0, [1, 2], { name: ["spot", "spot"], run: ["0815", "1796000000"] }));
  assert.deepEqual(history.scalars, []);
  assert.equal(history.channel("run").isScalar, false);
});

test("an integer beyond 2⁵³ has a trend of rounded numbers, and is kept exactly", () => {
  const big = ["9007199254740993", "-9223372036854775808", null, "18446744073709551615", 5];
  const history = historyOf(frame(0, [1, 2, 3, 4, 5], { big }));
  assert.deepEqual(history.scalars, ["big"]);
  assert.deepEqual(values(history, "big"), [2 ** 53, -(2 ** 63), NaN, 2 ** 64, 5]);
  assert.deepEqual(history.exactValues("big", 0, 5), [
    9007199254740993n, -9223372036854775808n, NaN, 18446744073709551615n, 5,
  ]);
  const { min, max, gaps } = history.channel("big");
  assert.deepEqual([min, max, gaps], [-9223372036854775808n, 18446744073709551615n, 1]);
});

test("neighbouring integers beyond 2⁵³ differ also after the oldest rows were overwritten", () => {
  const history = new ScalarHistory({ rows: 625, values: 1e6, names: 5 });
  for (let n = 0; n < 1000; n += 1) {
    history.add(frame(n, [n], { big: [`${9223372036854770000n + BigInt(n)}`] }));
  }
  const exact = Array.from(history.exactValues("big", history.first, history.end));
  assert.equal(exact.length, 625);
  assert.ok(exact.every((value, row) => value === 9223372036854770375n + BigInt(row)));
});

test("numbers without such integers have no further column", () => {
  const history = historyOf(frame(0, [1, 2], { a: [1, 2.5] }));
  assert.deepEqual(history.exactValues("a", 0, 2), Float64Array.of(1, 2.5));
});

test("pulses without a finite value are left out and counted", () => {
  const history = historyOf(frame(0, [1, 2, 3], { a: [1, null, 3] }));
  assert.deepEqual(values(history, "a"), [1, NaN, 3]);
  assert.equal(history.channel("a").gaps, 1);
  assert.equal(history.channel("a").statistics.count, 2);
});

test("a scalar that appears later is empty before", () => {
  const history = historyOf(frame(0, [1], { a: [1] }), frame(1, [2], { a: [2], b: [5] }));
  assert.deepEqual(values(history, "b"), [NaN, 5]);
});

test("the pulse since which a value has not changed is known", () => {
  const history = historyOf(
    frame(0, [1, 2, 3], { a: [7, 8, 8], name: ["x", "x", "x"] }),
    frame(1, [4], { a: [8], name: ["x"] }),
  );
  assert.equal(history.channel("a").since, 2);
  assert.equal(history.channel("name").since, 1);
});

test("a frame received again in another rendition adds nothing", () => {
  const again = frame(1, [3, 4], { a: [3, 4] });
  const history = historyOf(frame(0, [1, 2], { a: [1, 2] }), again, again, frame(0, [1, 2], { a: [1, 2] }));
  assert.deepEqual(pulses(history), [1, 2, 3, 4]);
  assert.equal(history.channel("a").statistics.count, 4);
  assert.equal(history.missed, 0);
});

test("a pulse that the source sent twice is kept once", () => {
  assert.deepEqual(pulses(historyOf(frame(0, [1, 2, 2, 3], { a: [1, 2, 2, 3] }))), [1, 2, 3]);
});

test("pulses whose ids are missing are counted and leave a gap", () => {
  const history = historyOf(frame(0, [1, 2, 3], { a: [1, 2, 3] }), frame(1, [8], { a: [8] }));
  assert.deepEqual([history.missed, history.pulseCount], [4, 4]);
  assert.deepEqual(pulses(history), [1, 2, 3, NaN, 8]);
  assert.deepEqual(values(history, "a"), [1, 2, 3, NaN, 8]);
});

test("pulses that a frame repeats are added once", () => {
  const history = historyOf(frame(0, [1, 2, 3], { a: [1, 2, 3] }), frame(1, [2, 3, 4], { a: [2, 3, 4] }));
  assert.deepEqual(pulses(history), [1, 2, 3, 4]);
  assert.equal(history.channel("a").statistics.count, 4);
});

test("pulses of a lost frame that the next one repeats are not missing", () => {
  const history = historyOf(frame(0, [1, 2, 3], { a: [1, 2, 3] }), frame(2, [3, 4, 5, 6], { a: [3, 4, 5, 6] }));
  assert.deepEqual(pulses(history), [1, 2, 3, 4, 5, 6]);
  assert.equal(history.missed, 0);
});

test("a frame that is missing misses no pulse when the next one has them all", () => {
  const history = historyOf(frame(0, [1, 2, 3], { a: [1, 2, 3] }), frame(9, [4, 5, 6], { a: [4, 5, 6] }));
  assert.deepEqual(pulses(history), [1, 2, 3, 4, 5, 6]);
});

test("a restarted source continues after a gap", () => {
  const history = historyOf(frame(0, [100, 101], { a: [1, 2] }), frame(0, [0, 1], { a: [3, 4] }, { epoch: 2 }));
  assert.deepEqual(pulses(history), [100, 101, NaN, 0, 1]);
  assert.deepEqual([history.restarts, history.missed], [1, 0]);
});

test("time never runs back, whatever the source's clock does", () => {
  const history = historyOf(
    frame(0, [1, 2], { a: [1, 2] }, { pulses: { t_source: [500, 501] } }),
    frame(1, [3, 4], { a: [3, 4] }, { pulses: { t_source: [100, 101] } }),
  );
  assert.deepEqual(times(history), [500, 501, 501, 502]);
});

test("a clock that was slightly behind is followed again", () => {
  const history = historyOf(frame(0, [1, 2, 3], { a: [1, 2, 3] }, { pulses: { t_source: [5, 4.9, 5.2] } }));
  assert.deepEqual(times(history), [5, 5, 5.2]);
});

test("pulses without a time are spread over the time since the last frame", () => {
  const untimed = { pulses: { t_source: [null, null, null, null] } };
  const history = historyOf(
    frame(0, [1, 2, 3, 4], { a: [1, 2, 3, 4] }, untimed),
    frame(1, [5, 6, 7, 8], { a: [5, 6, 7, 8] }, untimed),
  );
  assert.deepEqual(times(history), [2000, 2000, 2000, 2000, 2000.25, 2000.5, 2000.75, 2001]);
});

test("names beyond the limit are counted, not kept", () => {
  const history = new ScalarHistory({ rows: 625, values: 1e6, names: 2 });
  history.add(frame(0, [1], { a: [1], b: ["text"], c: [3], d: [4] }));
  assert.equal(history.omitted, 2);
  assert.equal(history.channel("c"), undefined);
});

test("2000 scalars keep fewer pulses each, and all of them the newest", () => {
  const names = Array.from({ length: 2000 }, (_, n) => `scalar_${n}`);
  const history = new ScalarHistory();
  for (let seq = 0; seq < 60; seq += 1) {
    const ids = Array.from({ length: 100 }, (_, n) => 100 * seq + n);
    history.add(frame(seq, ids, Object.fromEntries(names.map((name) => [name, ids]))));
  }
  assert.ok((history.end - history.first) * 2002 <= 8_000_000);
  assert.equal(values(history, "scalar_1999").at(-1), 5999);
  assert.equal(pulses(history).at(-1), 5999);
});

test("a row is found by its time", () => {
  const history = historyOf(frame(0, [1, 2, 3], { a: [1, 2, 3] }));
  assert.deepEqual([0, 1000.02, 1000.025, 5000].map((timeS) => history.rowAt(timeS)), [0, 1, 2, 3]);
});

const ODD = [undefined, null, {}, { pulse_id: 5 }, { pulse_id: [], values: null }, { pulse_id: [1], values: { a: 5 } }];

for (const odd of ODD) {
  test(`malformed pulses ${JSON.stringify(odd)} break nothing`, () => {
    const history = new ScalarHistory();
    history.add({ epoch: 1, seq: 0, t_received: 1, pulses: odd });
    assert.deepEqual(history.scalars, []);
  });
}

test("columns shorter than their pulses have gaps", () => {
  assert.deepEqual(values(historyOf(frame(0, [1, 2, 3], { a: [1] })), "a"), [1, NaN, NaN]);
});

test("results of a picture belong to its pulse", () => {
  const history = historyOf(frame(1, [7, 8, 9], { energy: [1, 2, 3] }));

  history.addResults(8, { "region 1 sum": 50 });

  assert.deepEqual(values(history, "region 1 sum"), [NaN, 50, NaN]);
});

test("results of a pulse that is not kept are ignored", () => {
  const history = historyOf(frame(1, [7], { energy: [1] }));

  history.addResults(6, { "region 1 sum": 50 });

  assert.deepEqual(history.scalars, ["energy"]);
});

test("the pulses of the first frame are kept, with or without an id", () => {
  const history = historyOf(frame(0, [5, null, 6], { a: [1, 2, 3] }, { pulses: { t_source: [1000, 1001, 1002] } }));
  assert.deepEqual(values(history, "a"), [1, 2, 3]);
});
