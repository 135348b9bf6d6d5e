import assert from "node:assert/strict";
import test from "node:test";

import { FrameBuffer } from "../../../web/static/js/replay/frame-buffer.js";

/** @returns a frame whose message takes so many bytes */
const frame = (seq, { epoch = 1, bytes = 100, image = null } = {}) => ({
  header: { epoch, seq, image },
  body: new Uint8Array(bytes),
});

/** @returns a memory to which frames from seq 1 on came, one a second */
function filled(count, options) {
  const memory = new FrameBuffer(options);
  for (let seq = 1; seq <= count; seq += 1) memory.add(frame(seq), seq);
  return memory;
}

const seqs = (stretch) => stretch.frames.map(({ header }) => header.seq);

test("the frames that came are remembered, the newest last", () => {
  assert.deepEqual(seqs(filled(3).hold()), [1, 2, 3]);
});

test("a frame is remembered as it came, without a copy", () => {
  const memory = new FrameBuffer();
  const came = frame(1);
  memory.add(came, 0);
  assert.equal(memory.hold().at(0), came);
});

test("what came longer ago than the seconds is forgotten", () => {
  assert.deepEqual(seqs(filled(20, { seconds: 3 }).hold()), [17, 18, 19, 20]);
});

test("fewer seconds count from the next frame on", () => {
  const memory = filled(8);
  memory.seconds = 2;
  memory.add(frame(9), 9);
  assert.deepEqual(seqs(memory.hold()), [7, 8, 9]);
});

test("the oldest give way to a new frame where the bytes are used up", () => {
  assert.deepEqual(seqs(filled(8, { maxBytes: 350 }).hold()), [6, 7, 8]);
});

test("a frame counts with the whole message that it lies in, and with its parsed header", () => {
  const memory = new FrameBuffer();
  memory.add({ header: { epoch: 1, seq: 1 }, body: new Uint8Array(new ArrayBuffer(1000), 104) }, 0);
  assert.equal(memory.bytes, 1000 + 2 * 104);
});

test("a frame larger than the bound is not remembered, and nothing is forgotten for it", () => {
  const memory = filled(3, { maxBytes: 350 });
  assert.equal(memory.add(frame(4, { bytes: 400 }), 4), false);
  assert.deepEqual(seqs(memory.hold()), [1, 2, 3]);
});

test("a frame that came before, or is older, is turned away", () => {
  const memory = filled(3);
  assert.equal(memory.add(frame(3), 4), false);
  assert.equal(memory.add(frame(2), 4), false);
  assert.equal(memory.count, 3);
});

test("a frame without numbers is turned away, and the next is kept", () => {
  const memory = new FrameBuffer();
  assert.equal(memory.add({ header: {}, body: new Uint8Array(1) }, 0), false);
  assert.equal(memory.add(frame(1), 0), true);
});

test("frames missing before one are known", () => {
  const memory = filled(2);
  memory.add(frame(7), 7);
  const stretch = memory.hold();
  assert.deepEqual([0, 1, 2].map((index) => stretch.lostBefore(index)), [0, 0, 4]);
});

test("frames that ingest's limit left out are not missing", () => {
  const memory = filled(1);
  memory.add(frame(6, { image: { left_out: 4 } }), 2);
  assert.equal(memory.hold().lostBefore(1), 0);
});

test("a new ingest forgets nothing, and how many frames are missing is not known", () => {
  const memory = filled(2);
  memory.add(frame(1, { epoch: 2 }), 3);
  const stretch = memory.hold();
  assert.deepEqual(seqs(stretch), [1, 2, 1]);
  assert.equal(stretch.lostBefore(2), null);
});

test("the first frame of a stretch has nothing missing before it", () => {
  const memory = new FrameBuffer({ seconds: 1 });
  memory.add(frame(1), 0);
  memory.add(frame(9), 5);
  assert.equal(memory.hold().lostBefore(0), 0);
});

test("the span is from the first arrival to the last", () => {
  assert.equal(filled(5).spanS, 4);
  assert.equal(new FrameBuffer().spanS, 0);
});

test("a stretch that is held stays as it is while new frames come", () => {
  const memory = filled(3, { seconds: 2 });
  const stretch = memory.hold();
  for (let seq = 4; seq <= 9; seq += 1) memory.add(frame(seq), seq);
  assert.deepEqual(seqs(stretch), [1, 2, 3]);
  assert.deepEqual(seqs(memory.hold()), [7, 8, 9]);
});

test("what is held and kept counts once", () => {
  const memory = filled(3);
  memory.hold();
  memory.hold();
  assert.equal(memory.bytes, 300);
});

test("new frames have what a held stretch leaves of the bound", () => {
  const memory = filled(2, { maxBytes: 450 });
  memory.hold();
  for (let seq = 3; seq <= 9; seq += 1) memory.add(frame(seq), seq);
  assert.deepEqual(seqs(memory.hold()), [8, 9]);
});

test("new frames are not kept where a held stretch leaves no room", () => {
  const memory = filled(3, { maxBytes: 350 });
  memory.hold();
  assert.equal(memory.add(frame(4), 4), false);
  assert.deepEqual(seqs(memory.hold()), [1, 2, 3]);
});

test("after a release the memory goes on, and knows what it missed", () => {
  const memory = filled(3, { maxBytes: 350 });
  const stretch = memory.hold();
  memory.add(frame(4), 4);
  memory.release(stretch);
  memory.add(frame(5), 5);
  const now = memory.hold();
  assert.deepEqual(seqs(now), [2, 3, 5]);
  assert.equal(now.lostBefore(2), 1);
});

test("a release gives the bytes back, once", () => {
  const memory = filled(3, { seconds: 1 });
  const stretch = memory.hold();
  memory.add(frame(9), 9);
  assert.equal(memory.bytes, 300);
  memory.release(stretch);
  memory.release(stretch);
  assert.equal(memory.bytes, 100);
});

test("one of two held stretches stays when the other is released", () => {
  const memory = filled(3, { seconds: 1 });
  const looked = memory.hold();
  memory.release(memory.hold());
  memory.add(frame(9), 9);
  assert.equal(memory.bytes, 100 * (looked.count + 1));
});

test("the bound is never passed, whatever is held and released", () => {
  const memory = new FrameBuffer({ seconds: 20, maxBytes: 2000 });
  const held = [];
  let most = 0;
  for (let seq = 1; seq <= 3000; seq += 1) {
    memory.add(frame(seq, { bytes: 1 + ((seq * 7919) % 400) }), seq);
    if (seq % 17 === 0) held.push(memory.hold());
    if (seq % 23 === 0 && held.length) memory.release(held.shift());
    const all = new Set([memory.hold(), ...held].flatMap((stretch, index) => {
      if (index === 0) memory.release(stretch);
      return stretch.frames;
    }));
    const bytes = [...all].reduce((sum, { body }) => sum + body.length, 0);
    assert.equal(bytes, memory.bytes);
    most = Math.max(most, bytes);
  }
  assert.ok(most > 1500 && most <= 2000, `${most}`);
});

test("a link may say how many seconds, within reason", () => {
  assert.equal(FrameBuffer.fromText("60").seconds, 60);
  for (const text of ["", "0", "-5", "601", "Infinity", "ten"]) assert.equal(FrameBuffer.fromText(text).seconds, 10, text);
});
