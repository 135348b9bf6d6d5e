import assert from "node:assert/strict";
import test from "node:test";

import { Rendition, cameraSize, sizeOf, statusSize } from "../../../web/static/js/stream/rendition.js";

const size = (width, height = (width * 3) / 4) => ({ width, height });
const CAMERA = size(1280, 960);

function shownAt(width, camera = CAMERA) {
  const rendition = new Rendition();
  rendition.setDrawnSize(size(width), camera, 0);
  return rendition;
}

for (const [width, name] of [
  [2560, "full"],
  [1280, "full"],
  [760, "full"],
  [700, "half"],
  [640, "half"],
  [360, "half"],
  [350, "quarter"],
  [20, "quarter"],
]) {
  test(`1280 pixels drawn as ${width} need the ${name} picture`, () => {
    assert.equal(shownAt(width).name, name);
  });
}

test("the longer side decides, so that a single row of pixels is not reduced", () => {
  const rendition = new Rendition();
  rendition.setDrawnSize(size(2000, 24), size(2048, 1), 0);
  assert.equal(rendition.name, "full");
});

test("the full picture is the default, without a reason", () => {
  const rendition = new Rendition();
  rendition.setDrawnSize(null, CAMERA, 0);
  rendition.setDrawnSize(size(100), null, 0);
  assert.deepEqual([rendition.name, rendition.reason], ["full", ""]);
});

test("a window that is being resized keeps its picture until its size is steady", () => {
  const rendition = shownAt(1280);
  for (let s = 1; s < 10; s += 0.5) {
    rendition.setDrawnSize(size(s % 1 ? 1280 : 300), CAMERA, s);
  }
  assert.equal(rendition.name, "full");
  rendition.setDrawnSize(size(300), CAMERA, 10);
  rendition.setDrawnSize(size(300), CAMERA, 11.1);
  assert.equal(rendition.name, "quarter");
});

test("a size between two renditions does not flap", () => {
  const rendition = shownAt(690);
  const seen = new Set();
  for (let s = 0; s < 20; s += 0.25) {
    rendition.setDrawnSize(size(Math.floor(s / 2) % 2 ? 690 : 740), CAMERA, s);
    seen.add(rendition.name);
  }
  assert.deepEqual([...seen], ["half"]);
});

test("the reason for a smaller picture is given", () => {
  assert.equal(shownAt(300).reason, "size");
  const slow = shownAt(1280);
  slow.linkQuality.steps = 1;
  assert.deepEqual([slow.name, slow.reason], ["half", "connection"]);
  const both = shownAt(300);
  both.linkQuality.steps = 1;
  assert.deepEqual([both.name, both.reason], ["quarter", "size"]);
});

test("a forced rendition has priority over connection and window", () => {
  const rendition = shownAt(300);
  rendition.linkQuality.steps = 2;
  rendition.force("full");
  assert.deepEqual([rendition.name, rendition.reason], ["full", "forced"]);
  rendition.force("");
  assert.equal(rendition.name, "quarter");
});

test("a rendition that does not exist cannot be forced", () => {
  const rendition = new Rendition();
  rendition.force("constructor");
  assert.deepEqual([rendition.name, rendition.forced], ["full", ""]);
});

test("a slow connection makes the picture one step smaller", () => {
  const rendition = shownAt(640);
  rendition.linkQuality.restart(0);
  const totals = { missed: 0, skipped: 0, busyS: 0 };
  for (let n = 0; n < 30; n += 1) {
    totals.missed += 4;
    rendition.onFrame(totals, n / 5);
  }
  assert.deepEqual([rendition.name, rendition.reason], ["quarter", "connection"]);
});

test("the camera's size is derived from any rendition, exactly if the status has it", () => {
  const half = { width: 321, height: 240, reduced: 2 };
  assert.deepEqual(cameraSize(half, { width: 641, height: 480 }), size(641, 480));
  assert.deepEqual(cameraSize(half, null), size(642, 480));
  assert.deepEqual(cameraSize(half, { width: 100, height: 100 }), size(642, 480));
  assert.deepEqual(cameraSize({ width: 640, height: 480 }, {}), size(640, 480));
  assert.deepEqual(statusSize({ width: 641, height: 480 }), size(641, 480));
  assert.equal(statusSize({}), null);
});

const OFFERS_LOG = { state: "live", scales: ["linear", "log"] };

test("while the scale is log, levels on that scale are requested in the same size", () => {
  const rendition = shownAt(640);
  rendition.image = "CAM2";
  rendition.setScale("log", OFFERS_LOG, 0);
  assert.deepEqual([rendition.name, rendition.channel, rendition.reason], ["half-log@CAM2", "half-log@CAM2", "size"]);
  rendition.setScale("linear", OFFERS_LOG, 1);
  assert.equal(rendition.name, "half@CAM2");
  rendition.setScale("sqrt", OFFERS_LOG, 1);
  assert.equal(rendition.name, "half@CAM2");
});

test("precise values have no scale", () => {
  const rendition = shownAt(1280);
  rendition.precise = true;
  rendition.setScale("log", OFFERS_LOG, 0);
  rendition.setVisibleBox({ left: 0, top: 0, right: 200, bottom: 200 }, CAMERA);
  assert.match(rendition.name, /^precise:/);
  assert.equal(rendition.channel, "precise");
});

for (const status of [null, {}, { state: "live" }, { state: "live", scales: "log" }, { state: "live", scales: ["linear"] }]) {
  test(`a stream of which only ${JSON.stringify(status)} is known is not asked for log`, () => {
    const rendition = new Rendition();
    rendition.setScale("log", status, 0);
    assert.equal(rendition.name, "full");
  });
}

test("a stream without an ingest says nothing new, and an older ingest that it has no log", () => {
  const rendition = new Rendition();
  rendition.setScale("log", OFFERS_LOG, 0);
  rendition.setScale("log", { state: "no_ingest" }, 1);
  assert.equal(rendition.name, "full-log");
  rendition.setScale("log", { state: "live" }, 2);
  assert.equal(rendition.name, "full");
});

test("after a refusal the linear scale is requested, and log again after half a minute", () => {
  const rendition = new Rendition();
  rendition.setScale("log", OFFERS_LOG, 0);
  rendition.onRefusal(5);
  const names = [5, 34, 36].map((nowS) => {
    rendition.setScale("log", OFFERS_LOG, nowS);
    return rendition.name;
  });
  assert.deepEqual(names, ["full", "full", "full-log"]);
});

test("the refusal of another rendition keeps log", () => {
  const rendition = new Rendition();
  rendition.onRefusal(0);
  rendition.setScale("log", OFFERS_LOG, 1);
  assert.equal(rendition.name, "full-log");
});

test("a rendition's size is known from its name", () => {
  assert.deepEqual(["full", "half-log", "quarter@a-log", "full-log@x@y", undefined].map(sizeOf),
    ["full", "half", "quarter", "full", "undefined"]);
});
