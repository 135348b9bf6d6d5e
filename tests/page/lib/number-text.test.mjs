import assert from "node:assert/strict";
import test from "node:test";

import { digitsOf, exactText, fittingText } from "../../../web/static/js/lib/number-text.js";

/** Numbers of all sizes whose bits are random, the same in each run. */
function* randomNumbers(count) {
  let state = 12345n;
  const words = new BigUint64Array(1);
  const number = new Float64Array(words.buffer);
  for (let n = 0; n < count; n += 1) {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    words[0] = state ^ (state >> 31n);
    if (Number.isFinite(number[0])) yield number[0];
  }
}

test("the exact text reads as the same number", () => {
  for (const value of randomNumbers(5000)) {
    assert.equal(Number(exactText(value)), value);
    assert.ok(digitsOf(value, "float64") <= 17);
    const single = Math.fround(value) || 0; // without the sign of 0, which no text keeps
    if (Number.isFinite(single)) {
      assert.equal(Math.fround(Number(exactText(single, "float32"))), single);
      assert.ok(digitsOf(single, "float32") <= 9);
    }
  }
});

for (const [value, text] of [
  [2998800000.25, "2998800000.25"],
  [1796000000, "1796000000"],
  [1796000000.123456, "1796000000.123456"],
  [1e15 + 1, "1000000000000001"],
  [2 ** 53 - 1, "9007199254740991"],
  [2 ** 63, "9.223372036854776e+18"],
  [9223372036854775807n, "9223372036854775807"],
  [2n ** 64n - 1n, "18446744073709551615"],
  [-(2n ** 63n), "-9223372036854775808"],
  [0.1 + 0.2, "0.30000000000000004"],
  [-1.5e-9, "-1.5e-9"],
  [0.00000123, "0.00000123"],
  [1e300, "1e+300"],
  [0, "0"],
  [NaN, "NaN"],
  [-Infinity, "-Infinity"],
]) {
  test(`the exact text of ${value} is ${text}`, () => {
    assert.equal(exactText(value), text);
  });
}

test("a float32 has the digits of its own type, and a number that is none those of a float64", () => {
  assert.equal(exactText(Math.fround(0.1), "float32"), "0.1");
  assert.equal(exactText(Math.fround(0.1)), "0.10000000149011612");
  assert.equal(exactText(Math.fround(16777217.5), "float32"), "16777218");
  assert.equal(exactText(0.1, "float32"), "0.1");
});

for (const [value, room, text] of [
  [74143, 7, "74143"],
  [741432.9, 7, "741433"],
  [741432.9, 8, "741432.9"],
  [7414329, 6, "7.41e6"],
  [2998800000.25, 13, "2998800000.25"],
  [2998800000.25, 10, "2998800000"],
  [2998800000.25, 7, "2.999e9"],
  [1796000000, 6, "1.8e9"],
  [0.000012345, 8, "1.234e-5"],
  [0.3333333333333333, 7, "0.33333"],
  [-0.3333333333333333, 7, "-0.3333"],
  [-1234.5678, 6, "-1235"],
  [1e-300, 7, "1e-300"],
  [123456, 3, "1e5"],
  [123456, 2, "1e5"],
  [0, 5, "0"],
]) {
  test(`${value} in ${room} characters is ${text}`, () => {
    assert.equal(fittingText(value, room), text);
  });
}

test("a text that has to fit is never cut, and is the nearest number with its digits", () => {
  for (const value of randomNumbers(3000)) {
    for (const room of [8, 11, 16]) {
      const text = fittingText(value, room);
      assert.ok(text.length <= room, `${text} in ${room}`);
      assert.ok(Math.abs(Number(text) / value - 1) <= 0.5 || value === 0, `${text} for ${value}`);
    }
  }
});
