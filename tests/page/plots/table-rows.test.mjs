import assert from "node:assert/strict";
import test from "node:test";

import { ScalarHistory } from "../../../web/static/js/plots/scalar-history.js";
import { captionParts, screenRows, sourceRows, valueRows } from "../../../web/static/js/plots/table-rows.js";

const find = (rows, name) => rows.find((row) => row.name === name);

/** @returns the rows of these values, after these pulses were received */
function rowsOf(values, schema = null, pulses = {}) {
  const history = new ScalarHistory();
  history.add({ epoch: 1, seq: 0, t_received: 1, pulses });
  return valueRows({ pulse_id: 7, values }, schema, history);
}

test("every value has a row, with its unit", () => {
  const values = { beam_energy: 11.35, mode: "<i>", lost: null, on: true };
  const schema = { channels: [{ name: "beam_energy", unit: "GeV" }, { name: "mode" }] };
  const rows = rowsOf(values, schema);
  assert.deepEqual(rows.map(({ name, value, unit }) => [name, value, unit]), [
    ["beam_energy", "11.3500", "GeV"],
    ["mode", "<i>", ""],
    ["lost", "–", ""],
    ["on", "true", ""],
  ]);
});

for (const channels of [null, 5, [null], [{}]]) {
  test(`a schema whose channels are ${JSON.stringify(channels)} leaves the values without units`, () => {
    assert.equal(rowsOf({ a: 1 }, { channels })[0].unit, "");
  });
}

test("an array that was too large to send has its type and shape only", () => {
  const [{ value, tone }] = rowsOf({ image: { dtype: "float64", shape: [4000, 4000] } });
  assert.deepEqual([value, tone], ["float64 [4000 × 4000], too large to show", "long"]);
});

test("a scalar has its statistics and the pulse of its last change", () => {
  const pulses = { pulse_id: [5, 6, 7], t_source: [1, 2, 3], values: { a: [2, 4, 4] } };
  const [{ statistics, isScalar }] = rowsOf({ a: 4 }, null, pulses);
  assert.deepEqual(statistics, ["2", "3.33333", "4", "0.942809", "6"]);
  assert.ok(isScalar);
});

test("a value has all its digits in its tooltip, those of its own type", () => {
  const schema = { channels: [{ name: "single", type: "float32" }, { name: "double", type: "float64" }] };
  const [single, double, big] = rowsOf({ single: Math.fround(0.1), double: 1 / 3, big: "9223372036854775807" }, schema);
  assert.deepEqual([single.value, single.exact()[0]], ["0.100000", "0.1"]);
  assert.deepEqual([double.value, double.exact()[0]], ["0.333333", "0.3333333333333333"]);
  assert.deepEqual([big.value, big.exact()[0]], ["9223372036854775807", "9223372036854775807"]);
});

test("statistics have all their digits in their tooltips", () => {
  const pulses = { pulse_id: [5, 6, 7], t_source: [1, 2, 3], values: { a: [2, 4, 4] } };
  const [{ statistics, exact }] = rowsOf({ a: 4 }, null, pulses);
  assert.equal(statistics[1], "3.33333");
  assert.deepEqual(exact(), ["4", "2", "3.3333333333333335", "4", "0.9428090415820634", "6"]);
});

test("an integer beyond 2⁵³ has a trend, and exact extremes", () => {
  const pulses = { pulse_id: [5, 6], t_source: [1, 2], values: { big: ["9223372036854775807", "9223372036854775801"] } };
  const [{ statistics, isScalar }] = rowsOf({ big: "9223372036854775801" }, null, pulses);
  assert.ok(isScalar);
  assert.deepEqual([statistics[0], statistics[2]], ["9223372036854775801", "9223372036854775807"]);
});

test("text has no statistics and no trend, but the pulse of its last change", () => {
  const pulses = { pulse_id: [5, 6], t_source: [1, 2], values: { name: ["x", "x"] } };
  const [{ statistics, isScalar }] = rowsOf({ name: "x" }, null, pulses);
  assert.deepEqual(statistics, ["", "", "", "", "5"]);
  assert.equal(isScalar, false);
});

test("an array has its type and shape, and no statistics", () => {
  const [{ value, statistics }] = rowsOf({ wave: { dtype: "int16", shape: [50], offset: 0, length: 100 } });
  assert.deepEqual([value, statistics.join("")], ["int16 [50]", ""]);
});

test("message and byte counts of the source are shown", () => {
  const rows = sourceRows({ source: "tcp://a:1", mode: "sub", received: 1200, received_bytes: 3e9 });
  assert.equal(find(rows, "received").value, "1\u202f200");
  assert.equal(find(rows, "received data").value, "3.00 GB");
});

test("a fault counter stands out unless it is 0", () => {
  const rows = sourceRows({ missed: 3, duplicate: 0 });
  assert.equal(find(rows, "lost before").tone, "fault");
  assert.equal(find(rows, "duplicate").tone, "quiet");
});

