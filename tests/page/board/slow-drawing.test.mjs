import assert from "node:assert/strict";
import test from "node:test";

import { SlowDrawing } from "../../../web/static/js/board/slow-drawing.js";

test("a card that is slow twice in a row is stopped, until somebody asks", () => {
  const slow = new SlowDrawing();
  assert.deepEqual([1.5, 0.2, 1.5, 1.01].map((tookS) => slow.took(tookS)), [false, false, false, true]);
  slow.forget();
  assert.equal(slow.took(3), false);
});
