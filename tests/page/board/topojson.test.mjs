import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

import { visibleParts, polygonsOf } from "../../../web/static/js/board/topojson.js";

const transform = { scale: [0.5, 0.5], translate: [-180, -90] };
/** Places in degrees as an arc of a file: whole steps. */
const arc = (...places) => {
  const whole = places.map(([lon, lat]) => [(lon + 180) / 0.5, (lat + 90) / 0.5]);
  return whole.map(([x, y], index) => (index ? [x - whole[index - 1][0], y - whole[index - 1][1]] : [x, y]));
};
const topology = (arcs, geometry) => ({ type: "Topology", arcs, transform, objects: { land: geometry } });
const rings = (arcs, numbers) => polygonsOf(topology(arcs, { type: "Polygon", arcs: numbers }), "land");
const WORLD = { west: -180, east: 180, south: -90, north: 90 };
const box = (west, east, south, north) => ({ west, east, south, north });
/** km² do not matter here: square degrees, by the shoelace. */
const area = (ring) =>
  Math.abs(ring.reduce((sum, [x, y], index) => {
    const [before, above] = ring.at(index - 1);
    return sum + before * y - x * above;
  }, 0)) / 2;
const total = (parts) => parts.reduce((sum, part) => sum + area(part), 0);

const SQUARE = arc([0, 0], [10, 0], [10, 10], [0, 10], [0, 0]);

test("an arc is a list of integer steps", () => {
  assert.deepEqual(rings([SQUARE], [[0]]), [[[10, 0], [10, 10], [0, 10], [0, 0]]]);
});

test("a ring joins arcs, some of them reversed", () => {
  const [ring] = rings([arc([0, 0], [10, 0], [10, 10]), arc([0, 0], [0, 10], [10, 10])], [[0, ~1]]);
  assert.equal(area(ring), 100);
});

test("collections and multipolygons are split into rings", () => {
  const many = { type: "MultiPolygon", arcs: [[[0]], [[0], [0]]] };
  const all = { type: "GeometryCollection", geometries: [many, { type: "Polygon", arcs: [[0]] }, { type: "Point" }] };
  assert.equal(polygonsOf(topology([SQUARE], all), "land").length, 4);
});

test("land across the date line continues beyond 180 and is visible from both sides", () => {
  const land = rings([arc([170, 0], [-170, 0], [-170, 10], [170, 10], [170, 0])], [[0]]);
  assert.equal(area(land[0]), 200);
  assert.equal(total(visibleParts(land, WORLD)), 200);
  assert.equal(total(visibleParts(land, box(100, 180, -90, 90))), 100);
  assert.equal(total(visibleParts(land, box(-180, -100, -90, 90))), 100);
  assert.equal(total(visibleParts(land, box(160, 200, -90, 90))), 200);
  assert.equal(total(visibleParts(land, box(520, 560, -90, 90))), 200);
});

test("land around a pole extends to it", () => {
  const south = rings([arc([-180, -70], [-90, -70], [0, -70], [90, -70], [179.5, -70], [-180, -70])], [[0]]);
  assert.equal(total(visibleParts(south, WORLD)), 360 * 20);
  const north = rings([arc([179.5, 80], [90, 80], [0, 80], [-90, 80], [-180, 80], [179.5, 80])], [[0]]);
  assert.equal(total(visibleParts(north, WORLD)), 360 * 10);
});

test("rings outside the box are dropped, and others are clipped", () => {
  const land = rings([SQUARE], [[0]]);
  assert.deepEqual(visibleParts(land, box(20, 30, 0, 10)), []);
  assert.deepEqual(visibleParts(land, box(0, 10, 20, 30)), []);
  const parts = visibleParts(land, box(5, 30, -5, 4));
  assert.equal(total(parts), 20);
  for (const [lon, lat] of parts.flat()) {
    assert.ok(lon >= 5 && lon <= 30 && lat >= -5 && lat <= 4);
  }
});

test("land around the whole box fills it, and a lake in it is another ring", () => {
  const lake = arc([4, 4], [4, 6], [6, 6], [6, 4], [4, 4]);
  const land = rings([SQUARE, lake], [[0], [1]]);
  assert.equal(total(visibleParts(land, box(1, 2, 1, 2))), 1);
  assert.equal(visibleParts(land, box(4.5, 5.5, 4.5, 5.5)).length, 2, "land, and the lake that takes it out");
});

test("where the earth repeats, so does the land", () => {
  assert.equal(total(visibleParts(rings([SQUARE], [[0]]), box(-540, 540, -90, 90))), 300);
});

test("the land file has land and sea at the right places", async () => {
  const file = new URL("../../../web/node_modules/world-atlas/land-50m.json", import.meta.url);
  const land = polygonsOf(JSON.parse(await readFile(file, "utf8")), "land");
  const share = (lon, lat) => {
    const near = box(lon - 0.1, lon + 0.1, lat - 0.1, lat + 0.1);
    return Math.round(total(visibleParts(land, near)) / 0.04);
  };
  const dry = { Villigen: [8.2, 47.5], Hamburg: [9.9, 53.6], Chicago: [-88.3, 41.9], Anadyr: [-179, 67.5], Wrangel: [179.9, 71.2], Pole: [45, -88] };
  const wet = { Atlantic: [-30, 40], Pacific: [-179.9, 0], NorthSea: [4, 56], Baltic: [19, 57], Arctic: [0, 88], Caspian: [51, 41] };
  for (const [place, [lon, lat]] of Object.entries(dry)) {
    assert.equal(share(lon, lat) % 2, 1, place);
  }
  for (const [place, [lon, lat]] of Object.entries(wet)) {
    assert.equal(share(lon, lat) % 2, 0, place);
  }
});