test("each kind of error has its count, followed by the text of the last one", () => {
  const rows = sourceRows({ errors: '{"decode": 2}', last_error: "image: 12 bytes too few" });
  assert.equal(find(rows, "decode").value, "2");
  assert.equal(rows.at(-1).name, "last error");
  assert.equal(rows.at(-1).value, "image: 12 bytes too few");
  assert.equal(find(sourceRows({ errors: { decode: 1 } }), "decode").value, "1");
});

test("without errors there are no rows of them", () => {
  assert.deepEqual(sourceRows({ errors: {}, last_error: "" }), []);
});

for (const errors of ["{", "null", "[]", 5, null]) {
  test(`malformed errors are ignored: ${JSON.stringify(errors)}`, () => {
    assert.deepEqual(sourceRows({ errors }), []);
  });
}

test("an empty status has no source rows", () => {
  assert.deepEqual(sourceRows({}), []);
});

const RENDITION = { name: "full", reason: "", isTooSlow: false };

test("frames that reached this screen are counted", () => {
  const here = {
    bytes: 50_000, frames: 4, skipped: 1, disordered: 0, unreadable: 2,
    transport: "polling", rendition: "half", share: 0.204,
  };
  const rows = screenRows({ dropped: 9 }, here);
  assert.equal(find(rows, "lost on the line").value, "9");
  assert.equal(find(rows, "lost, unreadable").tone, "fault");
  assert.equal(find(rows, "transport").value, "polling");
  assert.equal(find(rows, "picture").value, "half");
  assert.equal(find(rows, "line quality").value, "20 %");
  assert.equal(find(screenRows({}, { ...here, share: null }), "line quality").value, "–");
});

test("the caption has the true extremes and the bad pixels", () => {
  const image = {
    channel: "image", width: 640, height: 480, dtype: "uint16",
    min: 10, max: 500, data_min: 0, data_max: 65535, n_saturated: 1, n_bad: 0,
  };
  const parts = captionParts(image, image, RENDITION);
  assert.equal(find(parts, "data").value, "0 … 65535");
  assert.equal(find(parts, "saturated").tone, "fault");
  assert.equal(find(parts, "bad").tone, "quiet");
});

test("the caption describes what is seen: the values of a mean, not the camera's", () => {
  const image = { width: 640, height: 480, dtype: "uint16", data_min: 0, data_max: 65535 };
  const processed = { ...RENDITION, processing: "Mean of 10 − background", shown: { min: -4, max: 90 } };
  const parts = captionParts(image, image, processed);
  assert.equal(find(parts, "mean of 10 − background").value, "−4 … 90");
  assert.equal(find(parts, "data"), undefined);
});

test("the caption's extremes have all digits in their tooltip", () => {
  const [min, max] = [Math.fround(0.1), 2998800000];
  const image = { channel: "image", dtype: "float32", min, max, data_min: min, data_max: max };
  const data = find(captionParts(image, image, RENDITION), "data");
  assert.deepEqual([data.value, data.exact], ["0.100000 … 2998800000", "0.1 … 2998800000"]);
});

test("an image without a finite pixel says so", () => {
  const image = { width: 1, height: 1, data_min: null, data_max: null };
  assert.equal(find(captionParts(image, image, RENDITION), "data").value, "no finite pixel");
});

const HALF = { width: 320, height: 240, dtype: "uint16", reduced: 2 };

for (const [shown, value, tone] of [
  [{ isTooSlow: true }, "full size: too much for this line", "fault"],
  [{ name: "half" }, "half size, 320 × 240", "quiet"],
  [{ name: "half", reason: "size" }, "half size, 320 × 240: all that this window can show", "quiet"],
  [{ name: "half", reason: "connection" }, "half size, 320 × 240: the line is slow", "fault"],
  [{ reason: "forced" }, "full size: as selected", "quiet"],
  [{ isPageSlow: true }, "full size: this computer is too slow", "fault"],
  [{ name: "half", reason: "connection", isPageSlow: true }, "half size, 320 × 240: this computer is too slow", "fault"],
  [{ reason: "forced", isTooSlow: true }, "full size: as selected, too much for this line", "fault"],
]) {
  test(`the caption says: ${value}`, () => {
    const part = find(captionParts(HALF, { width: 640, height: 480 }, { ...RENDITION, ...shown }), "picture");
    assert.deepEqual([part.value, part.tone], [value, tone]);
  });
}

test("the caption has no rendition if the picture is shown in full", () => {
  assert.equal(find(captionParts(HALF, HALF, RENDITION), "picture"), undefined);
});

test("the caption has the camera's own size for every rendition", () => {
  const parts = captionParts(HALF, { width: 640, height: 480 }, { ...RENDITION, name: "half" });
  assert.equal(find(parts, "image").value, "640 × 480 uint16");
});
