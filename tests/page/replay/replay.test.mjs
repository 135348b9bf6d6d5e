import assert from "node:assert/strict";
import test from "node:test";

import { Replay } from "../../../web/static/js/replay/replay.js";

const settled = () => new Promise((done) => setImmediate(done));

/** A replay whose decoding ends when the test says so; frames are numbers. */
function screen() {
  const shown = [];
  const dropped = [];
  const failed = [];
  const pending = [];
  const replay = new Replay({
    decode: (frame) => new Promise((done, fail) => pending.push({ frame, done, fail })),
    show: (frame, decoded) => shown.push([frame, decoded]),
    discard: (decoded) => dropped.push(decoded),
    onError: (error) => failed.push(error.message),
  });
  const decode = async () => {
    const { frame, done } = pending.shift();
    done(`picture ${frame}`);
    await settled();
  };
  const fail = async () => {
    const { frame, fail: refuse } = pending.shift();
    refuse(new Error(`no ${frame}`));
    await settled();
  };
  return { replay, shown, dropped, failed, pending, decode, fail };
}

test("one frame is decoded at a time, and then the last one requested", async () => {
  const { replay, shown, pending, decode } = screen();
  for (const frame of [1, 2, 3, 4]) replay.show(frame);
  assert.deepEqual(pending.map(({ frame }) => frame), [1]);
  await decode();
  assert.deepEqual(pending.map(({ frame }) => frame), [4]);
  await decode();
  assert.deepEqual(shown, [[1, "picture 1"], [4, "picture 4"]]);
  assert.equal(pending.length, 0);
});

test("if decoding takes longer than the time between frames, some are skipped", async () => {
  const { replay, shown, decode } = screen();
  for (let frame = 1; frame <= 30; frame += 1) {
    replay.show(frame);
    if (frame % 3 === 0) await decode();
  }
  await decode();
  assert.deepEqual(shown.map(([frame]) => frame), [1, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
});

test("when all are shown, the next is decoded immediately", async () => {
  const { replay, shown, decode } = screen();
  replay.show(1);
  await decode();
  replay.show(2);
  await decode();
  assert.deepEqual(shown.map(([frame]) => frame), [1, 2]);
});

test("a picture that is decoded after a stop is discarded, and no other is decoded", async () => {
  const { replay, shown, dropped, pending, decode } = screen();
  replay.show(1);
  replay.show(2);
  replay.stop();
  await decode();
  assert.deepEqual(dropped, ["picture 1"]);
  assert.deepEqual(shown, []);
  assert.equal(pending.length, 0);
});

test("frames requested before a stop are not shown after it", async () => {
  const { replay, shown, decode } = screen();
  replay.show(1);
  replay.stop();
  replay.show(2);
  await decode();
  await decode();
  assert.deepEqual(shown.map(([frame]) => frame), [2]);
});

test("a frame that cannot be decoded is reported, and the next is shown", async () => {
  const { replay, shown, failed, decode, fail } = screen();
  replay.show(1);
  replay.show(2);
  await fail();
  assert.deepEqual(failed, ["no 1"]);
  await decode();
  assert.deepEqual(shown.map(([frame]) => frame), [2]);
  assert.equal(replay.failedFrame, null);
});

test("the failed frame is known until the next attempt or a stop", async () => {
  const { replay, fail } = screen();
  replay.show(1);
  await fail();
  assert.equal(replay.failedFrame, 1);
  replay.show(1);
  assert.equal(replay.failedFrame, null);
  await fail();
  replay.stop();
  assert.equal(replay.failedFrame, null);
});

test("a frame that fails after a stop is reported, but is no failed frame", async () => {
  const { replay, failed, fail } = screen();
  replay.show(1);
  replay.stop();
  await fail();
  assert.deepEqual(failed, ["no 1"]);
  assert.equal(replay.failedFrame, null);
});
