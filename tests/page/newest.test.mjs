import assert from "node:assert/strict";
import test from "node:test";

import { Newest } from "../../web/static/js/newest.js";

const frame = (epoch, seq) => ({ header: { epoch, seq }, body: new Uint8Array(0) });

test("the newest frame wins and the ones it replaced are counted", () => {
  const mailbox = new Newest();
  for (let seq = 1; seq <= 5; seq += 1) {
    mailbox.offer(frame(1, seq));
  }
  assert.equal(mailbox.take().header.seq, 5);
  assert.equal(mailbox.skipped, 4);
});

test("a frame is taken once", () => {
  const mailbox = new Newest();
  mailbox.offer(frame(1, 1));
  assert.equal(mailbox.waiting, true);
  mailbox.take();
  assert.equal(mailbox.waiting, false);
  assert.equal(mailbox.take(), null);
  assert.equal(mailbox.skipped, 0);
});

test("what waits when the watch ends is left", () => {
  const mailbox = new Newest();
  mailbox.offer(frame(1, 1));
  mailbox.clear();
  assert.equal(mailbox.take(), null);
  assert.equal(mailbox.skipped, 0);
});

test("an older frame or the same again is turned away and counted", () => {
  const mailbox = new Newest();
  mailbox.offer(frame(1, 7));
  mailbox.take();
  assert.equal(mailbox.offer(frame(1, 6)), false);
  assert.equal(mailbox.offer(frame(1, 7)), false);
  assert.equal(mailbox.disordered, 2);
  assert.equal(mailbox.waiting, false);
});

test("a new epoch wins though its numbers start again", () => {
  const mailbox = new Newest();
  mailbox.offer(frame(1, 900));
  assert.equal(mailbox.offer(frame(2, 1)), true);
  assert.equal(mailbox.offer(frame(1, 901)), false);
  assert.equal(mailbox.take().header.epoch, 2);
});
