import assert from "node:assert/strict";
import test from "node:test";

import { settingChips, processingText } from "../../../web/static/js/page/view-settings.js";

const DEFAULTS = {
  turns: 0,
  mirrored: false,
  isFit: true,
  scale: "linear",
  inverted: false,
  isAuto: true,
  frames: 1,
  background: "none",
  remembered: new Set(),
};
const texts = (change) => settingChips({ ...DEFAULTS, ...change }).map(({ text }) => text);

test("a picture as the camera sent it has no chip", () => {
  assert.deepEqual(texts({}), []);
  assert.deepEqual(texts({ background: "collecting" }), []);
});

test("a mean and a background are said", () => {
  assert.deepEqual(texts({ frames: 10 }), ["Mean of 10"]);
  assert.deepEqual(texts({ frames: 10, background: "ready" }), ["Mean of 10 − background"]);
  assert.deepEqual(texts({ background: "ready" }), ["Background subtracted"]);
  assert.equal(processingText({ frames: 1, background: "mismatch" }), "");
});

test("a turned picture is never silent, and what is remembered says so", () => {
  assert.deepEqual(texts({ turns: 1 }), ["Turned 90°"]);
  assert.deepEqual(texts({ turns: 3, mirrored: true, isFit: false }), ["Turned 270° · mirrored"]);
  const remembered = new Set(["view", "look"]);
  assert.deepEqual(texts({ turns: 1, scale: "log", remembered }), ["Turned 90° · log scale · remembered"]);
  assert.deepEqual(texts({ isFit: false, isAuto: false, remembered }), ["Part of the picture · fixed range · remembered"]);
});

test("a look that was just chosen needs no chip: the tools show it", () => {
  assert.deepEqual(texts({ scale: "log", inverted: true, isAuto: false }), []);
});
