import assert from "node:assert/strict";
import test from "node:test";

import { Replay } from "../../../web/static/js/replay/replay.js";

const settled = () => new Promise((done) => setImmediate(done));

/** A screen whose decoding ends when the test says so; frames are numbers. */
function screen() {
  const shown = [];
  const dropped = [];
  const failed = [];
  const pending = [];
  const replay = new Replay({
    decode: (frame) => new Promise((done, fail) => pending.push({ frame, done, fail })),
    show: (frame, decoded) => shown.push([frame, decoded]),
    discard: (decoded) => dropped.push(decoded),
    onError: (problem) => failed.push(problem.message),
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

test("one frame is decoded at a time, and then the newest that is wanted", async () => {
  const { replay, shown, pending, decode } = screen();
  for (const frame of [1, 2, 3, 4]) replay.show(frame);
  assert.deepEqual(pending.map(({ frame }) => frame), [1]);
  await decode();
  assert.deepEqual(pending.map(({ frame }) => frame), [4]);
  await decode();
  assert.deepEqual(shown, [[1, "picture 1"], [4, "picture 4"]]);
  assert.equal(pending.length, 0);
});

test("where decoding takes longer than frames are apart, playing shows those that are ready", async () => {
  const { replay, shown, decode } = screen();
  for (let frame = 1; frame <= 30; frame += 1) {
    replay.show(frame);
    if (frame % 3 === 0) await decode();
  }
  await decode();
  assert.deepEqual(shown.map(([frame]) => frame), [1, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
});

test("once all is shown the next is decoded at once", async () => {
  const { replay, shown, decode } = screen();
  replay.show(1);
  await decode();
  replay.show(2);
  await decode();
  assert.deepEqual(shown.map(([frame]) => frame), [1, 2]);
});

test("a picture that is ready when the hold is over is dropped, and nothing else decoded", async () => {
  const { replay, shown, dropped, pending, decode } = screen();
  replay.show(1);
  replay.show(2);
  replay.stop();
  await decode();
  assert.deepEqual(dropped, ["picture 1"]);
  assert.deepEqual(shown, []);
  assert.equal(pending.length, 0);
});

test("a new hold is not shown what was wanted in the one before", async () => {
  const { replay, shown, decode } = screen();
  replay.show(1);
  replay.stop();
  replay.show(2);
  await decode();
  await decode();
  assert.deepEqual(shown.map(([frame]) => frame), [2]);
});

test("a frame that cannot be decoded is told and known, and the next goes on", async () => {
  const { replay, shown, failed, decode, fail } = screen();
  replay.show(1);
  replay.show(2);
  await fail();
  assert.deepEqual(failed, ["no 1"]);
  await decode();
  assert.deepEqual(shown.map(([frame]) => frame), [2]);
  assert.equal(replay.failedFrame, null);
});

test("what failed is known until another is tried or the hold is over", async () => {
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

test("one that fails when its hold is over is told, but not of the next hold", async () => {
  const { replay, failed, fail } = screen();
  replay.show(1);
  replay.stop();
  await fail();
  assert.deepEqual(failed, ["no 1"]);
  assert.equal(replay.failedFrame, null);
});
