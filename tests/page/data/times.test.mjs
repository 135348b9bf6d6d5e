import assert from "node:assert/strict";
import test from "node:test";

import { timeOfDay } from "../../../web/static/js/data/times.js";

const AT_S = new Date(2026, 10, 21, 9, 5, 7, 258).getTime() / 1000;

for (const [stepS, told] of [
  [3600, "09:05"],
  [60, "09:05"],
  [30, "09:05:07"],
  [1, "09:05:07"],
  [0.5, "09:05:07.2"],
  [0.25, "09:05:07.25"],
  [0.1, "09:05:07.2"],
  [0.05, "09:05:07.25"],
  [0.001, "09:05:07.258"],
]) {
  test(`times ${stepS} s apart are told as ${told}`, () => {
    assert.equal(timeOfDay(AT_S, stepS), told);
  });
}
