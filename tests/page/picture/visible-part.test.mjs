import assert from "node:assert/strict";
import test from "node:test";

import { visiblePart } from "../../../web/static/js/picture/visible-part.js";
import { Viewport } from "../../../web/static/js/picture/viewport.js";

const STAGE = { width: 800, height: 500 };

function part(view) {
  const viewport = new Viewport();
  viewport.resize(STAGE, 1);
  viewport.setCamera({ width: 640, height: 480 });
  viewport.fromText(view);
  return visiblePart(viewport.placement, STAGE);
}

test("the frame stands at the edges of a whole picture", () => {
  const { left, top, width, height } = part("fit");
  assert.deepEqual([top, height], [0, 500]);
  assert.ok(Math.abs(width - (500 * 4) / 3) <= 1);
  assert.ok(Math.abs(left - (800 - width) / 2) <= 1);
});

test("a turned and mirrored picture has its frame, too", () => {
  const { width, height } = part("fitr1m");
  assert.ok(Math.abs(width - (500 * 3) / 4) <= 1);
  assert.equal(height, 500);
});

test("a picture larger than the stage is framed at the stage", () => {
  assert.deepEqual(part("8@320,240"), { left: 0, top: 0, width: 800, height: 500 });
});
