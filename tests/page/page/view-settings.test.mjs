import assert from "node:assert/strict";
import test from "node:test";

import { settingChips, processingText, valuesText } from "../../../web/static/js/page/view-settings.js";

const DEFAULTS = {
  turns: 0,
  mirrored: false,
  isFit: true,
  scale: "linear",
  inverted: false,
  isAuto: true,
  frames: 1,
  background: "none",
  masked: 0,
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

test("masked pixels are said, beside a mean", () => {
  assert.deepEqual(texts({ masked: 1234 }), ["1\u202f234 px masked"]);
  assert.deepEqual(texts({ frames: 4, masked: 12 }), ["Mean of 4 · 12 px masked"]);
  assert.equal(valuesText({ frames: 1, background: "none", masked: 12 }), "Masked data");
  assert.equal(valuesText({ frames: 4, background: "none", masked: 12 }), "Mean of 4");
  assert.equal(valuesText({ frames: 1, background: "none", masked: 0 }), "");
});

test("positions that this browser's memory changed are said, with a reset of their own", () => {
  const remembered = new Set(["pixel", "marker", "view"]);
  const chips = settingChips({ ...DEFAULTS, turns: 1, remembered });
  assert.deepEqual(chips.map(({ key, text }) => [key, text]), [
    ["view", "Turned 90° · remembered"],
    ["positions", "Own pixel size · marker · remembered"],
  ]);
});

test("a look that was just chosen needs no chip: the tools show it", () => {
  assert.deepEqual(texts({ scale: "log", inverted: true, isAuto: false }), []);
});
