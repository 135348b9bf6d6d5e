/**
 * The picture on the page: draws each decoded image at its own size in the colours of the display settings, and places
 * it where the viewport says; the browser does the scaling. Place and size depend on the camera's pixels only, so that
 * another rendition moves nothing.
 *
 * A JPEG's 256 levels are drawn directly. The camera's own values, and those of a picture that is averaged or
 * whose background is subtracted, are drawn on a second canvas.
 *
 * A frame is drawn, then placed, then announced, in one task. `placement` belongs to the displayed frame;
 * canvas, overlay, regions and values all take their positions from it.
 */

import { FrameDecoder } from "./frame-decoder.js";
import { LevelsPainter } from "./painters.js";
import { PixelReadback } from "./pixel-readback.js";
import { bitmapOf, partOf, valueIn } from "./displayed-image.js";
import { LevelCounter } from "./level-counter.js";
import { MAX_VALUES, ValuesCanvas } from "./values-canvas.js";
import { Viewport } from "./viewport.js";

/**
 * @typedef {import("../stream/rendition.js").Size} Size
 * @typedef {import("./pixels.js").Pixels} Pixels
 * @typedef {import("./displayed-image.js").DecodedImage} DecodedImage
 * @typedef {import("./displayed-image.js").DisplayedImage} DisplayedImage
 * @typedef {import("./displayed-image.js").Value} Value
 * @typedef {import("./placement.js").Placement} Placement
 * @typedef {import("../stream/envelope.js").ImageHeader} ImageHeader
 * @typedef {import("../stream/tile-region.js").Box} Box
 */

