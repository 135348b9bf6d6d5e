/** Adds texts to a PNG, as chunks of type iTXt: https://www.w3.org/TR/png-3/#11iTXt */

import { crc32 } from "./npz.js";

const HEAD_BYTES = 33; // the signature and the chunk IHDR, which is the first one
const FLAGS = new Uint8Array(4); // not compressed; no language; no translated keyword

/**
 * @param {Blob} png
 * @param {Record<string, string>} texts by keyword, of 1 to 79 letters of ASCII
 * @returns {Blob}
 */
export function addTexts(png, texts) {
  const chunks = Object.entries(texts).map(([keyword, text]) => chunk(keyword, text));
  return new Blob([png.slice(0, HEAD_BYTES), ...chunks, png.slice(HEAD_BYTES)], { type: "image/png" });
}

/** @param {string} keyword @param {string} text @returns {Uint8Array<ArrayBuffer>} */
function chunk(keyword, text) {
  const encoder = new TextEncoder();
  const name = encoder.encode(`iTXt${keyword}\0`);
  const content = encoder.encode(text);
  const bytes = new Uint8Array(4 + name.length + FLAGS.length + content.length + 4);
  const view = new DataView(bytes.buffer);
  const end = bytes.length - 4;
  bytes.set(name, 4);
  bytes.set(FLAGS, 4 + name.length);
  bytes.set(content, 4 + name.length + FLAGS.length);
  view.setUint32(0, end - 8); // without length, type and checksum
  view.setUint32(end, crc32(bytes.subarray(4, end)));
  return bytes;
}
