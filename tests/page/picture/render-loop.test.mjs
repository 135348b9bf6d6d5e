import assert from "node:assert/strict";
import test from "node:test";

import { RenderLoop } from "../../../web/static/js/picture/render-loop.js";
import { LatestFrame } from "../../../web/static/js/stream/latest-frame.js";

const settled = () => new Promise((done) => setImmediate(done));

/** A render loop whose decoding and animation frames end when the test says so. */
function screen({ isOld = () => false, hold } = {}) {
  const newest = new LatestFrame();
  const painted = [];
  const failed = [];
  const dropped = [];
  const pending = { decodes: [], frames: [] };
  const clock = { s: 0 };
  const drawing = new RenderLoop(newest, {
    decode: ({ header }) =>
      new Promise((done, fail) => pending.decodes.push({ seq: header.seq, done, fail })),
    paint: ({ header }) => painted.push(header.seq),
    discard: (decoded) => dropped.push(decoded),
    onError: ({ header }, error) => failed.push([header.seq, error.message]),
    animationFrame: () => new Promise((done) => pending.frames.push(done)),
    isOld: ({ header }) => isOld(header.seq),
    hold,
    nowS: () => clock.s,
  });
  const offer = (seq) => {
    newest.offer({ header: { epoch: 1, seq }, body: new Uint8Array(0) });
    drawing.wake();
  };
  const decode = async () => {
    pending.decodes.shift().done({});
    await settled();
  };
  const animate = async () => {
    pending.frames.shift()();
    await settled();
  };
  return { newest, drawing, painted, failed, dropped, pending, clock, offer, decode, animate };
}

test("a frame is decoded when it arrives and painted in the next animation frame", async () => {
  const { offer, decode, animate, painted } = screen();
  offer(1);
  await decode();
  assert.deepEqual(painted, []);
  await animate();
  assert.deepEqual(painted, [1]);
});

test("if decoding takes longer than a frame, older frames are skipped", async () => {
  const { offer, decode, animate, painted, pending, newest } = screen();
  for (let seq = 1; seq <= 10; seq += 1) offer(seq);
  assert.equal(pending.decodes.length, 1);
  await decode();
  await animate();
  assert.deepEqual(pending.decodes.map(({ seq }) => seq), [10]);
  await decode();
  await animate();
  assert.deepEqual(painted, [1, 10]);
  assert.equal(newest.skipped, 8);
  assert.equal(pending.decodes.length, 0);
});

test("after the page was suspended, old frames are dropped for newer ones", async () => {
  const { offer, decode, animate, painted } = screen({ isOld: (seq) => seq < 100 });
  offer(1);
  await decode();
  offer(2);
  await animate();
  await decode();
  offer(100);
  await animate();
  await decode();
  await animate();
  assert.deepEqual(painted, [100]);
});

test("if all frames are old, some are painted", async () => {
  const { offer, decode, animate, painted, clock } = screen({ isOld: () => true });
  for (let seq = 1; seq <= 100; seq += 1) {
    offer(seq);
    if (seq > 1) {
      await animate();
    }
    await decode();
    clock.s += 0.02;
  }
  assert.ok(painted.length >= 2, `${painted}`);
});

test("an old frame is painted if it is the newest", async () => {
  const { offer, decode, animate, painted } = screen({ isOld: () => true });
  offer(1);
  await decode();
  await animate();
  assert.deepEqual(painted, [1]);
});

test("a frame of a watch that has ended is not painted", async () => {
  const { offer, decode, animate, painted, newest } = screen();
  offer(1);
  await decode();
  newest.clear();
  await animate();
  assert.deepEqual(painted, []);
});

test("a frame that cannot be decoded is reported, and the next is painted", async () => {
  const { offer, decode, animate, painted, failed, pending } = screen();
  offer(1);
  offer(2);
  pending.decodes.shift().fail(new Error("no picture"));
  await settled();
  await decode();
  await animate();
  assert.deepEqual(failed, [[1, "no picture"]]);
  assert.deepEqual(painted, [2]);
});

