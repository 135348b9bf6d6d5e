import assert from "node:assert/strict";
import test from "node:test";

import { Clip } from "../../../web/static/js/replay/clip.js";

/** @returns frames that came at these times */
const stretch = (...times) =>
  new Clip(times.map((atS, index) => ({ atS, lost: 0, frame: { header: { epoch: 1, seq: 10 + index } } })));

test("an empty stretch has no newest and nothing to see", () => {
  assert.equal(stretch().newest, -1);
  assert.equal(stretch().at(0), null);
  assert.equal(stretch().spanS, 0);
});

test("a step goes one frame on or back", () => {
  assert.equal(stretch(0, 1, 2).step(1, 1), 2);
  assert.equal(stretch(0, 1, 2).step(1, -1), 0);
});

test("a step stays within the stretch", () => {
  assert.equal(stretch(0, 1, 2).step(2, 1), 2);
  assert.equal(stretch(0, 1, 2).step(0, -10), 0);
});

test("a frame is played for as long as the next took to come", () => {
  assert.equal(stretch(5, 5.25, 6).delayMs(0), 250);
});

test("a pause of the stream is played for a second", () => {
  assert.equal(stretch(5, 65).delayMs(0), 1000);
});

test("nothing is played after the newest", () => {
  assert.equal(stretch(5, 6).delayMs(1), null);
});

test("a frame tells how long before the newest it came", () => {
  assert.equal(stretch(5, 6, 9).beforeS(0), 4);
  assert.equal(stretch(5, 6, 9).beforeS(2), 0);
});

test("a frame that was shown is found again", () => {
  assert.equal(stretch(0, 1, 2).indexOf({ epoch: 1, seq: 11 }), 1);
});

test("a frame that is not here leads to the newest", () => {
  assert.equal(stretch(0, 1, 2).indexOf({ epoch: 0, seq: 11 }), 2);
});
