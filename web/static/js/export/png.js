/** A picture of values as a grey PNG of 8 or 16 bits, without loss: https://www.w3.org/TR/png-3/ */

import { crc32 } from "../lib/crc32.js";
import { dtypeOf } from "./npy.js";
import { sampleValues } from "./samples.js";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const BITS = { uint8: 8, uint16: 16 };

/** Whether a PNG holds these values as they are. @param {import("../picture/pixels.js").Pixels} pixels */
export function fitsPng({ data, offset, scale }) {
  return offset === 0 && scale === 1 && dtypeOf(data) in BITS;
}

/**
 * The pixels are read before it returns.
 * @param {import("../picture/pixels.js").Pixels} pixels that fit
 * @param {string} description ASCII
 * @returns {Promise<Blob>} the file
 */
export async function encodePng(pixels, description) {
  if (!fitsPng(pixels)) {
    throw new RangeError("A PNG holds unsigned integers of 8 and 16 bits: save a TIFF");
  }
  const { width, height } = pixels;
  const numbers = sampleValues(pixels);
  const head = new DataView(new ArrayBuffer(13));
  head.setUint32(0, width);
  head.setUint32(4, height);
  head.setUint8(8, BITS[dtypeOf(numbers)]); // then grey, deflate, adaptive filters, not interlaced: all 0
  const data = await deflated(rows(numbers, width, height));
  const parts = [
    chunk("IHDR", new Uint8Array(head.buffer)),
    chunk("tEXt", new TextEncoder().encode(`Description\0${description}`)),
    chunk("IDAT", data),
    chunk("IEND", new Uint8Array(0)),
  ];
  return new Blob([SIGNATURE, ...parts], { type: "image/png" });
}

/** Each row behind its filter's number (0, none); big-endian. */
function rows(numbers, width, height) {
  const size = numbers.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(height * (1 + width * size));
  let to = 0;
  for (let row = 0; row < height; row += 1) {
    to += 1;
    for (const number of numbers.subarray(row * width, (row + 1) * width)) {
      if (size === 2) {
        bytes[to++] = number >> 8;
      }
      bytes[to++] = number;
    }
  }
  return bytes;
}

/** @param {Uint8Array} bytes */
async function deflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {string} name @param {Uint8Array} content */
function chunk(name, content) {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}
