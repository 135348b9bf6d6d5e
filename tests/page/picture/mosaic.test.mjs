import assert from "node:assert/strict";
import test from "node:test";

import { Mosaic } from "../../../web/static/js/picture/mosaic.js";
import { BadEnvelope } from "../../../web/static/js/stream/envelope.js";
import { assertSame, body, header, numbers, picture, plain } from "./samples.mjs";

const { image } = header;
const read = (changes, bytes = body) => new Mosaic().read({ ...image, ...changes }, bytes);
const withoutTiles = (...places) =>
  image.tiles.filter(([column, row]) => !places.includes(`${column},${row}`));

/** A picture of one tile with fewer than eight pixels. */
function small(array, dtype, changes = {}) {
  const bytes = plain(array);
  const tiles = [[0, 0, 0, bytes.length]];
  const small = { width: array.length, height: 1, dtype, tile: 256, tiles, encoding: "bitshuffle_lz4" };
  return new Mosaic().read({ ...small, ...changes }, bytes);
}

test("all tiles together are the camera's picture, bit for bit", () => {
  const { data, ...rest } = read();
  assertSame(data, picture(image));
  assert.deepEqual(rest, { x: 0, y: 0, pitch: 1, width: 150, height: 100, offset: 0, scale: 1, missing: 0 });
});

test("some tiles make the rectangle around them, clipped to the picture", () => {
  const { data, x, y, width, height } = read({ tiles: withoutTiles("0,0", "0,1") });
  assert.deepEqual([x, y, width, height], [64, 0, 86, 100]);
  const known = picture(image).filter((_, index) => index % 150 >= 64);
  assertSame(data, known);
});

test("a row of tiles is at its place", () => {
  const { data, x, y, width, height } = read({ tiles: image.tiles.slice(3) });
  assert.deepEqual([x, y, width, height], [0, 64, 150, 36]);
  assertSame(data, picture(image).slice(64 * 150));
});

test("missing tiles are NaN, and all other values are exact", () => {
  const { data, width, height, missing } = read({ tiles: withoutTiles("1,0") });
  const known = picture(image).map((value, index) => {
    const isGone = index % 150 >= 64 && index % 150 < 128 && index < 64 * 150;
    return isGone ? NaN : value;
  });
  assert.deepEqual([width, height, missing], [150, 100, 64 * 64]);
  assertSame(data, known);
});

test("missing tiles of wide integers leave the others exact", () => {
  const bytes = plain(Uint32Array.of(2 ** 32 - 1));
  const tiles = [[0, 0, 0, bytes.length], [2, 0, 0, bytes.length]];
  const wide = { width: 3, height: 1, dtype: "uint32", tile: 1, tiles, encoding: "bitshuffle_lz4" };
  assert.deepEqual(Array.from(new Mosaic().read(wide, bytes).data), [2 ** 32 - 1, NaN, 2 ** 32 - 1]);
});

for (const sample of header.samples.slice(0, 11)) {
  test(`pixels of ${sample.dtype} equal Python's input`, () => {
    const { dtype, count, offset, length } = sample;
    const { data } = read({ width: count, height: 1, dtype, tiles: [[0, 0, offset, length]], tile: 256 });
    assertSame(data, numbers(count, dtype));
  });
}

test("64-bit integers are the nearest floats", () => {
  const signed = small(BigInt64Array.of(-1n, 2n ** 53n + 1n, -(2n ** 63n)), "int64");
  assert.deepEqual(Array.from(signed.data), [-1, 2 ** 53, -(2 ** 63)]);
  const unsigned = small(BigUint64Array.of(2n ** 40n + 3n, 2n ** 64n - 1n), "uint64");
  assert.deepEqual(Array.from(unsigned.data), [2 ** 40 + 3, 2 ** 64]);
});

/** The same picture with two of its tiles exchanged. */
const [[, , ...one], [, , ...other]] = image.tiles;
const exchanged = [[0, 0, ...other], [1, 0, ...one], ...image.tiles.slice(2)];

test("a picture is unchanged until it is released, for any number of others", () => {
  const mosaic = new Mosaic();
  const first = mosaic.read(image, body);
  for (let more = 0; more < 9; more += 1) {
    const later = mosaic.read({ ...image, tiles: exchanged }, body);
    assert.notEqual(later.data[0], first.data[0]);
    mosaic.release(later);
    mosaic.release(later); // twice is once
  }
  assertSame(first.data, picture(image));
});

test("a picture is unchanged by invalid ones after it", () => {
  const mosaic = new Mosaic();
  const first = mosaic.read(image, body);
  const broken = [...exchanged.slice(0, -1), [2, 1, 0, 5]];
  for (const time of ["once", "again"]) {
    assert.throws(() => mosaic.read({ ...image, tiles: broken }, body), BadEnvelope, time);
  }
  assertSame(first.data, picture(image));
});

test("released memory is reused by one picture of the same size and type", () => {
  const mosaic = new Mosaic();
  const first = mosaic.read(image, body);
  mosaic.release(first);
  mosaic.release(first);
  const next = mosaic.read(image, body);
  assert.equal(next.data, first.data);
  assert.notEqual(mosaic.read(image, body).data, next.data);
  mosaic.release(next);
  assert.notEqual(mosaic.read({ ...image, tiles: image.tiles.slice(3) }, body).data, next.data);
});

for (const [what, changes] of [
  ["no list of tiles", { tiles: undefined }],
  ["an empty list of tiles", { tiles: [] }],
  ["tiles that are no lists", { tiles: [1, 2] }],
  ["the same tile twice", { tiles: [image.tiles[0], image.tiles[0]] }],
  ["a tile to the right of the picture", { tiles: [[3, 0, ...image.tiles[0].slice(2)]] }],
  ["a tile below the picture", { tiles: [[0, 2, ...image.tiles[0].slice(2)]] }],
  ["a tile that begins where the picture ends", { width: 128, tiles: [image.tiles[2]] }],
  ["a tile at a fraction", { tiles: [[0.5, 0, ...image.tiles[0].slice(2)]] }],
  ["a tile before the picture", { tiles: [[-1, 0, ...image.tiles[0].slice(2)]] }],
  ["a tile of another size", { tiles: [[2, 0, ...image.tiles[0].slice(2)]] }],
  ["a tile beyond the bytes", { tiles: [[0, 0, body.length - 8, 100]] }],
  ["a tile that is nowhere", { tiles: [[0, 0]] }],
  ["another encoding", { encoding: "gzip" }],
  ["an unknown type", { dtype: "constructor" }],
  ["a wider type", { dtype: "float64" }],
  ["three values a pixel", { samples: 3 }],
  ["no width", { width: undefined }],
  ["a height of 0", { height: 0 }],
  ["a tile side of 0", { tile: 0 }],
]) {
  test(`${what}: the picture is refused`, () => {
    assert.throws(() => read(changes), BadEnvelope);
  });
}

test("two distant tiles are refused before memory is allocated for the area between them", () => {
  const tiles = [[0, 0, 0, 10], [1e6, 1e6, 0, 10]];
  assert.throws(() => read({ width: 1e9, height: 1e9, tiles }), BadEnvelope);
});
