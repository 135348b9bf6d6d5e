import assert from "node:assert/strict";
import test from "node:test";

import { Globe, formatDegrees } from "../../../web/static/js/board/globe.js";

const SIZE = { width: 400, height: 300 };
const PLACES = [{ lat: 47.5, lon: 8.2 }, { lat: 53.6, lon: 9.9 }, { lat: 45.2, lon: 5.7 }];

function showing(places) {
  const globe = new Globe();
  globe.resize(SIZE);
  globe.show(places);
  return globe;
}
const isInside = ({ x, y }) => x >= 0 && y >= 0 && x <= SIZE.width && y <= SIZE.height;
const near = (one, other) => assert.ok(Math.abs(one - other) < 1e-6, `${one} is not ${other}`);

test("all points are inside the map", () => {
  const globe = showing(PLACES);
  assert.ok(PLACES.every((place) => isInside(globe.pixelOf(place))));
});

test("north is up and east is right", () => {
  const globe = showing(PLACES);
  const [villigen, hamburg, grenoble] = PLACES.map((place) => globe.pixelOf(place));
  assert.ok(hamburg.y < villigen.y && villigen.y < grenoble.y);
  assert.ok(hamburg.x > villigen.x && villigen.x > grenoble.x);
});

test("a degree of longitude is shorter where the meridians are closer", () => {
  const globe = showing([{ lat: 59, lon: 0 }, { lat: 61, lon: 2 }]);
  const a = globe.pixelOf({ lat: 59, lon: 0 });
  const b = globe.pixelOf({ lat: 60, lon: 1 });
  assert.ok(Math.abs((b.x - a.x) / (a.y - b.y) - 0.5) < 0.01);
});

test("pixels and places convert both ways", () => {
  const globe = showing(PLACES);
  const { lat, lon } = globe.placeAt(globe.pixelOf({ lat: 50, lon: 7 }));
  near(lat, 50);
  near(lon, 7);
});

test("a single point is at the centre", () => {
  const { x, y } = showing([{ lat: 47, lon: 8 }]).pixelOf({ lat: 47, lon: 8 });
  near(x, 200);
  near(y, 150);
});

test("without points the map shows the world", () => {
  assert.ok(isInside(showing([]).pixelOf({ lat: -33.9, lon: 151.2 })));
});

test("the map moves only if a point would be outside", () => {
  const globe = showing(PLACES);
  const before = globe.pixelOf(PLACES[0]);
  globe.show([PLACES[0]]);
  assert.deepEqual(globe.pixelOf(PLACES[0]), before);
  globe.show([...PLACES, { lat: 60, lon: 25 }]);
  assert.ok(isInside(globe.pixelOf({ lat: 60, lon: 25 })));
});

test("zooming keeps the point under the pointer, and ends the automatic fit", () => {
  const globe = showing(PLACES);
  const at = globe.pixelOf(PLACES[0]);
  globe.zoomBy(3, at);
  assert.equal(globe.isFit, false);
  near(globe.pixelOf(PLACES[0]).x, at.x);
  near(globe.pixelOf(PLACES[0]).y, at.y);
  globe.show([{ lat: -40, lon: -70 }]);
  near(globe.pixelOf(PLACES[0]).x, at.x);
  globe.fit();
  assert.ok(isInside(globe.pixelOf({ lat: -40, lon: -70 })));
});

test("dragging moves the earth, up to the poles and across the date line", () => {
  const globe = showing(PLACES);
  const before = globe.pixelOf(PLACES[0]);
  globe.panBy(30, -20);
  const after = globe.pixelOf(PLACES[0]);
  near(after.x - before.x, 30);
  near(after.y - before.y, -20);
  globe.panBy(1e6, 1e6);
  const { lat, lon } = globe.placeAt({ x: 200, y: 150 });
  assert.equal(lat, 90);
  assert.ok(lon >= -180 && lon < 180);
  assert.ok(globe.grid(70).lons.every(({ text }) => /^(0°|180°|\d+° [EW])$/.test(text)), JSON.stringify(globe.grid(70).lons));
});

