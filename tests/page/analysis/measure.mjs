/**
 * Measures pictures from standard input as the page measures regions. Each picture is a line of JSON (width, height,
 * type of array, regions, and further fields of `Pixels` such as offset and scale) and its samples; its results are
 * written as a line of JSON.
 */

import { readSync, writeSync } from "node:fs";

import { fitProfiles } from "../../../web/static/js/analysis/profile-fits.js";
import { project } from "../../../web/static/js/analysis/projection.js";
import { results } from "../../../web/static/js/analysis/results.js";
import { statistics } from "../../../web/static/js/analysis/statistics.js";

const ARRAYS = { Float32Array, Float64Array, Uint8Array, Uint16Array };
const PIXELS = { first: 0, step: 1, unit: "px" };

/** @returns {Buffer | null} null: the input has ended */
function readBytes(/** @type {number} */ size) {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size;) {
    const count = readSync(0, bytes, at, size - at, null);
    if (count === 0) {
      return null;
    }
    at += count;
  }
  return bytes;
}

function readLine() {
  let text = "";
  for (let byte = readBytes(1); byte; byte = readBytes(1)) {
    if (byte[0] === 10) {
      return text;
    }
    text += String.fromCharCode(byte[0]);
  }
  return null;
}

for (let header = readLine(); header !== null; header = readLine()) {
  const { width, height, type, regions, ...others } = JSON.parse(header);
  const size = width * height;
  const bytes = readBytes(size * ARRAYS[type].BYTES_PER_ELEMENT);
  const pixels = {
    x: 0,
    y: 0,
    pitch: 1,
    width,
    height,
    data: new ARRAYS[type](bytes.buffer, bytes.byteOffset, size),
    ...others,
  };
  const found = regions.map((region) => {
    const projection = project(pixels, region);
    const measured = statistics(pixels, region, projection);
    const { fits } = fitProfiles(pixels, region, projection, measured);
    return results(measured, fits, { x: PIXELS, y: PIXELS }).spot;
  });
  writeSync(1, `${JSON.stringify(found)}\n`);
}
