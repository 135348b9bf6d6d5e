import assert from "node:assert/strict";
import test from "node:test";

import { preciseName, steadyTiles, tilesFor } from "../../../web/static/js/stream/tile-region.js";

const CAMERA = { width: 2048, height: 1000 };
const box = (left, top, right, bottom) => ({ left, top, right, bottom });

test("the tiles have all pixels that are seen", () => {
  assert.deepEqual(tilesFor(box(300, 200, 600, 300), 0, CAMERA), box(1, 0, 3, 2));
});

test("a tile that is not seen is not asked for, even where it begins", () => {
  assert.deepEqual(tilesFor(box(256, 256, 512, 512), 0, CAMERA), box(1, 1, 2, 2));
});

test("a margin brings the tiles that would be seen soon", () => {
  assert.deepEqual(tilesFor(box(256, 256, 512, 512), 1, CAMERA), box(0, 0, 3, 3));
});

test("the margin ends at the picture's edges", () => {
  assert.deepEqual(tilesFor(box(0, 0, 2048, 1000), 100, CAMERA), box(0, 0, 8, 4));
});

test("nothing is asked for where nothing is seen", () => {
  for (const seen of [box(0, 0, 0, 0), box(0, 10, 10, 10), box(10, 0, 10, 10)]) {
    assert.equal(tilesFor(seen, 100, CAMERA), null);
  }
});

test("tiles have a name", () => {
  assert.equal(preciseName(box(1, 0, 3, 2)), "precise:1,0,3,2");
});

const steady = (asked, seen, camera = CAMERA) => steadyTiles(asked, seen, 64, camera);

test("the first time it is the tiles wanted", () => {
  assert.deepEqual(steady(null, box(300, 300, 600, 600)), box(0, 0, 3, 3));
});

test("what is asked for stays while it has all that is seen", () => {
  const asked = box(0, 0, 3, 3);
  assert.equal(steady(asked, box(400, 400, 760, 760)), asked);
});

test("what is seen beyond it asks for other tiles", () => {
  assert.deepEqual(steady(box(0, 0, 3, 3), box(500, 400, 780, 500)), box(1, 1, 4, 3));
});

test("panning to and fro, so that the margin passes an edge and comes back, asks once", () => {
  const seen = (left) => box(left, 300, left + 400, 500);
  assert.notDeepEqual(steady(null, seen(52)), steady(null, seen(48)));
  const asked = steady(null, seen(48));
  assert.equal([52, 48, 52].reduce((kept, left) => steady(kept, seen(left)), asked), asked);
});

test("twice as many tiles as are wanted are kept, more are not", () => {
  const seen = box(600, 600, 700, 700);
  assert.deepEqual(steady(null, seen), box(2, 2, 3, 3));
  const twice = box(2, 2, 4, 3);
  assert.equal(steady(twice, seen), twice);
  assert.deepEqual(steady(box(2, 2, 5, 3), seen), box(2, 2, 3, 3));
});

test("tiles of a larger picture are not kept for a smaller one", () => {
  const camera = { width: 600, height: 600 };
  assert.deepEqual(steady(box(0, 0, 4, 4), box(0, 0, 600, 600), camera), box(0, 0, 3, 3));
});

test("nothing is kept where nothing is seen", () => {
  assert.equal(steady(box(0, 0, 3, 3), box(0, 0, 0, 0)), null);
});
