import assert from "node:assert/strict";
import test from "node:test";

import { fitPicture } from "../../../web/static/js/picture/fit.js";
import { Viewport } from "../../../web/static/js/picture/viewport.js";

const size = (width, height) => ({ width, height });
const PLACE = size(800, 600);
const CAMERA = size(1280, 960);

function viewport({ place = PLACE, camera = CAMERA, density = 1, text = "fit" } = {}) {
  const view = new Viewport();
  view.resize(place, density);
  view.setCamera(camera);
  assert.ok(view.fromText(text));
  return view;
}

function close(one, other, within = 1e-6) {
  for (const axis of ["x", "y"]) {
    assert.ok(Math.abs(one[axis] - other[axis]) < within, `${JSON.stringify([one, other])}`);
  }
}

const ORIENTATIONS = [0, 1, 2, 3].flatMap((turns) => [`r${turns}`, `r${turns}m`]);

test("a picture that was never zoomed is exactly where fitPicture() places it", () => {
  for (const [place, camera, density] of [
    [PLACE, CAMERA, 1],
    [size(333, 1000), size(3, 2), 1.5],
    [PLACE, size(2048, 1), 1],
    [size(901, 700), size(640, 480), 2],
  ]) {
    const view = viewport({ place, camera, density });
    const { pixelated, ...box } = fitPicture(place, camera, density);
    assert.deepEqual(view.drawnBox, box);
    assert.equal(view.pixelated, pixelated);
    close(view.placement.toPlace(0, 0), { x: box.left, y: box.top });
    close(view.placement.toPlace(camera.width, camera.height), { x: box.left + box.width, y: box.top + box.height });
  }
});

test("zooming keeps the point under the pointer, also rotated and mirrored", () => {
  for (const orientation of ORIENTATIONS) {
    const view = viewport({ text: `2@640.0,480.0${orientation}` });
    const pointer = { x: 123, y: 456 };
    const point = view.placement.toPicture(pointer.x, pointer.y);
    view.zoomBy(1.7, pointer);
    close(view.placement.toPlace(point.x, point.y), pointer);
    view.zoomBy(0.8, pointer);
    close(view.placement.toPlace(point.x, point.y), pointer);
  }
});

test("zooming in from the fitted picture keeps the point, or else the centre", () => {
  const view = viewport();
  const point = view.placement.toPicture(700, 100);
  view.zoomBy(3, { x: 700, y: 100 });
  close(view.placement.toPlace(point.x, point.y), { x: 700, y: 100 });
  const { centre } = view;
  view.zoomBy(2);
  close(view.centre, centre);
});

test("zooming out to the limit ends at fit", () => {
  const view = viewport({ text: "2@100.0,100.0" });
  view.zoomBy(0.01, { x: 3, y: 3 });
  assert.equal(view.isFit, true);
  close(view.centre, { x: 640, y: 480 });
});

test("zooming in and out by the same factor is fit again", () => {
  const view = viewport();
  view.zoomBy(1.1, { x: 10, y: 10 });
  assert.equal(view.isFit, false);
  view.zoomBy(1 / 1.1, { x: 500, y: 10 });
  assert.equal(view.isFit, true);
});

test("a small camera's picture has at least one device pixel per camera pixel", () => {
  const view = viewport({ camera: size(80, 60), density: 2 });
  view.zoomBy(0.001);
  assert.equal(view.zoom, 0.5);
  assert.equal(view.isFit, false);
});

test("a camera pixel has 64 device pixels at most", () => {
  const view = viewport({ density: 2 });
  view.zoomBy(Infinity);
  assert.equal(view.zoom, 32);
});

test("an invalid factor is ignored", () => {
  const view = viewport({ text: "2@640.0,480.0" });
  for (const factor of [0, -1, NaN]) {
    view.zoomBy(factor, { x: 1, y: 1 });
  }
  assert.equal(view.toText(), "2@640.0,480.0");
});

test("the picture follows the pointer", () => {
  const view = viewport({ text: "2@640.0,480.0r1" });
  const point = view.placement.toPicture(400, 300);
  view.panBy(30, -20);
  close(view.placement.toPlace(point.x, point.y), { x: 430, y: 280 });
});

test("panning ends at the edges, and the way back begins immediately", () => {
  const view = viewport({ text: "2@640.0,480.0" });
  view.panBy(1e6, 1e6);
  close(view.placement.toPlace(0, 0), { x: 0, y: 0 });
  view.panBy(-1e6, -1e6);
  close(view.placement.toPlace(1280, 960), { x: 800, y: 600 });
  view.panBy(10, 0);
  close(view.placement.toPlace(1280, 960), { x: 810, y: 600 });
});

