/** Decodes the images of frames: JPEGs, and tiles with the camera's own values. */

import { BadEnvelope, readBlob } from "../stream/envelope.js";
import { readBadPixels } from "./bad-pixels.js";
import { decodeBitmap, isColourJpeg } from "./jpeg.js";
import { Mosaic } from "./mosaic.js";
import { checkLevels } from "./transfer.js";

/**
 * @typedef {import("./pixels.js").Pixels} Pixels
 * @typedef {import("./displayed-image.js").DecodedImage} DecodedImage
 * @typedef {import("./displayed-image.js").DisplayedImage} DisplayedImage
 */

export class FrameDecoder {
  /** whether the camera's picture is in colour, as far as is known */
  isColour = false;
  #mosaic = new Mosaic();
  #readback;

  /** @param {import("./pixel-readback.js").PixelReadback} readback */
  constructor(readback) {
    this.#readback = readback;
  }

  /**
   * @param {import("../stream/envelope.js").Frame} frame
   * @param {Mosaic} [mosaic] in whose memory tiles are assembled
   * @returns {Promise<DecodedImage | null>} null: the frame has no picture, or tiles in colour, which cannot be
   *   displayed
   * @throws {BadEnvelope | DOMException} when its bytes are not an image
   */
  async decode({ header: { image }, body }, mosaic = this.#mosaic) {
    if (!image) {
      return null;
    }
    if (image.format === "tiles") {
      const inColour = image.samples > 1;
      this.isColour ||= inColour && mosaic === this.#mosaic;
      return inColour ? null : { bitmap: null, isColour: false, pixels: mosaic.read(image, body), bad: null };
    }
    checkLevels(image);
    const bytes = readBlob(image, body);
    const bad = readBadPixels(image, body);
    const bitmap = await decodeBitmap(bytes, image.format);
    return { bitmap, isColour: isColourJpeg(bytes), pixels: null, bad };
  }

  /**
   * Return the values of a frame that is not displayed.
   * @param {import("../stream/envelope.js").Frame} frame
   * @returns {Promise<Pixels | null>} null: it has none, or three per pixel, or they cannot be read
   */
  async read(frame) {
    try {
      const decoded = await this.decode(frame, new Mosaic());
      if (!decoded?.bitmap) {
        return decoded && decoded.pixels; // in its own memory
      }
      const { bitmap, isColour, bad } = decoded;
      const values = isColour ? null : this.#readback.pixels(bitmap, frame.header.image, bad);
      this.discard(decoded);
      return values;
    } catch (error) {
      if (error instanceof BadEnvelope || error instanceof DOMException) {
        return null;
      }
      throw error;
    }
  }

  /** Release the memory of an image that is not displayed; once. @param {DecodedImage | DisplayedImage | null} image */
  discard(image) {
    if (image?.pixels && !image.bitmap) {
      this.#mosaic.release(("raw" in image && image.raw) || image.pixels);
    } else if (image?.bitmap && "close" in image.bitmap) {
      image.bitmap.close();
    }
  }
}
