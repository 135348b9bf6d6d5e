import assert from "node:assert/strict";
import test from "node:test";

import { aboutPicture } from "../../../web/static/js/export/about-picture.js";

const HEADER = { pulse_id: 28151, t_source: 1796047512.34, t_received: 0, image: { channel: "image", dtype: "uint16" } };
const VIEW = {
  map: "inferno", inverted: false, scale: "log", low: -0.5, high: 4096, unit: "a.u.", processing: "", isColour: false,
};

test("a saved picture says of which stream, time and pulse it is, and what its colours mean", () => {
  const { lines, texts } = aboutPicture("camera", HEADER, VIEW);
  assert.deepEqual(lines, [
    "camera · 2026-11-30 14:05:12.340 UTC · pulse 28151",
    "image, uint16 · −0.5 … 4096 a.u. · inferno, log",
  ]);
  assert.equal(texts["Pulse ID"], "28151");
  assert.equal(texts.Range, "−0.5 … 4096 a.u.");
  assert.equal("Processing" in texts, false);
});

test("a mean is said, and a colour picture has no colour map", () => {
  assert.match(aboutPicture("camera", HEADER, { ...VIEW, processing: "Mean of 10" }).lines[1], /Mean of 10/);
  assert.doesNotMatch(aboutPicture("camera", HEADER, { ...VIEW, isColour: true }).lines[1], /inferno/);
});

test("what is unknown is left out", () => {
  const { lines, texts } = aboutPicture("camera", {}, VIEW);
  assert.equal(lines[0], "camera");
  assert.equal("Creation Time" in texts, false);
});