test("places on both sides of the date line are neighbours", () => {
  const globe = showing([{ lat: -17, lon: 178 }, { lat: -14, lon: -171 }]);
  const [fiji, samoa] = [globe.pixelOf({ lat: -17, lon: 178 }), globe.pixelOf({ lat: -14, lon: -171 })];
  assert.ok(isInside(fiji) && isInside(samoa) && fiji.x < samoa.x);
  assert.ok(samoa.x - fiji.x > 0.7 * SIZE.width, "as large as fits");
  assert.ok(globe.grid(70).lons.some(({ text }) => text === "180°"));
  globe.panBy(-SIZE.width, 0);
  assert.ok(globe.pixelOf({ lat: -14, lon: -171 }).x < 0, "it moved on with the rest");
});

test("zoomed out, a place repeats every 360 degrees", () => {
  const globe = showing([{ lat: 0, lon: 8 }]);
  globe.resize({ width: 1000, height: 150 });
  globe.zoomBy(1e-9, { x: 500, y: 75 });
  const { x } = globe.scale;
  const seen = globe.pixelsOf({ lat: 0, lon: 8 }).map((pixel) => pixel.x);
  assert.ok(seen.length >= 3);
  for (let index = 1; index < seen.length; index += 1) {
    near(seen[index] - seen[index - 1], 360 * x);
  }
  assert.ok(seen.every((at) => at >= 0 && at <= 1000));
});

test("what reaches into the map from beyond its sides repeats too", () => {
  const globe = showing([{ lat: 0, lon: 180 }]);
  globe.zoomBy(1e-2, { x: 200, y: 150 });
  const half = SIZE.width / 2 / globe.scale.x;
  const seen = (reach) => globe.pixelsOf({ lat: 0, lon: 0 }, reach).length;
  assert.deepEqual([seen(0), seen(179 - half), seen(181 - half), seen(539 - half), seen(541 - half)], [0, 0, 2, 2, 4]);
});

test("zooming out ends when the earth fills the map across or down", () => {
  const globe = showing(PLACES);
  globe.zoomBy(1e-9, { x: 0, y: 0 });
  const { x, y } = globe.scale;
  assert.ok(360 * x >= SIZE.width - 1e-6 || 180 * y >= SIZE.height - 1e-6);
});

test("drawing again in the same size does not move the map", () => {
  const globe = showing(PLACES);
  globe.show([PLACES[0], { lat: 48, lon: 9 }]);
  const before = globe.pixelOf(PLACES[0]);
  globe.resize({ ...SIZE });
  assert.deepEqual(globe.pixelOf(PLACES[0]), before);
});

test("the grid has lines at round degrees with a minimum distance", () => {
  const { lats, lons } = showing(PLACES).grid(70);
  assert.ok(lats.length >= 2 && lons.length >= 1);
  for (const lines of [lats, lons]) {
    for (let index = 1; index < lines.length; index += 1) {
      assert.ok(Math.abs(lines[index].at - lines[index - 1].at) >= 70);
    }
  }
  assert.match(lats[0].text, /^\d+° N$/);
});

test("at any zoom the number of grid lines is limited", () => {
  const globe = showing(PLACES);
  for (const factor of [1e12, 1e-12]) {
    globe.zoomBy(factor, { x: 10, y: 10 });
    const { lats, lons } = globe.grid(70);
    assert.ok(lats.length < 20 && lons.length < 20);
  }
});

test("degrees are written with their side", () => {
  assert.deepEqual([formatDegrees(7.5, 1, "E", "W"), formatDegrees(-7.5, 1, "E", "W"), formatDegrees(0, 0, "N", "S"), formatDegrees(-0.01, 0, "N", "S")],
    ["7.5° E", "7.5° W", "0°", "0°"]);
});

for (const places of [
  [[90, 180], [-90, -180]],
  [[90, 0]],
  [[47.5, 8.2], [47.5, 8.2]],
  [[47.5, 8.2], [47.50000001, 8.2]],
  [[0, 179.9], [0, -179.9]],
  [[89.99, 10], [89.99, -170]],
  [[0, -180], [0, 0], [0, 179]],
]) {
  test(`all of ${JSON.stringify(places)} are inside the map`, () => {
    for (const size of [{ width: 400, height: 250 }, { width: 300, height: 900 }, { width: 1500, height: 200 }]) {
      const globe = new Globe();
      globe.resize(size);
      const all = places.map(([lat, lon]) => ({ lat, lon }));
      globe.show(all);
      for (const { x, y } of all.map((place) => globe.pixelOf(place))) {
        assert.ok(x >= 0 && x <= size.width && y >= 0 && y <= size.height, `${x} ${y}`);
      }
    }
  });
}
