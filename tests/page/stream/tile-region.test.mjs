import assert from "node:assert/strict";
import test from "node:test";

import { preciseName, steadyTiles, tilesFor } from "../../../web/static/js/stream/tile-region.js";

const CAMERA = { width: 2048, height: 1000 };
const box = (left, top, right, bottom) => ({ left, top, right, bottom });

test("the tiles contain all visible pixels", () => {
  assert.deepEqual(tilesFor(box(300, 200, 600, 300), 0, CAMERA), box(1, 0, 3, 2));
});

test("a tile that only borders on the visible part is not requested", () => {
  assert.deepEqual(tilesFor(box(256, 256, 512, 512), 0, CAMERA), box(1, 1, 2, 2));
});

test("a margin adds the tiles that are visible after a small move", () => {
  assert.deepEqual(tilesFor(box(256, 256, 512, 512), 1, CAMERA), box(0, 0, 3, 3));
});

test("the margin ends at the picture's edges", () => {
  assert.deepEqual(tilesFor(box(0, 0, 2048, 1000), 100, CAMERA), box(0, 0, 8, 4));
});

test("without visible pixels no tiles are requested", () => {
  for (const visible of [box(0, 0, 0, 0), box(0, 10, 10, 10), box(10, 0, 10, 10)]) {
    assert.equal(tilesFor(visible, 100, CAMERA), null);
  }
});

test("tiles have a name", () => {
  assert.equal(preciseName(box(1, 0, 3, 2)), "precise:1,0,3,2");
});

const steady = (current, visible, camera = CAMERA) => steadyTiles(current, visible, 64, camera);

test("the first request has exactly the tiles needed", () => {
  assert.deepEqual(steady(null, box(300, 300, 600, 600)), box(0, 0, 3, 3));
});

test("the request stays while it contains all visible pixels", () => {
  const current = box(0, 0, 3, 3);
  assert.equal(steady(current, box(400, 400, 760, 760)), current);
});

test("pixels outside the request change it", () => {
  assert.deepEqual(steady(box(0, 0, 3, 3), box(500, 400, 780, 500)), box(1, 1, 4, 3));
});

test("panning back and forth across a tile edge by the margin leads to one request", () => {
  const visible = (left) => box(left, 300, left + 400, 500);
  assert.notDeepEqual(steady(null, visible(52)), steady(null, visible(48)));
  const current = steady(null, visible(48));
  assert.equal([52, 48, 52].reduce((tiles, left) => steady(tiles, visible(left)), current), current);
});

test("up to twice as many tiles as needed are kept", () => {
  const visible = box(600, 600, 700, 700);
  assert.deepEqual(steady(null, visible), box(2, 2, 3, 3));
  const twice = box(2, 2, 4, 3);
  assert.equal(steady(twice, visible), twice);
  assert.deepEqual(steady(box(2, 2, 5, 3), visible), box(2, 2, 3, 3));
});

test("tiles of a larger picture are not kept for a smaller one", () => {
  const camera = { width: 600, height: 600 };
  assert.deepEqual(steady(box(0, 0, 4, 4), box(0, 0, 600, 600), camera), box(0, 0, 3, 3));
});

test("without visible pixels no tiles are kept", () => {
  assert.equal(steady(box(0, 0, 3, 3), box(0, 0, 0, 0)), null);
});
