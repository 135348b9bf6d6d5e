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

test("numbers have more digits where they need them, and are readable where they are shortened", () => {
  assertFormatted([
    [format.formatNumber, 2998800000.25, "2998800000.25"],
    [format.formatNumber, 1796000000, "1796000000"],
    [format.formatNumber, 1796000000.123456, "1796000000.123"],
    [format.formatNumber, 1e15 + 1, "1000000000000001"],
    [format.formatNumber, -9223372036854775808n, "\u22129223372036854775808"],
    [format.formatNumber, 18446744073709551615n, "18446744073709551615"],
    [format.formatNumber, 2 ** 63, "9.22337e+18"],
    [format.formatNumber, 1 / 3, "0.333333"],
    [format.formatNumber, 200 / 3, "66.6667"],
    [format.formatNumber, 1e5 / 3, "33333.333"],
    [format.formatNumber, 0.12345678, "0.12345678"],
    [format.formatNumber, Math.fround(0.1), "0.100000"],
    [format.formatNumber, 0.000012, "0.0000120000"],
    [format.formatNumber, 1.23e300, "1.23000e+300"],
    [format.formatNumber, Infinity, "–"],
    [format.formatExact, -0.1 - 0.2, "\u22120.30000000000000004"],
    [(value) => format.formatExact(value, "float32"), Math.fround(0.1), "0.1"],
    [(value) => format.formatAnyExact(value, "float32"), Math.fround(0.1), "0.1"],
    [format.formatAnyExact, "text", "text"],
  ]);
});

test("an integer beyond 2⁵³ is read from its text exactly", () => {
  assert.equal(format.scalarNumber("9223372036854775807"), 9223372036854775807n);
  assert.equal(format.scalarNumber("-9223372036854775808"), -9223372036854775808n);
  assert.equal(format.scalarNumber(1.5), 1.5);
  for (const other of ["", "1e5", "1.5", "x", "123456789012345678901", "18446744073709551616",
    "-9223372036854775809", "9007199254740991", "0009223372036854775807", null, true, undefined]) {
    assert.equal(format.scalarNumber(other), null);
  }
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
    [format.formatShort, 2.00000001, "2.00000001"],
    [format.formatShort, 2.0000000000001, "2"],
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
    [2998800000.25, 0.02, "2998800000.25 ± 0.02"],
    [5, 0, "5"],
    [2e-6, 4e-8, "0.00000200 ± 4e\u22128"],
  ]) {
    assert.equal(format.formatWithError(value, error), text);
  }
});
