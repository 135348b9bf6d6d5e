import assert from "node:assert/strict";
import test from "node:test";

import { SlowDrawing } from "../../../web/static/js/board/slow-drawing.js";

test("a card that is slow twice in a row is stopped until it is reset", () => {
  const slow = new SlowDrawing();
  assert.deepEqual([1.5, 0.2, 1.5, 1.01].map((tookS) => slow.record(tookS)), [false, false, false, true]);
  slow.reset();
  assert.equal(slow.record(3), false);
});
