/** Decodes JPEG pictures off the main thread, and reads from their header whether they are in colour. */

const FIRST_FRAME_HEADER = 0xc0;
const LAST_FRAME_HEADER = 0xcf;
const NO_FRAME_HEADERS = [0xc4, 0xc8, 0xcc]; // in this range, but other segments

/**
 * Whether a JPEG is in colour, by its number of components: ITU-T T.81, B.2.2.
 * @param {Uint8Array} bytes
 */
export function isColourJpeg(bytes) {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1];
    if (marker >= FIRST_FRAME_HEADER && marker <= LAST_FRAME_HEADER && !NO_FRAME_HEADERS.includes(marker)) {
      return bytes[at + 9] > 1;
    }
    at += 2 + (bytes[at + 2] << 8) + bytes[at + 3];
  }
  return false;
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string} format as the envelope's header has it
 * @returns {Promise<ImageBitmap | HTMLImageElement>}
 * @throws {DOMException} when the bytes are not an image
 */
export async function decodeBitmap(bytes, format) {
  const blob = new Blob([bytes], { type: `image/${format}` });
  if (typeof createImageBitmap === "function") {
    return createImageBitmap(blob, { colorSpaceConversion: "none" });
  }
  return decodeImage(blob);
}

/** @param {Blob} blob @returns {Promise<HTMLImageElement>} @throws {DOMException} when it is not an image */
export async function decodeImage(blob) {
  const image = new Image();
  const url = URL.createObjectURL(blob);
  try {
    image.src = url;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(url);
  }
}