test("a fitted picture cannot be moved", () => {
  const view = viewport();
  view.panBy(50, 50);
  view.centreOn(0, 0);
  assert.equal(view.toText(), "fit");
});

test("a picture smaller than its area is centred, separately on each axis", () => {
  const small = viewport({ camera: size(100, 50) });
  small.actual();
  small.panBy(77, 77);
  assert.deepEqual(small.drawnBox, { left: 350, top: 275, width: 100, height: 50 });
  const wide = viewport({ camera: size(1000, 100) });
  wide.actual();
  wide.panBy(77, 77);
  assert.deepEqual(wide.drawnBox, { left: -23, top: 250, width: 1000, height: 100 });
});

test("a point is centred", () => {
  const view = viewport({ text: "4@640.0,480.0r3m" });
  view.centreOn(300, 200);
  close(view.placement.toPlace(300, 200), { x: 400, y: 300 });
});

for (const orientation of ORIENTATIONS) {
  test(`picture and area convert both ways, also ${orientation}`, () => {
    for (const where of ["fit", "3.7@200.3,700.1"]) {
      const view = viewport({ place: size(811, 607), density: 1.5, text: where + orientation });
      const [a, b, c, d, e, f] = view.placement.matrix;
      for (const [x, y] of [[0, 0], [1280, 960], [17.25, 900.5], [-50, 2000]]) {
        const place = view.placement.toPlace(x, y);
        close(view.placement.toPicture(place.x, place.y), { x, y });
        close(place, { x: a * x + c * y + e, y: b * x + d * y + f });
      }
    }
  });
}

// the camera's corner pixels, clockwise from the upper left
const [UL, UR, LR, LL] = ["0 0", "1279 0", "1279 959", "0 959"];
for (const [what, turn, expected] of [
  ["nothing", () => {}, [UL, UR, LR, LL]],
  ["one turn clockwise", (view) => view.turn(1), [LL, UL, UR, LR]],
  ["a half turn", (view) => view.turn(2), [LR, LL, UL, UR]],
  ["one turn back", (view) => view.turn(-1), [UR, LR, LL, UL]],
  ["left and right swapped", (view) => view.mirror("x"), [UR, UL, LL, LR]],
  ["top and bottom swapped", (view) => view.mirror("y"), [LL, LR, UR, UL]],
  ["a turn, then left and right", (view) => (view.turn(1), view.mirror("x")), [UL, LL, LR, UR]],
  ["a turn, then top and bottom", (view) => (view.turn(1), view.mirror("y")), [LR, UR, UL, LL]],
  ["left and right, then a turn", (view) => (view.mirror("x"), view.turn(1)), [LR, UR, UL, LL]],
  ["both swapped", (view) => (view.mirror("x"), view.mirror("y")), [LR, LL, UL, UR]],
]) {
  test(`the corners are at the expected places after ${what}`, () => {
    const view = viewport();
    turn(view);
    const { left, top, width, height } = view.drawnBox;
    const [right, bottom] = [left + width - 0.1, top + height - 0.1];
    const corners = [[left + 0.1, top + 0.1], [right, top + 0.1], [right, bottom], [left + 0.1, bottom]];
    const pixels = corners.map(([x, y]) => view.placement.pixelAt(x, y));
    assert.deepEqual(pixels.map(({ x, y }) => `${x} ${y}`), expected);
  });
}

test("outside the picture there is no pixel", () => {
  const view = viewport({ camera: size(600, 600) });
  assert.equal(view.placement.pixelAt(99.9, 300), null);
  assert.deepEqual(view.placement.pixelAt(100, 300), { x: 0, y: 300 });
  assert.deepEqual(view.placement.pixelAt(699.9, 599.9), { x: 599, y: 599 });
  assert.equal(view.placement.pixelAt(700, 300), null);
});

test("a fitted picture that is rotated swaps its sides and is fitted again", () => {
  const view = viewport();
  view.turn(1);
  assert.deepEqual(view.drawnBox, { left: 175, top: 0, width: 450, height: 600 });
  assert.equal(view.isFit, true);
});

test("rotating and mirroring keep the centre", () => {
  const view = viewport({ text: "4@300.0,200.0" });
  view.turn(3);
  view.mirror("y");
  close(view.placement.toPlace(300, 200), { x: 400, y: 300 });
});

test("the matrix has no minus zero", () => {
  for (const orientation of ORIENTATIONS) {
    assert.ok(!viewport({ text: `fit${orientation}` }).placement.matrix.some((n) => Object.is(n, -0)));
  }
});

test("in an area of another size fit remains fit", () => {
  const view = viewport();
  view.resize(size(400, 500), 2);
  assert.deepEqual(view.drawnBox, { left: 0, top: 100, width: 400, height: 300 });
});

