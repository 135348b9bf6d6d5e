import assert from "node:assert/strict";
import test from "node:test";

import * as format from "../../../web/static/js/lib/format.js";

const assertFormatted = (rows) => {
  for (const [make, value, text] of rows) {
    assert.equal(make(value), text);
  }
};

test("numbers keep six digits, and whole ones all of theirs", () => {
  assertFormatted([
    [format.formatNumber, 11.35, "11.3500"],
    [format.formatNumber, 123456789012, "123456789012"],
    [format.formatNumber, -0.5, "\u22120.500000"],
    [format.formatNumber, 1.5e-9, "1.50000e\u22129"],
    [format.formatNumber, 0, "0"],
    [format.formatNumber, NaN, "–"],
  ]);
});

test("a rounded value has no more digits than its step", () => {
  for (const [value, step, text] of [
    [5e-8, 1e-7 / 255, "5.00e\u22128"],
    [-5e-8, 1e-7 / 255, "\u22125.00e\u22128"],
    [0.123456, 1 / 255, "0.123"],
    [9.9996, 0.004, "10.000"],
    [1000000.504, 0.004, "1000000.504"],
    [1e-19, 0.004, "0"],
    [400.3, 3.5, "400"],
    [32767, 257, "32767"],
    [5.4321e20, 4e18, "5.43210e+20"],
    [NaN, 1, "–"],
  ]) {
    assert.equal(format.formatRounded(value, step), text);
  }
});

test("ticks are as short as they can be", () => {
  assertFormatted([
    [format.formatTick, 20000, "20000"],
    [format.formatTick, 0.30000000000000004, "0.3"],
    [format.formatTick, 2000000, "2e6"],
    [format.formatTick, 0, "0"],
  ]);
});

test("counts are grouped, and anything but a number is a dash", () => {
  assertFormatted([
    [format.formatCount, 0, "0"],
    [format.formatCount, 1234567, "1\u202f234\u202f567"],
    [format.formatCount, undefined, "–"],
    [format.formatCount, "7", "–"],
  ]);
});

test("bytes have a suitable unit", () => {
  assertFormatted([
    [format.formatBytes, 0, "0 B"],
    [format.formatBytes, 999, "999 B"],
    [format.formatBytes, 1234567, "1.23 MB"],
    [format.formatBytes, 999600, "1.00 MB"],
    [format.formatBytes, null, "–"],
  ]);
});

test("ages range from hundredths of a second to hours", () => {
  assertFormatted([
    [format.formatAge, 0.041, "0.04 s"],
    [format.formatAge, 9.999, "9.99 s"],
    [format.formatAge, 10, "10 s"],
    [format.formatAge, 65.9, "1 min 05 s"],
    [format.formatAge, 7500, "2 h 05 min"],
    [format.formatAge, null, "–"],
  ]);
});

test("rates below one have two decimals", () => {
  assertFormatted([
    [format.formatRate, 24.96, "25.0"],
    [format.formatRate, 0.1, "0.10"],
    [format.formatRate, 0, "0.0"],
    [format.formatRate, null, "–"],
  ]);
});

test("any value of a stream has a text", () => {
  assertFormatted([
    [format.formatAny, null, "–"],
    [format.formatAny, true, "true"],
    [format.formatAny, "<b>bold</b>", "<b>bold</b>"],
    [format.formatAny, "9223372036854775807", "9223372036854775807"],
    [format.formatAny, { offset: 0, dtype: "uint16", shape: [480, 640] }, "uint16 [480 × 640]"],
    [format.formatAny, { dtype: "float64", shape: [1e6] }, "float64 [1000000], too large to show"],
    [format.formatAny, { odd: [1] }, '{"odd":[1]}'],
  ]);
  assert.equal(format.formatAny("x".repeat(900)).length, 501);
});

test("an age in the head of a card is short", () => {
  assertFormatted([
    [format.formatAgo, null, ""],
    [format.formatAgo, 0.9, "now"],
    [format.formatAgo, 1, "1 s ago"],
    [format.formatAgo, 59.9, "59 s ago"],
    [format.formatAgo, 92, "1 min ago"],
    [format.formatAgo, 3600, "1 h ago"],
    [format.formatAgo, 47.5 * 3600, "47 h ago"],
    [format.formatAgo, 49 * 3600, "2 d ago"],
  ]);
});

test("a brief number has no zeros at its end", () => {
  assertFormatted([
    [format.formatShort, 312.4, "312.4"],
    [format.formatShort, 1.5e-9, "1.5e\u22129"],
    [format.formatShort, 2.00000001, "2"],
    [format.formatShort, 100, "100"],
    [format.formatShort, -0.25, "\u22120.25"],
    [format.formatShort, NaN, "–"],
  ]);
});

test("a measured value has the digits that its uncertainty allows", () => {
  for (const [value, error, text] of [
    [28.312, 0.41, "28.3 ± 0.4"],
    [28.312, 0.14, "28.31 ± 0.14"],
    [-3.20049, 0.0032, "\u22123.200 ± 0.003"],
    [1234.5, 23, "1235 ± 23"],
    [0.5, 0.97, "0.5 ± 1.0"],
    [5, 0, "5"],
    [2e-6, 4e-8, "0.00000200 ± 4e\u22128"],
  ]) {
    assert.equal(format.formatWithError(value, error), text);
  }
});
