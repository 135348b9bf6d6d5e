/**
 * The picture on the page: decodes it, draws each image at its own size in the colours of a look, and
 * lays it where the viewport says; the browser does the scaling. Place and size follow from the camera's
 * pixels, so that another rendition moves nothing.
 *
 * A JPEG's 256 levels are drawn as they are. The camera's own values, or those of a picture that is
 * averaged or freed of its background, are drawn on a canvas of their own.
 */

import { valueAt } from "../analysis/pixels.js";
import { BadEnvelope, blob } from "../watch/envelope.js";
import { bitmapOf } from "./bitmap.js";
import { CanvasPainter } from "./canvas2d.js";
import { robustHistogram } from "./counts.js";
import { isColour } from "./jpeg.js";
import { hasGraphicsCard } from "./graphics-card.js";
import { Mosaic } from "./mosaic.js";
import { Probe } from "./probe.js";
import { checkLevels, levelStep, levelValue } from "./transfer.js";
import { TOPS, ValuesCanvas } from "./values-canvas.js";
import { Viewport } from "./viewport.js";
import { WebglPainter } from "./webgl.js";

const LEVELS_EVERY_S = 0.2;

/**
 * @typedef {import("../watch/rendition.js").Size} Size
 * @typedef {ImageBitmap | HTMLImageElement} Bitmap
 * @typedef {import("../analysis/pixels.js").Pixels} Pixels
 * @typedef {{bitmap: Bitmap | null, isColour: boolean, pixels: Pixels | null}} Decoded one of the two
 * @typedef {{x: number, y: number, values: number[], step: number, isWorkedOn?: boolean}} Value of a camera
 *   pixel: one, or red, green and blue; `step`: how far apart two levels are, 0 where values are exact;
 *   `isWorkedOn`: averaged, or without its background
 */

export class Picture {
  viewport = new Viewport();
  #stage;
  #canvas;
  #look;
  #painter;
  #probe = new Probe();
  /**
   * What is shown, with its header; `raw`: the values before `process`.
   * @type {(Decoded & {image: Record<string, any>, raw: Pixels | null}) | null}
   */
  #shown = null;
  #lookedAtS = -Infinity;
  #mosaic = new Mosaic();
  /** whether the camera's picture is in colour, as far as is known */
  #isColour = false;
  /** @type {ValuesCanvas | null} */
  #values;
  /** @type {((pixels: Pixels) => Pixels) | null} what is done to the values before they are shown; other pixels */
  process = null;
  /** @type {import("./histogram.js").Counts | null} of a picture that was shown lately */
  counts = null;
  /** called whenever the picture has got another place or size */
  placed = () => {};

  /**
   * @param {HTMLElement} stage the place
   * @param {HTMLCanvasElement} canvas in it
   * @param {import("./look.js").Look} look
   * @param {string} wanted "2d" draws without WebGL, "webgl" with it even where software does it
   * @param {HTMLCanvasElement | null} [values] over it, for values; without it none are drawn
   */
  constructor(stage, canvas, look, wanted, values = null) {
    this.#stage = stage;
    this.#canvas = canvas;
    this.#look = look;
    this.#values = values && new ValuesCanvas(values);
    this.#painter = painterFor(canvas, wanted, () => this.redraw());
    new ResizeObserver(() => this.place()).observe(stage);
  }

  /**
   * @param {import("../watch/envelope.js").Frame} frame
   * @param {Mosaic} [mosaic] whose memory tiles are put together in
   * @returns {Promise<Decoded | null>} null: the frame has no picture, or tiles in colour, which are not shown
   * @throws {BadEnvelope | DOMException} when its bytes are no image
   */
  async decoded({ header: { image }, body }, mosaic = this.#mosaic) {
    if (!image) {
      return null;
    }
    if (image.format === "tiles") {
      const inColour = image.samples > 1;
      this.#isColour ||= inColour && mosaic === this.#mosaic;
      return inColour ? null : { bitmap: null, isColour: false, pixels: mosaic.read(image, body) };
    }
    checkLevels(image);
    const bytes = blob(image, body);
    const bitmap = await bitmapOf(bytes, image.format);
    return { bitmap, isColour: isColour(bytes), pixels: null };
  }

