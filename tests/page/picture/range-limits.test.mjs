import assert from "node:assert/strict";
import test from "node:test";

import { limitTexts, rangeError, readLimits } from "../../../web/static/js/picture/range-limits.js";

test("a low limit above the high one is refused with the reason", () => {
  assert.equal(
    rangeError(500, 100),
    "The low limit 500 is not below the high limit 100: enter a lower or a higher one.",
  );
  assert.match(rangeError(5, 5), /is not below/);
  assert.match(rangeError(NaN, 5), /^The low limit is no number: allowed are/);
  assert.match(rangeError(0, Infinity), /^The high limit is no number/);
  assert.equal(rangeError(-1, 1), "");
});

test("a field that nobody changed keeps its limit exactly", () => {
  const range = { low: 0.123456789012345, high: 2998800000.25 };
  const shown = limitTexts(range, false, 7);
  assert.deepEqual(shown, { low: "0.12346", high: "2.999e9" });
  assert.deepEqual(readLimits({ ...shown, low: "-3" }, shown, range), { low: -3, high: 2998800000.25, error: "" });
});

test("a field that holds no number is refused", () => {
  for (const text of ["", "  ", "abc", "1e999"]) {
    assert.match(readLimits({ low: text, high: "5" }, { low: "1", high: "5" }, { low: 1, high: 5 }).error, /^The low/);
  }
});

for (const [low, high, isAuto, room, texts] of [
  [0, 65535, true, 9, ["0", "65535"]],
  [12.345678, 741432.9, true, 9, ["12", "741433"]],
  [12.345678, 741432.9, false, 9, ["12.345678", "741432.9"]],
  [0.0123456, 0.9876543, true, 9, ["0.0123", "0.9877"]],
  [2998800000.25, 2998800001.5, true, 14, ["2998800000.25", "2998800001.5"]],
  [1796000000, 1796000100, true, 11, ["1796000000", "1796000100"]],
  [-1e-9, 1.23456789e-7, true, 9, ["-1e-9", "1.235e-7"]],
  [0, 2 ** 63, true, 11, ["0", "9.223372e18"]],
]) {
  test(`the limits ${texts.join(" and ")} are never cut`, () => {
    assert.deepEqual(Object.values(limitTexts({ low, high }, isAuto, room)), texts);
  });
}
