import assert from "node:assert/strict";
import test from "node:test";

import {
  HANDLES,
  MAX_REGIONS,
  createRegion,
  chord,
  contains,
  dragRegion,
  parseRegions,
  handlePoint,
  centredRegion,
  nudgeRegion,
  formatRegions,
  clipRegion,
} from "../../../web/static/js/analysis/region.js";

const CAMERA = { width: 640, height: 480 };
const RECT = { kind: "rect", x: 100, y: 50, width: 40, height: 20 };
const ELLIPSE = { ...RECT, kind: "ellipse" };

const sides = ({ x, y, width, height }) => [x, y, width, height];
const drawn = (from, to, isSquare) => sides(createRegion("rect", from, to, CAMERA, isSquare));
const key = (name, others = {}) => ({
  key: name,
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  ...others,
});

test("a region lies between two points", () => {
  assert.deepEqual(drawn({ x: 10, y: 20 }, { x: 15.5, y: 40 }), [10, 20, 5.5, 20]);
});

test("a region may be drawn to the upper left", () => {
  assert.deepEqual(drawn({ x: 15.5, y: 40 }, { x: 10, y: 20 }), [10, 20, 5.5, 20]);
});

test("a click makes a region of one pixel", () => {
  assert.deepEqual(drawn({ x: 10, y: 20 }, { x: 10, y: 20 }), [10, 20, 1, 1]);
});

test("a click in the last corner makes a region of one pixel inside the picture", () => {
  assert.deepEqual(drawn({ x: 640, y: 480 }, { x: 640, y: 480 }), [639, 479, 1, 1]);
});

test("a region drawn out of the picture ends at its edge", () => {
  assert.deepEqual(drawn({ x: 600, y: -50 }, { x: 900, y: 30 }), [600, 0, 40, 30]);
});

test("a square has the longer side", () => {
  assert.deepEqual(drawn({ x: 10, y: 20 }, { x: 15, y: 60 }, true), [10, 20, 40, 40]);
});

test("a square to the upper left keeps its start point", () => {
  assert.deepEqual(drawn({ x: 100, y: 100 }, { x: 70, y: 95 }, true), [70, 70, 30, 30]);
});

test("a square is limited by the picture", () => {
  assert.deepEqual(drawn({ x: 100, y: 470 }, { x: 300, y: 475 }, true), [100, 470, 10, 10]);
});

test("a rectangle contains its corners", () => {
  assert.equal(contains(RECT, { x: 100, y: 50 }), true);
});

test("a rectangle does not contain its far sides", () => {
  assert.deepEqual([contains(RECT, { x: 140, y: 60 }), contains(RECT, { x: 120, y: 70 })], [false, false]);
});

test("an ellipse does not contain its box's corner", () => {
  assert.equal(contains(ELLIPSE, { x: 102, y: 52 }), false);
});

test("an ellipse contains points near its centre", () => {
  assert.equal(contains(ELLIPSE, { x: 130, y: 65 }), true);
});

test("an ellipse's chord ends at the ellipse", () => {
  const [from, to] = chord(ELLIPSE, 66); // 6 of 10 away: 8 of 10 is left
  assert.ok(Math.abs(from - 104) < 1e-9 && Math.abs(to - 136) < 1e-9, `${from} to ${to}`);
});

test("a side dragged past the opposite one flips the region", () => {
  assert.deepEqual(sides(dragRegion(RECT, "e", -60, 0, CAMERA)), [80, 50, 20, 20]);
});

test("a corner dragged past the opposite one flips both sides", () => {
  assert.deepEqual(sides(dragRegion(RECT, "nw", 50, 30, CAMERA)), [140, 70, 10, 10]);
});

test("a region dragged flat keeps one pixel", () => {
  assert.deepEqual(sides(dragRegion(RECT, "s", 0, -20, CAMERA)), [100, 50, 40, 1]);
});

test("a region moved out of the picture stays at its edge with its size", () => {
  assert.deepEqual(sides(dragRegion(RECT, "inside", 9999, -9999, CAMERA)), [600, 0, 40, 20]);
});

test("a side dragged out of the picture stays at its edge", () => {
  assert.deepEqual(sides(dragRegion(RECT, "w", -9999, 0, CAMERA)), [0, 50, 140, 20]);
});

test("dragging keeps the kind", () => {
  assert.equal(dragRegion(ELLIPSE, "se", 5, 5, CAMERA).kind, "ellipse");
});

test("an arrow moves a region by a pixel", () => {
  assert.deepEqual(sides(nudgeRegion(RECT, key("ArrowLeft"), CAMERA)), [99, 50, 40, 20]);
});

test("Shift and an arrow moves it by ten", () => {
  assert.deepEqual(sides(nudgeRegion(RECT, key("ArrowDown", { shiftKey: true }), CAMERA)), [100, 60, 40, 20]);
});

