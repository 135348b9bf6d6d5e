/**
 * The picture on the page: decodes it, draws each image at its own size in the colours of a look, and
 * lays it where the viewport says; the browser does the scaling. Place and size follow from the camera's
 * pixels, so that another rendition moves nothing.
 *
 * A JPEG's 256 levels are drawn as they are. The camera's own values, or those of a picture that is
 * averaged or freed of its background, are drawn on a canvas of their own.
 *
 * A frame is drawn first, then placed, then announced, in one task. `placement` belongs to the frame that is
 * seen; canvas, overlay, regions and values all take their places from it.
 */

import { BadEnvelope, readBlob } from "../stream/envelope.js";
import { CanvasPainter } from "./canvas2d.js";
import { decodeBitmap, isColourJpeg } from "./jpeg.js";
import { Mosaic } from "./mosaic.js";
import { PixelReadback } from "./pixel-readback.js";
import { levelCounts, partOf, valueIn } from "./displayed-image.js";
import { checkLevels } from "./transfer.js";
import { MAX_VALUES, ValuesCanvas } from "./values-canvas.js";
import { Viewport } from "./viewport.js";
import { WebglPainter, hasGraphicsCard } from "./webgl.js";

const LEVELS_EVERY_S = 0.2;

/**
 * @typedef {import("../stream/rendition.js").Size} Size
 * @typedef {import("./pixels.js").Pixels} Pixels
 * @typedef {import("./displayed-image.js").DecodedImage} Decoded
 * @typedef {import("./displayed-image.js").DisplayedImage} Shown
 * @typedef {import("./displayed-image.js").Value} Value
 */

export class Picture {
  /** what the viewer wants to see; what is seen is in `placement` */
  viewport = new Viewport();
  /** where the frame that is seen lies */
  placement = this.viewport.placement;
  #stage;
  #canvas;
  #exact;
  #look;
  #painter;
  #probe = new PixelReadback();
  /** @type {Shown | null} */
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
  /**
   * Called after each frame was drawn and placed, and after each change of the view.
   * @type {(placement: import("./placement.js").Placement) => void}
   */
  onPlacement = () => {};

  /**
   * @param {HTMLElement} stage the place
   * @param {HTMLCanvasElement} canvas in it
   * @param {import("./display-settings.js").DisplaySettings} look
   * @param {string} wanted "2d" draws without WebGL, "webgl" with it even where software does it
   * @param {HTMLCanvasElement | null} [values] over it, for values; without it none are drawn
   */
  constructor(stage, canvas, look, wanted, values = null) {
    this.#stage = stage;
    this.#canvas = canvas;
    this.#look = look;
    this.#exact = values;
    this.#values = values && new ValuesCanvas(values);
    this.#painter = painterFor(canvas, wanted, () => this.redraw());
    new ResizeObserver(() => this.place()).observe(stage);
  }

  /**
   * @param {import("../stream/envelope.js").Frame} frame
   * @param {Mosaic} [mosaic] whose memory tiles are put together in
   * @returns {Promise<Decoded | null>} null: the frame has no picture, or tiles in colour, which are not shown
   * @throws {BadEnvelope | DOMException} when its bytes are no image
   */
  async decode({ header: { image }, body }, mosaic = this.#mosaic) {
    if (!image) {
      return null;
    }
    if (image.format === "tiles") {
      const inColour = image.samples > 1;
      this.#isColour ||= inColour && mosaic === this.#mosaic;
      return inColour ? null : { bitmap: null, isColour: false, pixels: mosaic.read(image, body) };
    }
    checkLevels(image);
    const bytes = readBlob(image, body);
    const bitmap = await decodeBitmap(bytes, image.format);
    return { bitmap, isColour: isColourJpeg(bytes), pixels: null };
  }

