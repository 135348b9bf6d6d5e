import assert from "node:assert/strict";
import test from "node:test";

import { FrameBuffer } from "../../../web/static/js/replay/frame-buffer.js";

/** @returns a frame with a message of this size */
const frame = (seq, { epoch = 1, bytes = 100, image = null } = {}) => ({
  header: { epoch, seq, image },
  body: new Uint8Array(bytes),
});

/** @returns a buffer with frames from seq 1 on, which arrived one per second */
function filled(count, options) {
  const buffer = new FrameBuffer(options);
  for (let seq = 1; seq <= count; seq += 1) buffer.add(frame(seq), seq);
  return buffer;
}

const seqs = (clip) => clip.frames.map(({ header }) => header.seq);

test("frames are stored, the newest last", () => {
  assert.deepEqual(seqs(filled(3).hold()), [1, 2, 3]);
});

test("a frame is stored without a copy", () => {
  const buffer = new FrameBuffer();
  const first = frame(1);
  buffer.add(first, 0);
  assert.equal(buffer.hold().at(0), first);
});

test("frames older than the time limit are removed", () => {
  assert.deepEqual(seqs(filled(20, { seconds: 3 }).hold()), [17, 18, 19, 20]);
});

test("a shorter time applies from the next frame on", () => {
  const buffer = filled(8);
  buffer.seconds = 2;
  buffer.add(frame(9), 9);
  assert.deepEqual(seqs(buffer.hold()), [7, 8, 9]);
});

test("the oldest frames are removed when the bytes are used up", () => {
  assert.deepEqual(seqs(filled(8, { maxBytes: 350 }).hold()), [6, 7, 8]);
});

test("the size of a frame is that of its whole message and its parsed header", () => {
  const buffer = new FrameBuffer();
  buffer.add({ header: { epoch: 1, seq: 1 }, body: new Uint8Array(new ArrayBuffer(1000), 104) }, 0);
  assert.equal(buffer.bytes, 1000 + 2 * 104);
});

test("a frame larger than the limit is not stored, and no other is removed for it", () => {
  const buffer = filled(3, { maxBytes: 350 });
  assert.equal(buffer.add(frame(4, { bytes: 400 }), 4), false);
  assert.deepEqual(seqs(buffer.hold()), [1, 2, 3]);
});

test("a repeated or older frame is rejected", () => {
  const buffer = filled(3);
  assert.equal(buffer.add(frame(3), 4), false);
  assert.equal(buffer.add(frame(2), 4), false);
  assert.equal(buffer.count, 3);
});

test("a frame without numbers is rejected, and the next is stored", () => {
  const buffer = new FrameBuffer();
  assert.equal(buffer.add({ header: {}, body: new Uint8Array(1) }, 0), false);
  assert.equal(buffer.add(frame(1), 0), true);
});

test("the number of frames missing before a frame is known", () => {
  const buffer = filled(2);
  buffer.add(frame(7), 7);
  const clip = buffer.hold();
  assert.deepEqual([0, 1, 2].map((index) => clip.lostBefore(index)), [0, 0, 4]);
});

test("frames that ingest's limit left out are not missing", () => {
  const buffer = filled(1);
  buffer.add(frame(6, { image: { left_out: 4 } }), 2);
  assert.equal(buffer.hold().lostBefore(1), 0);
});

test("a new ingest removes nothing, and the number of missing frames is unknown", () => {
  const buffer = filled(2);
  buffer.add(frame(1, { epoch: 2 }), 3);
  const clip = buffer.hold();
  assert.deepEqual(seqs(clip), [1, 2, 1]);
  assert.equal(clip.lostBefore(2), null);
});

test("no frame is missing before the first of a clip", () => {
  const buffer = new FrameBuffer({ seconds: 1 });
  buffer.add(frame(1), 0);
  buffer.add(frame(9), 5);
  assert.equal(buffer.hold().lostBefore(0), 0);
});

test("the span is from the first arrival to the last", () => {
  assert.equal(filled(5).spanS, 4);
  assert.equal(new FrameBuffer().spanS, 0);
});

test("a held clip does not change while new frames arrive", () => {
  const buffer = filled(3, { seconds: 2 });
  const clip = buffer.hold();
  for (let seq = 4; seq <= 9; seq += 1) buffer.add(frame(seq), seq);
  assert.deepEqual(seqs(clip), [1, 2, 3]);
  assert.deepEqual(seqs(buffer.hold()), [7, 8, 9]);
});

test("frames that are both buffered and held count once", () => {
  const buffer = filled(3);
  buffer.hold();
  buffer.hold();
  assert.equal(buffer.bytes, 300);
});

test("new frames get the bytes that a held clip leaves", () => {
  const buffer = filled(2, { maxBytes: 450 });
  buffer.hold();
  for (let seq = 3; seq <= 9; seq += 1) buffer.add(frame(seq), seq);
  assert.deepEqual(seqs(buffer.hold()), [8, 9]);
});

test("new frames are rejected if a held clip leaves no room", () => {
  const buffer = filled(3, { maxBytes: 350 });
  buffer.hold();
  assert.equal(buffer.add(frame(4), 4), false);
  assert.deepEqual(seqs(buffer.hold()), [1, 2, 3]);
});

test("after a release the buffer continues, and counts the frames it rejected", () => {
  const buffer = filled(3, { maxBytes: 350 });
  const clip = buffer.hold();
  buffer.add(frame(4), 4);
  buffer.release(clip);
  buffer.add(frame(5), 5);
  const now = buffer.hold();
  assert.deepEqual(seqs(now), [2, 3, 5]);
  assert.equal(now.lostBefore(2), 1);
});

test("a release frees the bytes, once", () => {
  const buffer = filled(3, { seconds: 1 });
  const clip = buffer.hold();
  buffer.add(frame(9), 9);
  assert.equal(buffer.bytes, 300);
  buffer.release(clip);
  buffer.release(clip);
  assert.equal(buffer.bytes, 100);
});

test("of two held clips one remains when the other is released", () => {
  const buffer = filled(3, { seconds: 1 });
  const other = buffer.hold();
  buffer.release(buffer.hold());
  buffer.add(frame(9), 9);
  assert.equal(buffer.bytes, 100 * (other.count + 1));
});

test("the limit is never exceeded, for any order of hold and release", () => {
  const buffer = new FrameBuffer({ seconds: 20, maxBytes: 2000 });
  const clips = [];
  let peak = 0;
  for (let seq = 1; seq <= 3000; seq += 1) {
    buffer.add(frame(seq, { bytes: 1 + ((seq * 7919) % 400) }), seq);
    if (seq % 17 === 0) clips.push(buffer.hold());
    if (seq % 23 === 0 && clips.length) buffer.release(clips.shift());
    const all = new Set([buffer.hold(), ...clips].flatMap((clip, index) => {
      if (index === 0) buffer.release(clip);
      return clip.frames;
    }));
    const bytes = [...all].reduce((sum, { body }) => sum + body.length, 0);
    assert.equal(bytes, buffer.bytes);
    peak = Math.max(peak, bytes);
  }
  assert.ok(peak > 1500 && peak <= 2000, `${peak}`);
});

test("the address may set the seconds, within limits", () => {
  assert.equal(FrameBuffer.fromText("60").seconds, 60);
  for (const text of ["", "0", "-5", "601", "Infinity", "ten"]) assert.equal(FrameBuffer.fromText(text).seconds, 10, text);
});
