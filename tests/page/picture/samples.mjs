/** The content of tiles.bin, which make_tiles.py packed, and the numbers it is made of. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { unpack } from "../../../web/static/js/stream/envelope.js";

export const { header, body } = unpack(readFileSync(new URL("tiles.bin", import.meta.url)));

/** @returns {number[]} as `numbers` of make_tiles.py */
export function numbers(count, dtype) {
  return Array.from({ length: count }, (_, index) => {
    const noise = Math.imul(index, 2654435761) >>> 29;
    if (dtype === "bool") return Number(noise > 3);
    if (dtype.startsWith("uint")) return noise + 100;
    return dtype.startsWith("int") ? noise - 4 : noise / 2 - 2;
  });
}

/** @returns {number[]} as `picture` of make_tiles.py, rows first */
export function picture({ width, height }) {
  return numbers(width * height, "uint16").map((noise, index) => 400 * (index % width) + noise);
}

/** The bitshuffle format of fewer than eight elements, which are not shuffled. */
export function plain(array, declared = array.byteLength) {
  const bytes = new Uint8Array(12 + array.byteLength);
  new DataView(bytes.buffer).setUint32(4, declared);
  bytes.set(new Uint8Array(array.buffer), 12);
  return bytes;
}

/** Reproducible random numbers from 0 to below 2^32. */
export function* random(seed) {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield (state ^ (state >>> 15)) >>> 0;
  }
}

/** As assert.deepEqual of many numbers, whose message takes minutes and gigabytes to make when it fails. */
export function assertSame(values, known) {
  const at = known.findIndex((value, index) => !Object.is(values[index], value));
  assert.equal(at, -1, `${values[at]} for ${known[at]} at ${at}`);
  assert.equal(values.length, known.length);
}
