import assert from "node:assert/strict";
import test from "node:test";

import { fitsPng, encodePng } from "../../../web/static/js/export/png.js";

const pixels = { x: 0, y: 0, pitch: 1, width: 1, height: 1, offset: 0, scale: 1 };

for (const data of [Uint8Array.of(1), Uint16Array.of(1)]) {
  test(`${data.constructor.name} fits a PNG`, () => assert.equal(fitsPng({ ...pixels, data }), true));
}

for (const [what, other] of [
  ["a fraction", { data: Float64Array.of(1) }],
  ["a signed integer", { data: Int16Array.of(1) }],
  ["a level that stands for a value", { data: Uint8Array.of(1), scale: 2 }],
]) {
  test(`${what} does not fit a PNG, which is refused`, async () => {
    assert.equal(fitsPng({ ...pixels, ...other }), false);
    await assert.rejects(encodePng({ ...pixels, ...other }, ""), RangeError);
  });
}

test("the pixels are read before it returns, as their memory is used again", async () => {
  const data = Uint8Array.of(7);
  const first = encodePng({ ...pixels, data }, "");
  data[0] = 8;
  const again = encodePng({ ...pixels, data: Uint8Array.of(7) }, "");
  assert.deepEqual(await (await first).arrayBuffer(), await (await again).arrayBuffer());
});