export class Picture {
  /** the view that the viewer chose; `placement` is the displayed one */
  viewport = new Viewport();
  /** where the displayed frame is */
  placement = this.viewport.placement;
  #stage;
  #canvas;
  #settings;
  #painter;
  #readback = new PixelReadback();
  /** @type {DisplayedImage | null} */
  #displayed = null;
  #counter;
  /** decodes the images of frames, for `show` */
  decoder = new FrameDecoder(this.#readback);
  /** @type {ValuesCanvas | null} */
  #valuesCanvas;
  /**
   * Applied to the values before they are displayed; returns them or a copy.
   * @type {((pixels: Pixels, camera: Size) => Pixels) | null}
   */
  process = null;
  /**
   * Called after each frame was drawn and placed, and after each change of the view.
   * @type {(placement: Placement) => void}
   */
  onPlacement = () => {};

  /**
   * @param {HTMLElement} stage the place for the picture
   * @param {HTMLCanvasElement} canvas in it
   * @param {import("./display-settings.js").DisplaySettings} settings
   * @param {string} renderer "2d" draws without WebGL, "webgl" with it even where software does it
   * @param {HTMLCanvasElement | null} [valuesCanvas] over the other, for values; without it none are drawn
   */
  constructor(stage, canvas, settings, renderer, valuesCanvas = null) {
    this.#stage = stage;
    this.#canvas = canvas;
    this.#settings = settings;
    this.#counter = new LevelCounter(settings.levels, this.#readback);
    this.#valuesCanvas = valuesCanvas && new ValuesCanvas(valuesCanvas);
    this.#painter = new LevelsPainter(canvas, renderer, () => {
      this.redraw();
      this.place();
    });
    new ResizeObserver(() => this.place()).observe(stage);
  }

  /** The scale on which it is displayed, one of SCALES. */
  get scale() {
    return this.#settings.scale;
  }

  /** Whether values are displayed, the camera's own or processed ones, rather than levels. */
  get isExact() {
    return Boolean(this.#displayed?.pixels);
  }

  /** Whether the camera's own values are there, displayed as they are or processed, rather than a JPEG. */
  get isPrecise() {
    return this.#displayed !== null && this.#displayed.bitmap === null;
  }

  /** Whether the displayed values are a mean, or the difference from a background. */
  get isProcessed() {
    return this.#displayed !== null && this.#displayed.pixels !== this.#displayed.raw;
  }

  /** How many pixels have each level, in a recent picture; null: it is in colour, or there was none. */
  get counts() {
    return this.#counter.counts;
  }

  /** @param {import("./level-counter.js").RangeOf | null} rangeOf null: the automatic range is that of the whole picture */
  set rangeOf(rangeOf) {
    this.#counter.rangeOf = rangeOf;
  }

  /**
   * Display an image until the next.
   * @param {DecodedImage} decoded
   * @param {ImageHeader} image
   * @param {Size} camera the size of the whole picture in camera pixels
   * @param {number} nowS
   */
  show(decoded, image, camera, nowS) {
    const raw = this.#valuesOf(decoded, image);
    const displayed = { ...decoded, image, raw, pixels: raw && this.process ? this.process(raw, camera) : raw };
    this.#counter.update(displayed, this.#displayed, nowS);
    this.#draw(displayed);
    this.decoder.discard(this.#displayed);
    this.#displayed = displayed;
    this.decoder.isColour = displayed.isColour;
    this.viewport.setCamera(camera);
    this.place();
  }

  /** Draw the displayed image again, after a change of the settings. */
  redraw() {
    if (this.#displayed) {
      this.#draw(this.#displayed);
    }
  }

  /** Process the displayed values again, after a change of `process`. */
  reprocess() {
    const displayed = this.#displayed;
    if (!displayed || displayed.isColour) {
      return;
    }
    const { bitmap, image, raw, bad } = displayed;
    const decoded = { bitmap, isColour: false, pixels: bitmap ? null : raw, bad };
    const pixels = this.#valuesOf(/** @type {DecodedImage} */ (decoded), image);
    const processed = pixels && this.process ? this.process(pixels, this.placement.camera) : pixels;
    this.#displayed = { ...displayed, raw: pixels, pixels: processed };
    this.redraw();
    this.place();
  }

  /** @param {DisplayedImage} displayed */
  #draw(displayed) {
    const { isColour, image, pixels, raw } = displayed;
    if (pixels) {
      this.#valuesCanvas?.draw(pixels, raw ?? pixels, this.#settings, image.dtype);
      return;
    }
    this.#painter.draw(bitmapOf(displayed), this.#settings.table(image, isColour), isColour);
  }

  /** The visible camera pixels whose values are available; null: none, or a picture in colour. */
  get visibleBox() {
    return this.viewport.ready && !this.decoder.isColour ? this.viewport.placement.visibleBox() : null;
  }

  /**
   * Return the displayed values, of a part of the picture or all of it.
   * @param {Box} [box] camera pixels to return; there may be more
   * @returns {Pixels | null} null: there are none, or three per pixel
   */
  pixels(box) {
    const displayed = this.#displayed;
    if (!displayed || displayed.isColour) {
      return null;
    }
    const { image, bad } = displayed;
    return displayed.pixels ?? this.#readback.pixels(bitmapOf(displayed), image, bad, box);
  }

  /**
   * Return the values before averaging and background, and the value at which they are cut off.
   * @param {Box} box camera pixels to return; there may be more
   * @returns {{pixels: Pixels, top: number} | null} null: there are none, or three per pixel; top: camera units
   */
  unprocessed(box) {
    if (!this.#displayed || this.#displayed.isColour) {
      return null;
    }
    const { bitmap, image, raw, bad } = this.#displayed;
    if (!bitmap) {
      return raw && { pixels: raw, top: MAX_VALUES[image.dtype] ?? Infinity };
    }
    // at the highest level, which stands for `max`
    const isCut = (image.n_saturated ?? 0) > 0 || (image.n_high ?? 0) > 0;
    return { pixels: raw ?? this.#readback.pixels(bitmap, image, bad, box), top: isCut ? image.max : Infinity };
  }

  /**
   * Return the values of an image that is to be displayed by its values.
   * @param {DecodedImage} decoded
   * @param {ImageHeader} image
   * @returns {Pixels | null} null: its levels are displayed
   */
  #valuesOf(decoded, image) {
    const marksBad = decoded.bad && this.#settings.marks;
    if (!this.#valuesCanvas || decoded.isColour || !(decoded.pixels || this.process || marksBad)) {
      return null;
    }
    const values = decoded.pixels ?? this.#readback.pixels(decoded.bitmap, image, decoded.bad);
    return { ...values, source: `${image.channel} ${image.format}` };
  }

  /** Place the picture where the viewport has it now, and announce it. */
  place() {
    const { clientWidth: width, clientHeight: height } = this.#stage;
    const viewport = this.viewport;
    viewport.resize({ width, height }, window.devicePixelRatio || 1);
    this.#stage.classList.toggle("moved", !viewport.isFit);
    if (!this.#displayed) {
      return;
    }
    const placement = viewport.placement;
    this.placement = placement;
    this.#stage.classList.toggle("values", this.#displayed.pixels !== null);
    if (placement.ready) {
      this.#stage.style.setProperty("--ratio", String(viewport.ratio));
      const part = partOf(this.#displayed);
      const canvases = this.#displayed.pixels ? [this.#visibleCanvas] : [this.#canvas, this.#painter.canvas];
      new Set(canvases).forEach((canvas) => placeCanvas(canvas, placement, part));
    }
    this.onPlacement(placement);
  }

  get #visibleCanvas() {
    return (this.#displayed?.pixels && this.#valuesCanvas?.canvas) || this.#painter.canvas;
  }

  /** Draw the picture as it is placed in the stage. @param {CanvasRenderingContext2D} context in CSS pixels */
  drawInto(context) {
    const { camera, matrix, pixelated, ready } = this.placement;
    if (!this.#displayed || !ready) {
      return;
    }
    this.redraw(); // WebGL's drawing is available only during this task
    const { x, y, pitch, width, height } = partOf(this.#displayed);
    context.save();
    context.transform(...matrix);
    context.beginPath();
    context.rect(0, 0, camera.width, camera.height);
    context.clip();
    context.imageSmoothingEnabled = !pixelated;
    context.drawImage(this.#visibleCanvas, x, y, width * pitch, height * pitch);
    context.restore();
  }

  /**
   * Return the size in device pixels in which the whole picture is drawn, or would be.
   * @param {Size | null} camera of the displayed frame, or before the first one according to the status
   * @returns {Size | null} null: there is no place for it
   */
  drawnSize(camera) {
    if (camera && !this.#displayed) {
      this.viewport.setCamera(camera);
    }
    const { ready, zoom } = this.viewport;
    const scale = zoom * (window.devicePixelRatio || 1);
    return camera && ready ? { width: camera.width * scale, height: camera.height * scale } : null;
  }

  /** @param {{x: number, y: number}} pixel the camera's @returns {Value | null} null: nothing is displayed there */
  valueAt(pixel) {
    return this.#displayed && this.placement.contains(pixel) ? valueIn(this.#displayed, pixel, this.#readback) : null;
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Placement} placement
 * @param {import("./placement.js").Part} part that the canvas has
 */
function placeCanvas(canvas, placement, part) {
  const { width, height, matrix, beyond } = placement.canvas(part);
  const { style } = canvas;
  style.width = `${width}px`;
  style.height = `${height}px`;
  style.transform = `matrix(${matrix.join(",")})`;
  style.clipPath = beyond.right || beyond.bottom ? `inset(0 ${beyond.right}px ${beyond.bottom}px 0)` : "";
  canvas.classList.toggle("pixelated", placement.pixelated);
}
