/** Decodes a picture off the main thread. */

/**
 * @param {Uint8Array} bytes
 * @param {string} format as the envelope names it
 * @returns {Promise<ImageBitmap | HTMLImageElement>}
 * @throws {DOMException} when the bytes are no image
 */
export async function decodeBitmap(bytes, format) {
  const blob = new Blob([bytes], { type: `image/${format}` });
  if (typeof createImageBitmap === "function") {
    return createImageBitmap(blob, { colorSpaceConversion: "none" });
  }
  return decodeImage(blob);
}

/** @param {Blob} blob @returns {Promise<HTMLImageElement>} @throws {DOMException} when it is no image */
export async function decodeImage(blob) {
  const image = new Image();
  const address = URL.createObjectURL(blob);
  try {
    image.src = address;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(address);
  }
}
