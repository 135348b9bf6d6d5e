import assert from "node:assert/strict";
import test from "node:test";

import * as format from "../../../web/static/js/lib/format.js";

const told = (rows) => {
  for (const [make, value, text] of rows) {
    assert.equal(make(value), text);
  }
};

test("numbers keep six digits, and whole ones all of theirs", () => {
  told([
    [format.number, 11.35, "11.3500"],
    [format.number, 123456789012, "123456789012"],
    [format.number, -0.5, "\u22120.500000"],
    [format.number, 1.5e-9, "1.50000e\u22129"],
    [format.number, 0, "0"],
    [format.number, NaN, "–"],
  ]);
});

test("a rounded value has the digits that its steps let it have", () => {
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
    assert.equal(format.rounded(value, step), text);
  }
});

test("ticks are as short as they can be", () => {
  told([
    [format.tick, 20000, "20000"],
    [format.tick, 0.30000000000000004, "0.3"],
    [format.tick, 2000000, "2e6"],
    [format.tick, 0, "0"],
  ]);
});

test("counts are grouped and what is no number is a dash", () => {
  told([
    [format.count, 0, "0"],
    [format.count, 1234567, "1\u202f234\u202f567"],
    [format.count, undefined, "–"],
    [format.count, "7", "–"],
  ]);
});

test("bytes have a unit that fits", () => {
  told([
    [format.bytes, 0, "0 B"],
    [format.bytes, 999, "999 B"],
    [format.bytes, 1234567, "1.23 MB"],
    [format.bytes, 999600, "1.00 MB"],
    [format.bytes, null, "–"],
  ]);
});

test("ages go from hundredths to hours", () => {
  told([
    [format.age, 0.041, "0.04 s"],
    [format.age, 9.999, "9.99 s"],
    [format.age, 10, "10 s"],
    [format.age, 65.9, "1 min 05 s"],
    [format.age, 7500, "2 h 05 min"],
    [format.age, null, "–"],
  ]);
});

test("rates below one keep two places", () => {
  told([
    [format.rate, 24.96, "25.0"],
    [format.rate, 0.1, "0.10"],
    [format.rate, 0, "0.0"],
    [format.rate, null, "–"],
  ]);
});

test("whatever a stream carries becomes a text", () => {
  told([
    [format.anything, null, "–"],
    [format.anything, true, "true"],
    [format.anything, "<b>bold</b>", "<b>bold</b>"],
    [format.anything, "9223372036854775807", "9223372036854775807"],
    [format.anything, { offset: 0, dtype: "uint16", shape: [480, 640] }, "uint16 [480 × 640]"],
    [format.anything, { dtype: "float64", shape: [1e6] }, "float64 [1000000], too large to show"],
    [format.anything, { odd: [1] }, '{"odd":[1]}'],
  ]);
  assert.equal(format.anything("x".repeat(900)).length, 501);
});

test("how long ago something was is as short as the head of a card", () => {
  told([
    [format.ago, null, ""],
    [format.ago, 0.9, "now"],
    [format.ago, 1, "1 s ago"],
    [format.ago, 59.9, "59 s ago"],
    [format.ago, 92, "1 min ago"],
    [format.ago, 3600, "1 h ago"],
    [format.ago, 47.5 * 3600, "47 h ago"],
    [format.ago, 49 * 3600, "2 d ago"],
  ]);
});

test("a brief number has no zeros at its end", () => {
  told([
    [format.brief, 312.4, "312.4"],
    [format.brief, 1.5e-9, "1.5e\u22129"],
    [format.brief, 2.00000001, "2"],
    [format.brief, 100, "100"],
    [format.brief, -0.25, "\u22120.25"],
    [format.brief, NaN, "–"],
  ]);
});

test("a measured value has the digits that its uncertainty leaves", () => {
  for (const [value, error, text] of [
    [28.312, 0.41, "28.3 ± 0.4"],
    [28.312, 0.14, "28.31 ± 0.14"],
    [-3.20049, 0.0032, "\u22123.200 ± 0.003"],
    [1234.5, 23, "1235 ± 23"],
    [0.5, 0.97, "0.5 ± 1.0"],
    [5, 0, "5"],
    [2e-6, 4e-8, "0.00000200 ± 4e\u22128"],
  ]) {
    assert.equal(format.measured(value, error), text);
  }
});
