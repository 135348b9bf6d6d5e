/**
 * The picture on the page: decodes off the main thread, draws each image at its own size in the colours
 * of a look, and lays it where the viewport says; the browser does the scaling. Place and size follow
 * from the camera's pixels, so that another rendition moves nothing.
 */

import { blob } from "../watch/envelope.js";
import { CanvasPainter } from "./canvas2d.js";
import { isColour } from "./jpeg.js";
import { Probe } from "./probe.js";
import { levelValue } from "./transfer.js";
import { Viewport } from "./viewport.js";
import { WebglPainter } from "./webgl.js";

const LEVELS_EVERY_S = 0.2;

/**
 * @typedef {import("../watch/rendition.js").Size} Size
 * @typedef {ImageBitmap | HTMLImageElement} Bitmap
 * @typedef {{bitmap: Bitmap, isColour: boolean}} Decoded
 * @typedef {{x: number, y: number, values: number[], step: number}} Value of a camera pixel: one, or red,
 *   green and blue; `step`: how far apart two levels are, 0 where values are exact
 */

export class Picture {
  viewport = new Viewport();
  #stage;
  #canvas;
  #look;
  #painter;
  #probe = new Probe();
  /** @type {(Decoded & {image: Record<string, any>}) | null} what is shown, with its header */
  #shown = null;
  #lookedAtS = -Infinity;
  /** @type {import("./histogram.js").Counts | null} of a picture that was shown lately */
  counts = null;
  /** called whenever the picture has got another place or size */
  placed = () => {};

  /**
   * @param {HTMLElement} stage the place
   * @param {HTMLCanvasElement} canvas in it
   * @param {import("./look.js").Look} look
   * @param {string} wanted "2d" draws without WebGL, "webgl" with it even where software does it
   */
  constructor(stage, canvas, look, wanted) {
    this.#stage = stage;
    this.#canvas = canvas;
    this.#look = look;
    this.#painter = painterFor(canvas, wanted, () => this.redraw());
    new ResizeObserver(() => this.place()).observe(stage);
  }

  /**
   * @param {import("../watch/envelope.js").Frame} frame
   * @returns {Promise<Decoded | null>} null: the frame has no picture
   * @throws {BadEnvelope | DOMException} when its bytes are no image
   */
  async decoded({ header: { image }, body }) {
    if (!image) {
      return null;
    }
    const bytes = blob(image, body);
    const bitmap = await decoded(new Blob([bytes], { type: `image/${image.format}` }));
    return { bitmap, isColour: isColour(bytes) };
  }

  /** Gives the memory of what is not shown back at once. @param {Decoded | null} decoded */
  drop(decoded) {
    if (decoded && "close" in decoded.bitmap) {
      decoded.bitmap.close();
    }
  }

  /**
   * Shows one image, and keeps it until the next.
   * @param {Decoded} next
   * @param {Record<string, any>} image its header
   * @param {Size} camera the size of the whole picture in the camera's pixels
   * @param {number} nowS
   */
  show(next, image, camera, nowS) {
    this.drop(this.#shown);
    this.#shown = { ...next, image };
    if (nowS - this.#lookedAtS >= LEVELS_EVERY_S && !next.isColour) {
      this.#lookedAtS = nowS;
      this.counts = { counts: this.#probe.histogram(next.bitmap), min: image.min, max: image.max };
      this.#look.levels.see(this.counts.counts, image, nowS);
    }
    const canvas = this.#canvas;
    if (canvas.width !== next.bitmap.width || canvas.height !== next.bitmap.height) {
      canvas.width = next.bitmap.width;
      canvas.height = next.bitmap.height;
    }
    this.#stage.style.setProperty("--ratio", `${camera.width} / ${camera.height}`);
    this.viewport.setCamera(camera);
    this.place();
    this.redraw();
  }

  /** Draws what is shown once more: the look has changed. */
  redraw() {
    if (this.#shown) {
      const { bitmap, isColour, image } = this.#shown;
      this.#painter.draw(bitmap, this.#look.table(image, isColour));
    }
  }

  /** Lays the picture where the viewport has it now. */
  place() {
    const { clientWidth: width, clientHeight: height } = this.#stage;
    const viewport = this.viewport;
    viewport.resize({ width, height }, window.devicePixelRatio || 1);
    this.#stage.classList.toggle("moved", !viewport.isFit);
    if (viewport.ready && this.#shown) {
      const style = this.#canvas.style;
      style.width = `${viewport.camera.width}px`;
      style.height = `${viewport.camera.height}px`;
      style.transform = `matrix(${viewport.matrix().join(",")})`;
      this.#canvas.classList.toggle("pixelated", viewport.pixelated);
      this.placed();
    }
  }

  /**
   * The size in device pixels in which the whole picture is drawn, or would be; null: there is no place.
   * @param {Size | null} camera
   * @returns {Size | null}
   */
  drawnSize(camera) {
    if (camera) {
      this.viewport.setCamera(camera);
    }
    const { ready, zoom } = this.viewport;
    const scale = zoom * (window.devicePixelRatio || 1);
    return camera && ready ? { width: camera.width * scale, height: camera.height * scale } : null;
  }

  /**
   * What is under a point of the stage.
   * @param {{x: number, y: number}} at CSS pixels
   * @returns {Value | null} null beside the picture
   */
  valueAt(at) {
    const pixel = this.viewport.pixelAt(at.x, at.y);
    return pixel && this.valueOf(pixel);
  }

  /** @param {{x: number, y: number}} pixel the camera's @returns {Value | null} null: nothing is shown */
  valueOf(pixel) {
    if (!this.#shown) {
      return null;
    }
    const { bitmap, image, isColour } = this.#shown;
    const reduced = image.reduced > 0 ? image.reduced : 1;
    const inside = (/** @type {number} */ place, /** @type {number} */ side) =>
      Math.min(side - 1, Math.floor(place / reduced));
    const levels = this.#probe.levelsAt(bitmap, inside(pixel.x, bitmap.width), inside(pixel.y, bitmap.height));
    const values = levels.slice(0, isColour ? 3 : 1).map((level) => levelValue(level, image));
    return { ...pixel, values, step: (image.max - image.min) / 255 };
  }
}

/**
 * WebGL 2 where a graphics card does it; where software would imitate one, the plain way.
 * @param {HTMLCanvasElement} canvas
 * @param {string} wanted
 * @param {() => void} restored
 */
function painterFor(canvas, wanted, restored) {
  const gl =
    wanted !== "2d" &&
    canvas.getContext("webgl2", {
      alpha: false,
      antialias: false,
      depth: false,
      failIfMajorPerformanceCaveat: wanted !== "webgl",
    });
  return gl ? new WebglPainter(canvas, gl, restored) : new CanvasPainter(canvas);
}

async function decoded(blob) {
  if (typeof createImageBitmap === "function") {
    return createImageBitmap(blob, { colorSpaceConversion: "none" });
  }
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
