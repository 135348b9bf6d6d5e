import assert from "node:assert/strict";
import test from "node:test";

import { clipText, unavailable } from "../../../web/static/js/export/save-menu.js";

const ALL = { hasPicture: true, isExact: true, isArriving: true, reason: "", frames: 41 };

test("a live, precise picture can be saved in every format", () => {
  assert.deepEqual(Object.values(unavailable(ALL)), ["", "", "", ""]);
});

test("what is unavailable says why", () => {
  assert.match(unavailable({ ...ALL, isExact: false }).values, /Precise/);
  const stopped = unavailable({ ...ALL, isArriving: false, reason: "source stopped" });
  assert.equal(stopped.fresh, "There is no new frame: source stopped.");
  assert.deepEqual([stopped.view, stopped.values, stopped.seconds], ["", "", ""]);
  const empty = unavailable({ ...ALL, hasPicture: false, frames: 0 });
  assert.ok(empty.view && empty.values && empty.seconds);
});

test("the last seconds say how many frames they are", () => {
  const frames = [100, 104.5, 109.2].map((t_received) => ({ header: { t_received } }));
  assert.equal(clipText(frames), "3 frames of 9 s");
  assert.equal(clipText(frames.slice(0, 1)), "1 frame");
  assert.equal(clipText([]), "Frames of the last seconds");
});