  /**
   * The values of a frame that is not to be shown.
   * @param {import("../watch/envelope.js").Frame} frame
   * @returns {Promise<Pixels | null>} null: it has none, or three a pixel, or they cannot be read
   */
  async read(frame) {
    try {
      const found = await this.decoded(frame, new Mosaic());
      if (!found) {
        return null;
      }
      const { bitmap, isColour, pixels } = found;
      const values = pixels ?? (isColour ? null : this.#probe.pixels(bitmap, frame.header.image));
      this.drop(found);
      return values;
    } catch (problem) {
      if (problem instanceof BadEnvelope || problem instanceof DOMException) {
        return null;
      }
      throw problem;
    }
  }

  /** Whether what is shown are the camera's own values, or such that were worked on. */
  get isExact() {
    return this.#shown?.pixels !== null && this.#shown !== null;
  }

  /** Gives the memory of what is not shown back at once. @param {Decoded | null} decoded */
  drop(decoded) {
    if (decoded?.bitmap && "close" in decoded.bitmap) {
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
    const raw = this.#valuesOf(next, image);
    this.#shown = { ...next, image, raw, pixels: raw && this.process ? this.process(raw) : raw };
    const { bitmap, isColour, pixels } = this.#shown;
    this.#isColour = isColour;
    if (isColour) {
      this.counts = null;
    } else if (nowS - this.#lookedAtS >= LEVELS_EVERY_S || !this.counts) {
      this.#lookedAtS = nowS;
      this.counts = pixels ? robustHistogram(pixels, this.#look.levels.widest) : { counts: this.#probe.histogram(bitmap), min: image.min, max: image.max };
      this.#look.levels.see(this.counts.counts, this.counts, nowS);
    }
    const canvas = this.#canvas;
    if (bitmap && (canvas.width !== bitmap.width || canvas.height !== bitmap.height)) {
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
    }
    this.#stage.classList.toggle("values", pixels !== null);
    this.viewport.setCamera(camera);
    this.place();
    this.redraw();
  }

  /** Draws what is shown once more: the look has changed. */
  redraw() {
    if (!this.#shown) {
      return;
    }
    const { bitmap, isColour, image, pixels, raw } = this.#shown;
    if (pixels) {
      this.#values.draw(pixels, raw, this.#look, image.dtype);
    } else {
      this.#painter.draw(bitmap, this.#look.table(image, isColour), isColour);
    }
  }

  /** The camera pixels in sight whose values can be had; null: none, or a picture in colour. */
  get seen() {
    return this.viewport.ready && !this.#isColour ? this.viewport.seen() : null;
  }

  /**
   * The values that are shown, of a part of the picture or all of it; null: there are none, or three a pixel.
   * @param {import("./tiles.js").Box} [box] camera pixels that are wanted; perhaps more come
   * @returns {Pixels | null}
   */
  pixels(box) {
    if (!this.#shown || this.#shown.isColour) {
      return null;
    }
    const { bitmap, image, pixels } = this.#shown;
    return pixels ?? this.#probe.pixels(bitmap, image, box);
  }

  /**
   * The values as they came, before averaging and background, and the value at which they are cut off.
   * @param {import("./tiles.js").Box} box camera pixels that are wanted; perhaps more come
   * @returns {{pixels: Pixels, top: number} | null} null: there are none, or three a pixel; top: camera units
   */
  unprocessed(box) {
    if (!this.#shown || this.#shown.isColour) {
      return null;
    }
    const { bitmap, image, raw } = this.#shown;
    if (!bitmap) {
      return raw && { pixels: raw, top: TOPS[image.dtype] ?? Infinity };
    }
    const isCut = image.n_saturated > 0 || image.n_high > 0; // at its highest level, which stands for `max`
    return { pixels: raw ?? this.#probe.pixels(bitmap, image, box), top: isCut ? image.max : Infinity };
  }

  /** The values of a picture that is to be shown by them, and whose they are. @returns {Pixels | null} */
  #valuesOf({ bitmap, isColour, pixels }, image) {
    if (!this.#values || isColour || (!pixels && !this.process)) {
      return null;
    }
    return { ...(pixels ?? this.#probe.pixels(bitmap, image)), source: `${image.channel} ${image.format}` };
  }

  /** Lays the picture where the viewport has it now. */
  place() {
    const { clientWidth: width, clientHeight: height } = this.#stage;
    const viewport = this.viewport;
    viewport.resize({ width, height }, window.devicePixelRatio || 1);
    this.#stage.classList.toggle("moved", !viewport.isFit);
    if (viewport.ready && this.#shown) {
      this.#stage.style.setProperty("--ratio", String(viewport.ratio));
      const style = this.#canvas.style;
      style.width = `${viewport.camera.width}px`;
      style.height = `${viewport.camera.height}px`;
      style.transform = `matrix(${viewport.matrix().join(",")})`;
      this.#canvas.classList.toggle("pixelated", viewport.pixelated);
      this.#values?.place(viewport);
      this.placed();
    }
  }

  /** Draws the picture as it lies in the stage. @param {CanvasRenderingContext2D} context in CSS pixels */
  drawInto(context) {
    if (!this.#shown || !this.viewport.ready) {
      return;
    }
    this.redraw(); // WebGL keeps what it drew only for this task
    const { pixels } = this.#shown;
    const { width, height } = this.viewport.camera;
    context.save();
    context.transform(...this.viewport.matrix());
    context.imageSmoothingEnabled = !this.viewport.pixelated;
    if (pixels) {
      const side = (/** @type {number} */ samples) => samples * pixels.pitch;
      context.drawImage(this.#values.canvas, pixels.x, pixels.y, side(pixels.width), side(pixels.height));
    } else {
      context.drawImage(this.#canvas, 0, 0, width, height);
    }
    context.restore();
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

  /** @param {{x: number, y: number}} pixel the camera's @returns {Value | null} null: nothing is shown there */
  valueOf(pixel) {
    const { width, height } = this.viewport.camera;
    if (!this.#shown || !(pixel.x >= 0 && pixel.y >= 0 && pixel.x < width && pixel.y < height)) {
      return null;
    }
    const { bitmap, image, isColour, pixels, raw } = this.#shown;
    if (pixels) {
      const value = valueAt(pixels, pixel.x, pixel.y);
      const isWorkedOn = pixels !== raw;
      return value === null ? null : { ...pixel, values: [value], step: bitmap ? levelStep(image) : 0, isWorkedOn };
    }
    const reduced = image.reduced > 0 ? image.reduced : 1;
    const inside = (/** @type {number} */ place, /** @type {number} */ side) =>
      Math.min(side - 1, Math.floor(place / reduced));
    const levels = this.#probe.levelsAt(bitmap, inside(pixel.x, bitmap.width), inside(pixel.y, bitmap.height));
    const values = levels.slice(0, isColour ? 3 : 1).map((level) => levelValue(level, image));
    return { ...pixel, values, step: levelStep(image) };
  }
}

/**
 * WebGL 2 where a graphics card does it; where software would imitate one, the plain way, which is quicker.
 * @param {HTMLCanvasElement} canvas
 * @param {string} wanted
 * @param {() => void} restored
 */
function painterFor(canvas, wanted, restored) {
  const asked = wanted === "webgl" || (wanted !== "2d" && hasGraphicsCard());
  const gl = asked && canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false });
  return gl ? new WebglPainter(canvas, gl, restored) : new CanvasPainter(canvas);
}
