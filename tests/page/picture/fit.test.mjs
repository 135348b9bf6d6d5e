import assert from "node:assert/strict";
import test from "node:test";

import { fitPicture } from "../../../web/static/js/picture/fit.js";

const size = (width, height) => ({ width, height });

test("a picture fills its area at its aspect ratio, centred", () => {
  const fit = fitPicture(size(1000, 600), size(640, 480), 1);
  assert.deepEqual(fit, { width: 800, height: 600, left: 100, top: 0, pixelated: false });
});

test("a picture larger than its area is scaled down", () => {
  const fit = fitPicture(size(300, 300), size(2048, 1024), 1);
  assert.deepEqual([fit.width, fit.height, fit.top], [300, 150, 75]);
});

test("sides fall on device pixels", () => {
  const fit = fitPicture(size(333, 1000), size(3, 2), 1.5);
  assert.equal((fit.height * 1.5) % 1, 0);
});

test("an image of one row is visible", () => {
  assert.equal(fitPicture(size(800, 600), size(2048, 1), 1).height, 24);
});

test("few pixels are shown as squares, depending on the screen's density", () => {
  assert.equal(fitPicture(size(800, 600), size(16, 12), 1).pixelated, true);
  assert.equal(fitPicture(size(900, 900), size(640, 640), 1).pixelated, false);
  assert.equal(fitPicture(size(900, 900), size(640, 640), 2).pixelated, true);
});
