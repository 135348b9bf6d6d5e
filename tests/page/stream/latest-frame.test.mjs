import assert from "node:assert/strict";
import test from "node:test";

import { LatestFrame } from "../../../web/static/js/stream/latest-frame.js";

const frame = (epoch, seq) => ({ header: { epoch, seq }, body: new Uint8Array(0) });

test("the newest frame replaces older ones, which are counted", () => {
  const mailbox = new LatestFrame();
  for (let seq = 1; seq <= 5; seq += 1) {
    mailbox.offer(frame(1, seq));
  }
  assert.equal(mailbox.take().header.seq, 5);
  assert.equal(mailbox.skipped, 4);
});

test("a frame is taken once", () => {
  const mailbox = new LatestFrame();
  mailbox.offer(frame(1, 1));
  assert.equal(mailbox.waiting, true);
  mailbox.take();
  assert.equal(mailbox.waiting, false);
  assert.equal(mailbox.take(), null);
  assert.equal(mailbox.skipped, 0);
});

test("a frame that waits when the watch ends is dropped", () => {
  const mailbox = new LatestFrame();
  mailbox.offer(frame(1, 1));
  mailbox.clear();
  assert.equal(mailbox.take(), null);
  assert.equal(mailbox.skipped, 0);
});

test("an older or repeated frame is rejected and counted", () => {
  const mailbox = new LatestFrame();
  mailbox.offer(frame(1, 7));
  mailbox.take();
  assert.equal(mailbox.offer(frame(1, 6)), false);
  assert.equal(mailbox.offer(frame(1, 7)), false);
  assert.equal(mailbox.disordered, 2);
  assert.equal(mailbox.waiting, false);
});

test("a new epoch replaces the old one although its numbers restart", () => {
  const mailbox = new LatestFrame();
  mailbox.offer(frame(1, 900));
  assert.equal(mailbox.offer(frame(2, 1)), true);
  assert.equal(mailbox.offer(frame(1, 901)), false);
  assert.equal(mailbox.take().header.epoch, 2);
});

test("missing frames are counted, and each frame has the count up to it", () => {
  const mailbox = new LatestFrame();
  const frames = [1, 2, 5, 9].map((seq) => frame(1, seq));
  for (const one of frames) mailbox.offer(one);
  assert.deepEqual(frames.map((one) => one.missed), [0, 0, 2, 5]);
});

test("neither a pause of the watch nor a restarted ingest is a gap", () => {
  const mailbox = new LatestFrame();
  mailbox.offer(frame(1, 7));
  mailbox.clear();
  mailbox.offer(frame(1, 5000));
  mailbox.offer(frame(2, 30));
  assert.equal(mailbox.missed, 0);
});

test("a frame that was taken before the watch ended does not belong to the next", () => {
  const mailbox = new LatestFrame();
  mailbox.offer(frame(1, 1));
  const taken = mailbox.take();
  assert.equal(mailbox.isOfThisWatch(taken), true);
  mailbox.clear();
  assert.equal(mailbox.isOfThisWatch(taken), false);
});

test("while the rendition changes, frames of the old one are rejected, but not as disordered", () => {
  const mailbox = new LatestFrame();
  const frameOf = (rendition, seq) => ({ ...frame(1, seq), header: { epoch: 1, seq, rendition } });
  mailbox.offer(frameOf("full", 7));
  mailbox.offer(frameOf("half", 8));
  assert.equal(mailbox.offer(frameOf("full", 8)), false);
  assert.equal(mailbox.offer(frameOf("full", 7)), false);
  assert.equal(mailbox.disordered, 0);
  assert.equal(mailbox.missed, 0);
});