test("in an area of another size the centre is kept", () => {
  const view = viewport({ text: "3@500.0,400.0" });
  view.resize(size(500, 700), 1);
  close(view.placement.toPlace(500, 400), { x: 250, y: 350 });
  assert.equal(view.zoom, 3);
});

test("in an area larger than the picture it is fitted", () => {
  const view = viewport({ text: "0.7@600.0,480.0" });
  view.resize(size(1000, 1000), 1);
  assert.equal(view.isFit, true);
});

test("a hidden area changes nothing", () => {
  const view = viewport({ text: "3@500.0,400.0r1" });
  for (const place of [size(0, 0), size(0.3, 600)]) {
    view.resize(place, 1);
    view.panBy(5, 5);
    view.fromText(view.toText());
  }
  view.resize(PLACE, 1);
  assert.equal(view.toText(), "3@500.0,400.0r1");
});

test("a camera of another size is fitted, and of the same size unchanged", () => {
  const view = viewport({ text: "3@500.0,400.0r1" });
  view.setCamera({ ...CAMERA });
  assert.equal(view.isFit, false);
  view.setCamera(size(640, 480));
  assert.equal(view.toText(), "fitr1");
});

test("actual size is one device pixel per camera pixel, on device pixels", () => {
  const view = viewport({ place: size(801, 601), density: 2, camera: size(3001, 2001) });
  view.actual();
  assert.equal(view.zoom, 0.5);
  const [a, b, c, d, e, f] = view.placement.matrix;
  assert.deepEqual([a, b, c, d], [0.5, 0, 0, 0.5]);
  assert.deepEqual([(e * 2) % 1, (f * 2) % 1].map(Math.abs), [0, 0]);
  close(view.centre, { x: 1500.5, y: 1000.5 });
});

test("actual size is on device pixels even if the centre is not", () => {
  const view = viewport({ place: size(801, 601), camera: size(100, 50) });
  view.actual();
  assert.deepEqual(view.drawnBox, { left: 351, top: 276, width: 100, height: 50 });
});

test("one rotated row of pixels fills its box", () => {
  const view = viewport({ camera: size(2048, 1), text: "fitr1" });
  const { left, top, width, height } = view.drawnBox;
  assert.deepEqual([width, height], [24, 600]);
  close(view.placement.toPlace(0, 1), { x: left, y: top });
  close(view.placement.toPlace(2048, 0), { x: left + width, y: top + height });
});

test("one row of pixels has the width of fit, until it is wider", () => {
  const view = viewport({ camera: size(2048, 1) });
  view.actual();
  assert.deepEqual([view.drawnBox.width, view.drawnBox.height], [2048, 24]);
  view.zoomBy(64);
  assert.equal(view.drawnBox.height, 64);
});

test("pixels are shown as squares from two device pixels on", () => {
  assert.equal(viewport({ text: "1.9@640.0,480.0" }).pixelated, false);
  assert.equal(viewport({ text: "2@640.0,480.0" }).pixelated, true);
  assert.equal(viewport({ text: "1@640.0,480.0", density: 2 }).pixelated, true);
});

test("the visible box of a fitted picture is the whole camera, in any orientation", () => {
  for (const orientation of ORIENTATIONS) {
    const visible = viewport({ text: `fit${orientation}` }).placement.visibleBox();
    assert.deepEqual(visible, { left: 0, top: 0, right: 1280, bottom: 960 });
  }
});

test("the visible box includes pixels that are visible in part", () => {
  const visible = viewport({ text: "4@640.5,480.0" }).placement.visibleBox();
  assert.deepEqual(visible, { left: 540, top: 405, right: 741, bottom: 555 });
  const turned = viewport({ text: "4@640.0,480.0r1" }).placement.visibleBox();
  assert.deepEqual(turned, { left: 565, top: 380, right: 715, bottom: 580 });
});

for (const text of ["fit", "fitr2", "fitr3m", "2.5@320.5,240.0r1m", "1@640.0,480.0", "0.75@640.0,480.0m"]) {
  test(`${text} is restored`, () => {
    assert.equal(viewport({ text }).toText(), text);
  });
}

test("a text is read before the camera is known, and limited afterwards", () => {
  const view = new Viewport();
  assert.ok(view.fromText("2@0.0,480.0r2"));
  view.resize(PLACE, 1);
  assert.equal(view.toText(), "2@0.0,480.0r2");
  view.setCamera(CAMERA);
  assert.equal(view.toText(), "2@200.0,480.0r2");
});

test("a text with too small a zoom is fit", () => {
  assert.equal(viewport({ text: "0.001@5.0,5.0" }).toText(), "fit");
});