test("the next frame is decoded while one waits for the animation frame", async () => {
  const { offer, decode, animate, painted, dropped } = screen();
  offer(1);
  await decode();
  offer(2);
  await animate();
  await decode();
  await animate();
  assert.deepEqual(painted, [1, 2]);
  assert.deepEqual(dropped, []);
});

test("two frames decoded in one animation frame are painted in two", async () => {
  const { offer, decode, animate, painted, newest } = screen();
  offer(1);
  await decode();
  offer(2);
  await decode();
  await animate();
  await animate();
  assert.deepEqual(painted, [1, 2]);
  assert.equal(newest.skipped, 0);
});

test("of three frames in one animation frame only the newest is painted; the others are counted", async () => {
  const { offer, decode, animate, painted, dropped, newest, pending } = screen();
  for (let seq = 1; seq <= 3; seq += 1) {
    offer(seq);
    await decode();
  }
  await animate();
  assert.deepEqual(painted, [3]);
  assert.equal(dropped.length, 2);
  assert.equal(newest.skipped, 2);
  assert.equal(pending.frames.length, 0);
});

test("if animation frames are slow, the newest is painted", async () => {
  const { offer, decode, animate, painted, dropped, newest, clock } = screen();
  offer(1);
  await decode();
  clock.s += 0.1;
  offer(2);
  await decode();
  await animate();
  assert.deepEqual(painted, [2]);
  assert.equal(dropped.length, 1);
  assert.equal(newest.skipped, 1);
});

test("without animation frames, as in a covered window, at most three are decoded", async () => {
  const { offer, decode, animate, painted, pending } = screen();
  for (let seq = 1; seq <= 10; seq += 1) {
    offer(seq);
    if (pending.decodes.length) await decode();
  }
  assert.equal(pending.decodes.length, 0);
  await animate();
  await decode();
  await animate();
  assert.deepEqual(painted, [3, 10]);
});

test("frames of a watch that has ended are not counted as skipped", async () => {
  const { offer, decode, animate, painted, newest } = screen();
  offer(1);
  await decode();
  newest.clear();
  offer(2);
  await decode();
  await animate();
  await animate();
  assert.deepEqual(painted, [2]);
  assert.equal(newest.skipped, 0);
});

test("a frame that is held is painted or skipped when its holder says so", async () => {
  const held = [];
  const hold = (frame) => Promise.resolve(held.push(frame));
  const { offer, decode, painted, dropped, newest, pending } = screen({ hold });
  for (let seq = 1; seq <= 3; seq += 1) {
    offer(seq);
    await decode();
  }
  assert.deepEqual(painted, []);
  assert.equal(pending.frames.length, 0);
  held[1].skip();
  held[2].paint();
  assert.deepEqual(painted, [3]);
  assert.equal(dropped.length, 1);
  assert.equal(newest.skipped, 1);
});

test("the next frame is decoded when the holder has room", async () => {
  let makeRoom = () => {};
  const hold = () => new Promise((done) => (makeRoom = done));
  const { offer, decode, pending } = screen({ hold });
  offer(1);
  await decode();
  offer(2);
  await settled();
  assert.equal(pending.decodes.length, 0);
  makeRoom();
  await settled();
  assert.deepEqual(pending.decodes.map(({ seq }) => seq), [2]);
});

test("a held frame of a watch that has ended is not painted", async () => {
  const held = [];
  const hold = (frame) => Promise.resolve(held.push(frame));
  const { offer, decode, painted, dropped, newest } = screen({ hold });
  offer(1);
  await decode();
  newest.clear();
  held[0].paint();
  assert.deepEqual(painted, []);
  assert.equal(dropped.length, 1);
  assert.equal(newest.skipped, 0);
});

test("a frame that nobody holds is painted as usual", async () => {
  const { offer, decode, animate, painted } = screen({ hold: () => null });
  offer(1);
  await decode();
  await animate();
  assert.deepEqual(painted, [1]);
});
