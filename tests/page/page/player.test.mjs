import assert from "node:assert/strict";
import test from "node:test";

import { Player } from "../../../web/static/js/page/player.js";
import { FrameBuffer } from "../../../web/static/js/replay/frame-buffer.js";

const settled = () => new Promise((done) => setImmediate(done));

/** The part of an element that the player uses. */
class Element extends EventTarget {
  textContent = "";
  attributes = {};
  value = "";

  get valueAsNumber() {
    return Number(this.value);
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }
}

/** A page that holds pulse 1003 of 1000 to 1003, a second apart; decoding ends when the test says so. */
function page() {
  const elements = new Map();
  const element = (id) => elements.get(id) ?? elements.set(id, new Element()).get(id);
  const buffer = new FrameBuffer();
  const frames = [0, 1, 2, 3].map((seq) => ({
    header: { epoch: 1, seq, pulse_id: 1000 + seq, image: null, values: {} },
    body: new Uint8Array(8),
  }));
  frames.forEach((frame, index) => buffer.add(frame, index));
  const pending = [];
  const decoder = {
    decode: (frame) => new Promise((done, fail) => pending.push({ frame, done, fail })),
    discard: () => {},
  };
  const unreadable = [];
  const live = {
    frozen: true,
    frame: frames[3],
    freeze: () => {},
    show(frame) {
      live.frame = frame;
      player.update();
    },
    countUnreadable: (error) => unreadable.push(error),
  };
  const player = new Player({ getById: element, live, picture: { decoder }, buffer, shortcuts: { add: () => {} } });
  player.update();
  const press = (id) => element(id).dispatchEvent(new Event("click"));
  const end = async (how, result) => {
    pending.shift()[how](result);
    await settled();
  };
  return { element, live, player, press, end, pending, unreadable, label: () => element("memory-text").textContent };
}

test("the label describes the displayed frame, also while another is being decoded", async () => {
  const { press, end, label } = page();
  assert.equal(label(), "4 of 4, 0.00 s earlier");
  press("memory-back");
  assert.equal(label(), "4 of 4, 0.00 s earlier");
  await end("done");
  assert.equal(label(), "3 of 4, 1.00 s earlier");
});

test("steps continue from the requested frame, not from the displayed one", async () => {
  const { element, press, end, label, pending } = page();
  for (let step = 0; step < 3; step += 1) press("memory-back");
  assert.equal(element("memory-at").value, "0");
  assert.equal(pending.length, 1);
  await end("done");
  await end("done");
  assert.match(label(), /^1 of 4/);
});

test("a frame that cannot be shown is counted, and named beside the displayed one", async () => {
  const { press, end, label, unreadable } = page();
  const error = new DOMException("no image");
  press("memory-back");
  await end("fail", error);
  assert.deepEqual(unreadable, [error]);
  assert.equal(label(), "4 of 4, 0.00 s earlier, pulse 1002 cannot be shown");
  press("memory-back");
  await end("done");
  assert.match(label(), /^2 of 4/);
});

test("a frame that is decoded after the picture is unfrozen is not shown", async () => {
  const { live, player, press, end } = page();
  press("memory-back");
  const { frame } = live;
  live.frozen = false;
  player.update();
  await end("done");
  assert.equal(live.frame, frame);
});