for (const text of [
  "", "fi", "fit ", "FIT", "fitr4", "fitmr1", "2", "2@", "2@1", "2@1,", "0@1,1", "0.00@1,1", "-2@1,1",
  "2@1,1r", "2@1,1x", "NaN@1,1", "1e3@1,1", "2@Infinity,1", "9999999999@1,1", "2@1,1\n",
  null, undefined, 7, {}, ["fit"],
]) {
  test(`${JSON.stringify(text)} is refused and changes nothing`, () => {
    const view = viewport({ text: "2@640.0,480.0r1m" });
    assert.equal(view.fromText(text), false);
    assert.equal(view.toText(), "2@640.0,480.0r1m");
  });
}

test("without area and camera nothing is visible and there is no error", () => {
  const view = new Viewport();
  view.zoomBy(2);
  view.panBy(1, 1);
  view.actual();
  view.fit();
  assert.equal(view.ready, false);
  assert.equal(view.placement.pixelAt(0, 0), null);
  assert.equal(view.pixelated, false);
  assert.deepEqual(view.placement.visibleBox(), { left: 0, top: 0, right: 0, bottom: 0 });
  assert.deepEqual(view.placement.matrix, [1, 0, 0, 1, 0, 0]);
});

/** Reproducible random numbers from 0 to 1 (mulberry32). */
function seeded(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function checkInvariants(view, place, camera, density, what) {
  const turned = view.turns % 2 ? size(camera.height, camera.width) : camera;
  const fit = Math.min(place.width / turned.width, place.height / turned.height);
  const { left, top, width, height } = view.drawnBox;
  const { x, y } = view.centre;
  const check = (/** @type {boolean} */ claim, /** @type {string} */ name) =>
    assert.ok(claim, `${name}: ${what}: ${view.toText()} ${JSON.stringify([place, camera, density])}`);
  check([...view.placement.matrix, view.zoom, x, y].every(Number.isFinite), "finite");
  check([0, 1, 2, 3].includes(view.turns), "turns");
  check(view.zoom >= Math.min(fit, 1 / density) * (1 - 1e-9), "not too small");
  check(view.zoom <= Math.max(fit, 64 / density) * (1 + 1e-9), "not too large");
  check(x >= -1e-6 && y >= -1e-6 && x <= camera.width + 1e-6 && y <= camera.height + 1e-6, "centre");
  const rounding = 1 / density; // fitted and actual pictures lie on device pixels
  for (const [from, side, room] of [[left, width, place.width], [top, height, place.height]]) {
    if (side <= room + rounding) {
      check(Math.abs(from - (room - side) / 2) <= rounding, "in the middle");
    } else {
      check(from <= 1e-6 && from + side >= room - 1e-6, "edges outside");
    }
  }
  const visible = view.placement.visibleBox();
  check(visible.left >= 0 && visible.left < visible.right && visible.right <= camera.width, "visible x");
  check(visible.top >= 0 && visible.top < visible.bottom && visible.bottom <= camera.height, "visible y");
  const at = view.placement.toPlace(x / 2, y);
  close(view.placement.toPicture(at.x, at.y), { x: x / 2, y });
  const again = new Viewport();
  again.resize(place, density);
  again.setCamera(camera);
  check(again.fromText(view.toText()), "text");
  check(Math.abs(again.zoom / view.zoom - 1) < 2e-5, "zoom from text");
  close(again.centre, view.centre, 0.1);
}

test("after any sequence of actions the picture is within its limits", () => {
  const random = seeded(20240607);
  const between = (from, to) => from + random() * (to - from);
  const one = (choices) => choices[Math.floor(random() * choices.length)];
  const cameras = [CAMERA, size(640, 480), size(16, 12), size(2048, 1), size(1, 300), size(5120, 5120)];
  let place = PLACE;
  let camera = CAMERA;
  let density = 1;
  const view = viewport();
  const actions = {
    fit: () => view.fit(),
    actual: () => view.actual(),
    zoomBy: () => view.zoomBy(2 ** between(-4, 4), { x: between(-50, 1000), y: between(-50, 1000) }),
    zoomMiddle: () => view.zoomBy(2 ** between(-1, 2)),
    panBy: () => view.panBy(between(-900, 900), between(-900, 900)),
    turn: () => view.turn(one([-5, -1, 1, 2, 3])),
    mirror: () => view.mirror(one(["x", "y"])),
    centreOn: () => view.centreOn(between(-100, 3000), between(-100, 3000)),
    resize: () => {
      place = size(Math.round(between(1, 1500)), between(1, 1500));
      density = one([1, 1.25, 1.5, 2, 3]);
      view.resize(place, density);
    },
    setCamera: () => view.setCamera((camera = one(cameras))),
  };
  for (let step = 0; step < 4000; step += 1) {
    const action = one(Object.keys(actions));
    actions[action]();
    checkInvariants(view, place, camera, density, `step ${step}, ${action}`);
  }
});