  /**
   * The values of a frame that is not to be shown.
   * @param {import("../stream/envelope.js").Frame} frame
   * @returns {Promise<Pixels | null>} null: it has none, or three a pixel, or they cannot be read
   */
  async read(frame) {
    try {
      const found = await this.decode(frame, new Mosaic());
      if (!found) {
        return null;
      }
      const { bitmap, isColour, pixels } = found;
      if (pixels) {
        return pixels; // in memory of their own
      }
      const values = isColour ? null : this.#probe.pixels(bitmap, frame.header.image);
      this.discard(found);
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

  /** Gives the memory of what is not shown back at once. @param {Decoded | Shown | null} decoded once */
  discard(decoded) {
    if (decoded?.pixels && !decoded.bitmap) {
      this.#mosaic.release(decoded.raw ?? decoded.pixels);
    } else if (decoded?.bitmap && "close" in decoded.bitmap) {
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
    const raw = this.#valuesOf(next, image);
    const shown = { ...next, image, raw, pixels: raw && this.process ? this.process(raw) : raw };
    this.#lookAt(shown, nowS);
    this.#draw(shown);
    this.discard(this.#shown);
    this.#shown = shown;
    this.#isColour = shown.isColour;
    this.viewport.setCamera(camera);
    this.place();
  }

  /** Has the range of the look follow the levels, a few times a second. @param {Shown} shown @param {number} nowS */
  #lookAt(shown, nowS) {
    if (shown.isColour) {
      this.counts = null;
    } else if (nowS - this.#lookedAtS >= LEVELS_EVERY_S || !this.counts) {
      this.#lookedAtS = nowS;
      const { levels } = this.#look;
      this.counts = levelCounts(shown, levels, this.#probe);
      levels.update(this.counts.counts, this.counts, nowS);
    }
  }

  /** Draws what is shown once more: the look has changed. */
  redraw() {
    if (this.#shown) {
      this.#draw(this.#shown);
    }
  }

  /** @param {Shown} shown */
  #draw({ bitmap, isColour, image, pixels, raw }) {
    if (pixels) {
      this.#values.draw(pixels, raw, this.#look, image.dtype);
      return;
    }
    const canvas = this.#canvas;
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
    }
    this.#painter.draw(bitmap, this.#look.table(image, isColour), isColour);
  }

  /** The camera pixels in sight whose values can be had; null: none, or a picture in colour. */
  get visibleBox() {
    return this.viewport.ready && !this.#isColour ? this.viewport.placement.seen() : null;
  }

  /**
   * The values that are shown, of a part of the picture or all of it; null: there are none, or three a pixel.
   * @param {import("../stream/tile-region.js").Box} [box] camera pixels that are wanted; perhaps more come
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
   * @param {import("../stream/tile-region.js").Box} box camera pixels that are wanted; perhaps more come
   * @returns {{pixels: Pixels, top: number} | null} null: there are none, or three a pixel; top: camera units
   */
  unprocessed(box) {
    if (!this.#shown || this.#shown.isColour) {
      return null;
    }
    const { bitmap, image, raw } = this.#shown;
    if (!bitmap) {
      return raw && { pixels: raw, top: MAX_VALUES[image.dtype] ?? Infinity };
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

  /** Lays the picture where the viewport has it now, and announces it. */
  place() {
    const { clientWidth: width, clientHeight: height } = this.#stage;
    const viewport = this.viewport;
    viewport.resize({ width, height }, window.devicePixelRatio || 1);
    this.#stage.classList.toggle("moved", !viewport.isFit);
    if (!this.#shown) {
      return;
    }
    const placement = viewport.placement;
    this.placement = placement;
    this.#stage.classList.toggle("values", this.#shown.pixels !== null);
    if (placement.ready) {
      this.#stage.style.setProperty("--ratio", String(viewport.ratio));
      lay(this.#seenCanvas, placement, partOf(this.#shown));
    }
    this.onPlacement(placement);
  }

  get #seenCanvas() {
    return this.#shown.pixels ? this.#exact : this.#canvas;
  }

  /** Draws the picture as it lies in the stage. @param {CanvasRenderingContext2D} context in CSS pixels */
  drawInto(context) {
    const { camera, matrix, pixelated, ready } = this.placement;
    if (!this.#shown || !ready) {
      return;
    }
    this.redraw(); // WebGL keeps what it drew only for this task
    const { x, y, pitch, width, height } = partOf(this.#shown);
    context.save();
    context.transform(...matrix);
    context.beginPath();
    context.rect(0, 0, camera.width, camera.height);
    context.clip();
    context.imageSmoothingEnabled = !pixelated;
    context.drawImage(this.#seenCanvas, x, y, width * pitch, height * pitch);
    context.restore();
  }

  /**
   * The size in device pixels in which the whole picture is drawn, or would be; null: there is no place.
   * @param {Size | null} camera of the frame that is seen, or before the first one as the status has it
   * @returns {Size | null}
   */
  drawnSize(camera) {
    if (camera && !this.#shown) {
      this.viewport.setCamera(camera);
    }
    const { ready, zoom } = this.viewport;
    const scale = zoom * (window.devicePixelRatio || 1);
    return camera && ready ? { width: camera.width * scale, height: camera.height * scale } : null;
  }

  /** @param {{x: number, y: number}} pixel the camera's @returns {Value | null} null: nothing is shown there */
  valueAt(pixel) {
    const isThere = this.#shown && this.placement.contains(pixel);
    return isThere ? valueIn(this.#shown, pixel, this.#probe) : null;
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("./placement.js").Placement} placement
 * @param {import("./placement.js").Part} part that it holds
 */
function lay(canvas, placement, part) {
  const { width, height, matrix, beyond } = placement.canvas(part);
  const { style } = canvas;
  style.width = `${width}px`;
  style.height = `${height}px`;
  style.transform = `matrix(${matrix.join(",")})`;
  style.clipPath = beyond.right || beyond.bottom ? `inset(0 ${beyond.right}px ${beyond.bottom}px 0)` : "";
  canvas.classList.toggle("pixelated", placement.pixelated);
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
