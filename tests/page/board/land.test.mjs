import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import test from "node:test";

import { Globe } from "../../../web/static/js/board/globe.js";
import { reachOf, ringsOf } from "../../../web/static/js/board/land.js";

const require = createRequire(new URL("../../../web/package.json", import.meta.url));
const topojson = require("topojson-client");

const rings = (...polygons) =>
  ringsOf({ features: [{ geometry: { type: "MultiPolygon", coordinates: polygons } }] });
/** km² do not matter here: square degrees, by the shoelace. */
const area = (ring) =>
  Math.abs(ring.reduce((sum, [x, y], index) => {
    const [before, above] = ring.at(index - 1);
    return sum + before * y - x * above;
  }, 0)) / 2;
/** Whether a ring goes around a point: how often a line from it to the north crosses the ring. */
const surrounds = (ring, [lon, lat]) =>
  ring.filter(([x, y], index) => {
    const [before, above] = ring.at(index - 1);
    return (x > lon) !== (before > lon) && lat < y + ((lon - x) / (before - x)) * (above - y);
  }).length % 2 === 1;
/** Whether a place is land on a map around it, where the rings repeat as `Land` draws them. */
const isLand = (all, lon, lat, size = { width: 100, height: 100 }) => {
  const globe = new Globe();
  globe.resize(size);
  globe.show([{ lat, lon }]);
  const centre = globe.placeAt({ x: size.width / 2, y: size.height / 2 });
  const offsets = globe.pixelsOf({ lat: 0, lon: 0 }, reachOf(all)).map((pixel) => globe.placeAt(pixel).lon);
  const crossed = offsets.flatMap((offset) => all.filter((ring) => surrounds(ring, [centre.lon - offset, centre.lat])));
  return crossed.length % 2 === 1;
};

const SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]];
const ACROSS = [[170, 0], [-170, 0], [-170, 10], [170, 10], [170, 0]];

test("all polygons are split into rings", () => {
  assert.equal(rings([SQUARE], [SQUARE, SQUARE]).length, 3);
});

test("land across the date line continues beyond 180 and is visible from both sides", () => {
  const land = rings([ACROSS]);
  assert.equal(area(land[0]), 200);
  for (const lon of [171, 179, 180, -179, -171]) {
    assert.ok(isLand(land, lon, 5), `${lon}`);
  }
  assert.ok(!isLand(land, 169, 5) && !isLand(land, -169, 5));
});

test("wherever a ring begins, its middle is within 180 degrees", () => {
  for (const start of [0, 1, 2, 3]) {
    const ring = [...ACROSS.slice(start, -1), ...ACROSS.slice(0, start), ACROSS[start]];
    assert.ok(reachOf(rings([ring])) <= 190);
  }
});

test("land around a pole extends to it", () => {
  const [south] = rings([[[-180, -70], [-90, -70], [0, -70], [90, -70], [179.5, -70], [180, -70]]]);
  assert.equal(area(south), 360 * 20);
  const [north] = rings([[[180, 80], [90, 80], [0, 80], [-90, 80], [-180, 80]]]);
  assert.equal(area(north), 360 * 10);
});

test("a lake in the land is another ring", () => {
  const land = rings([SQUARE, [[4, 4], [4, 6], [6, 6], [6, 4], [4, 4]]]);
  assert.ok(isLand(land, 2, 2));
  assert.ok(!isLand(land, 5, 5));
});

test("the land file has land and sea at the right places", async () => {
  const file = JSON.parse(await readFile(require.resolve("world-atlas/land-50m.json"), "utf8"));
  const land = ringsOf(topojson.feature(file, file.objects.land));
  const dry = { Villigen: [8.2, 47.5], Hamburg: [9.9, 53.6], Chicago: [-88.3, 41.9], Anadyr: [-179, 67.5], Wrangel: [179.9, 71.2], Pole: [45, -88], Cape: [-180, -89] };
  const wet = { Atlantic: [-30, 40], Pacific: [-179.9, 0], NorthSea: [4, 56], Baltic: [19, 57], Arctic: [0, 88], Caspian: [51, 41] };
  for (const [place, [lon, lat]] of Object.entries(dry)) {
    assert.ok(isLand(land, lon, lat), place);
  }
  for (const [place, [lon, lat]] of Object.entries(wet)) {
    assert.ok(!isLand(land, lon, lat), place);
  }
  assert.ok(reachOf(land) < 200, "seldom more than one turn is drawn");
});
