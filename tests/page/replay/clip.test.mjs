import assert from "node:assert/strict";
import test from "node:test";

import { Clip } from "../../../web/static/js/replay/clip.js";

/** @returns a clip of frames that arrived at these times */
const clipAt = (...times) =>
  new Clip(times.map((atS, index) => ({ atS, lost: 0, frame: { header: { epoch: 1, seq: 10 + index } } })));

test("an empty clip has no frames", () => {
  assert.equal(clipAt().newest, -1);
  assert.equal(clipAt().at(0), null);
  assert.equal(clipAt().spanS, 0);
});

test("a step moves one frame forwards or back", () => {
  assert.equal(clipAt(0, 1, 2).step(1, 1), 2);
  assert.equal(clipAt(0, 1, 2).step(1, -1), 0);
});

test("a step stays within the clip", () => {
  assert.equal(clipAt(0, 1, 2).step(2, 1), 2);
  assert.equal(clipAt(0, 1, 2).step(0, -10), 0);
});

test("a frame is shown for the time until the next one arrived", () => {
  assert.equal(clipAt(5, 5.25, 6).delayMs(0), 250);
});

test("a pause of the stream is played for a second", () => {
  assert.equal(clipAt(5, 65).delayMs(0), 1000);
});

test("nothing is played after the newest frame", () => {
  assert.equal(clipAt(5, 6).delayMs(1), null);
});

test("a frame has its time before the newest one", () => {
  assert.equal(clipAt(5, 6, 9).beforeS(0), 4);
  assert.equal(clipAt(5, 6, 9).beforeS(2), 0);
});

test("a frame is found by its epoch and number", () => {
  assert.equal(clipAt(0, 1, 2).indexOf({ epoch: 1, seq: 11 }), 1);
});

test("for a frame that is not in the clip the newest is found", () => {
  assert.equal(clipAt(0, 1, 2).indexOf({ epoch: 0, seq: 11 }), 2);
});