test("Ctrl and an arrow resizes it", () => {
  assert.deepEqual(sides(nudgeRegion(RECT, key("ArrowRight", { ctrlKey: true }), CAMERA)), [100, 50, 41, 20]);
});

test("Ctrl, Shift and an arrow resizes it by ten", () => {
  const event = key("ArrowUp", { ctrlKey: true, shiftKey: true });
  assert.deepEqual(sides(nudgeRegion(RECT, event, CAMERA)), [100, 50, 40, 10]);
});

test("the keyboard keeps a region at one pixel at least", () => {
  const event = key("ArrowUp", { ctrlKey: true, shiftKey: true });
  assert.equal(nudgeRegion({ ...RECT, height: 3 }, event, CAMERA).height, 1);
});

test("the keyboard makes no region larger than the picture", () => {
  const event = key("ArrowRight", { ctrlKey: true, shiftKey: true });
  assert.deepEqual(sides(nudgeRegion({ ...RECT, x: 595 }, event, CAMERA)), [595, 50, 45, 20]);
});

for (const event of [key("a"), key("ArrowLeft", { altKey: true }), key("ArrowLeft", { metaKey: true })]) {
  const modifier = event.altKey ? "Alt and " : event.metaKey ? "Meta and " : "";
  test(`${modifier}${event.key} does not change a region`, () => {
    assert.equal(nudgeRegion(RECT, event, CAMERA), null);
  });
}

test("regions are restored from a link", () => {
  const regions = [RECT, { kind: "ellipse", x: 7.25, y: 0, width: 30, height: 1 }];
  assert.deepEqual(parseRegions(formatRegions(regions)), regions);
});

test("a link's text is short", () => {
  const region = { kind: "ellipse", x: 1 / 3, y: 7, width: 30.0001, height: 12.5 };
  assert.equal(formatRegions([RECT, region]), "rect:100,50,40,20;ellipse:0.33,7,30,12.5");
});

test("without regions the text is empty", () => {
  assert.equal(formatRegions([]), "");
});

for (const text of [
  "",
  "rect",
  "rect:1,2,3",
  "rect:1,2,3,4,5",
  "rect:1,2,0,4",
  "rect:1,2,3,0.5",
  "rect:-1,2,3,4",
  "rect:1e9,2,3,4",
  "rect:NaN,2,3,4",
  "blob:1,2,3,4",
  "rect:1,2,3,4 ",
  null,
  7,
]) {
  test(`invalid text is ignored: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parseRegions(text), []);
  });
}

test("valid parts of an invalid text are used", () => {
  assert.deepEqual(parseRegions("x;rect:100,50,40,20;;ellipse:,").map(sides), [[100, 50, 40, 20]]);
});

test("a link cannot exceed the limit of regions", () => {
  assert.equal(parseRegions("rect:1,2,3,4;".repeat(20)).length, MAX_REGIONS);
});

test("a region that extends beyond the picture is clipped", () => {
  const region = { kind: "rect", x: 600, y: 10, width: 700, height: 30 };
  assert.deepEqual(clipRegion(region, CAMERA), { kind: "rect", x: 600, y: 10, width: 40, height: 30 });
});

test("a region inside the picture is not clipped", () => {
  const region = { kind: "ellipse", x: 0.1, y: 0.3, width: 0.2 + 1, height: 479.7 };
  assert.deepEqual(clipRegion(region, CAMERA), region);
});

test("a region that just touches the picture keeps one pixel", () => {
  assert.deepEqual(sides(clipRegion({ ...RECT, x: 639.7, y: 479.9 }, CAMERA)), [639, 479, 1, 1]);
});

test("a region outside the picture is clipped to nothing", () => {
  assert.deepEqual([clipRegion({ ...RECT, x: 640 }, CAMERA), clipRegion({ ...RECT, y: 480 }, CAMERA)], [null, null]);
});

test("a region dragged while the picture becomes smaller stays inside", () => {
  const found = ["inside", "w", "n", "se"].map((handle) => dragRegion(RECT, handle, -1, -1, { width: 120, height: 60 }));
  assert.deepEqual(found.map(sides), [
    [80, 40, 40, 20],
    [99, 50, 21, 20],
    [100, 49, 40, 11],
    [100, 50, 20, 10],
  ]);
});

test("a centred region has whole pixels and a third of the visible part", () => {
  const seen = { left: 100, top: 50, right: 164, bottom: 80 };
  assert.deepEqual(centredRegion("ellipse", seen, CAMERA), { kind: "ellipse", x: 121, y: 60, width: 22, height: 10 });
});

test("a centred region of a single visible pixel is that pixel", () => {
  assert.deepEqual(sides(centredRegion("rect", { left: 639, top: 7, right: 640, bottom: 8 }, CAMERA)), [639, 7, 1, 1]);
});
