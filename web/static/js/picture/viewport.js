/**
 * The view: which part of the camera's picture is visible, its zoom and orientation. The coordinates are those
 * of placement.js. A fitted picture is placed by fitPicture().
 */

import { PIXELATED_FROM, fitPicture } from "./fit.js";
import { Placement } from "./placement.js";

const MAX_ZOOM = 64; // device pixels a camera pixel
const SAME = 1e-5; // zooms that differ by less, relatively, are equal: addresses and wheels round
const TEXT =
  /^(?:fit|(\d{1,9}(?:\.\d{1,12})?)@(-?\d{1,9}(?:\.\d{1,12})?),(-?\d{1,9}(?:\.\d{1,12})?))(?:r([0-3]))?(m)?$/;

/**
 * @typedef {import("../stream/rendition.js").Size} Size
 * @typedef {{x: number, y: number}} Point
 * @typedef {{left: number, top: number, width: number, height: number}} Box
 */

export class Viewport {
  /** @type {Size} */
  #place = { width: 0, height: 0 };
  /** @type {Size} */
  #camera = { width: 0, height: 0 };
  #density = 1;
  #isFit = true;
  #zoom = 1;
  /** @type {Point} */
  #centre = { x: 0, y: 0 };
  #turns = 0;
  #mirrored = false;

  /** Whether place and camera are known. Until then nothing moves, but fromText() is remembered. */
  get ready() {
    const least = 1 / this.#density;
    return this.#place.width >= least && this.#place.height >= least && this.#camera.width > 0;
  }

  /** Whether the whole picture is fitted into its place, and stays fitted when the place is resized. */
  get isFit() {
    return this.#isFit;
  }

  /** The camera's size, 0 before it is known. */
  get camera() {
    return { ...this.#camera };
  }

  /** The ratio of width to height of the whole picture, rotated as displayed. */
  get ratio() {
    const { width, height } = this.#camera;
    return this.#turns % 2 ? height / width : width / height;
  }

  /** CSS pixels a camera pixel; a fitted picture's sides are rounded, and a very thin one is widened. */
  get zoom() {
    return this.#zoom;
  }

  /** The picture point at the centre of the place. */
  get centre() {
    return { ...this.#centre };
  }

  /** Quarter turns clockwise, 0 to 3, after the mirroring. */
  get turns() {
    return this.#turns;
  }

  /** Whether left and right are swapped before turning. */
  get mirrored() {
    return this.#mirrored;
  }

  /** Whether camera pixels are large enough to be shown as squares. */
  get pixelated() {
    return this.#isFit && this.ready
      ? this.#fitted().pixelated
      : this.#zoom * this.#density >= PIXELATED_FROM * (1 - SAME);
  }

  /**
   * Where the whole picture is drawn, rotated as displayed, in CSS pixels; on device pixels when fitted or actual.
   * @returns {Box}
   */
  get drawnBox() {
    if (!this.ready) {
      return { left: 0, top: 0, width: 0, height: 0 };
    }
    const box = this.#box();
    if (this.#isFit || !near(this.#zoom * this.#density, 1)) {
      return box;
    }
    const snap = (/** @type {number} */ px) => Math.round(px * this.#density) / this.#density;
    const edge = (/** @type {number} */ at, /** @type {number} */ side, /** @type {number} */ room) =>
      side <= room ? snap(at) : covering(snap(at), side, room);
    return {
      ...box,
      left: edge(box.left, box.width, this.#place.width),
      top: edge(box.top, box.height, this.#place.height),
    };
  }

  /**
   * Resize the place. A fitted picture stays fitted; otherwise the point at the centre stays there.
   * @param {Size} place CSS pixels; without a size, as in a hidden tab, the view waits as it is
   * @param {number} density device pixels a CSS pixel
   */
  resize(place, density) {
    this.#place = { width: place.width, height: place.height };
    this.#density = density || 1;
    this.#settle();
  }

  /**
   * Set the camera's size. A new size is fitted, rotated as before; the first one keeps the view from the address.
   * @param {Size} camera camera pixels; a size of 0 changes nothing
   */
  setCamera(camera) {
    const last = this.#camera;
    if (!camera.width || !camera.height || (camera.width === last.width && camera.height === last.height)) {
      return;
    }
    this.#isFit ||= last.width > 0;
    this.#camera = { width: camera.width, height: camera.height };
    this.#settle();
  }

  /** Show the whole picture, as large as fits. */
  fit() {
    this.#isFit = true;
    this.#settle();
  }

  /** Show one camera pixel as one device pixel, about the centre. */
  actual() {
    if (this.ready) {
      this.#isFit = false;
      this.#zoom = 1 / this.#density;
      this.#settle();
    }
  }

  /**
   * Zoom about the picture point at `at`, which stays there as far as the limits allow.
   * @param {number} factor more than 1 enlarges; 0, less or NaN does nothing
   * @param {Point} [at] place coordinates; the centre if omitted
   */
  zoomBy(factor, at = this.#middle) {
    if (!this.ready || !(factor > 0)) {
      return;
    }
    const under = this.placement.toPicture(at.x, at.y);
    const { lowest, highest } = this.#limits();
    const zoom = Math.min(highest, this.#zoom * factor);
    if (near(zoom, this.#fitZoom) || (zoom < lowest && near(lowest, this.#fitZoom))) {
      this.fit();
      return;
    }
    this.#isFit = false;
    this.#zoom = Math.max(lowest, zoom);
    const away = this.#onPicture(this.#middle.x - at.x, this.#middle.y - at.y);
    this.#centre = { x: under.x + away.x, y: under.y + away.y };
    this.#settle();
  }

  /** Move the picture. @param {number} dx CSS pixels to the right @param {number} dy down */
  panBy(dx, dy) {
    if (this.ready) {
      const by = this.#onPicture(dx, dy);
      this.centreOn(this.#centre.x - by.x, this.#centre.y - by.y);
    }
  }

  /** Bring a picture point to the centre, as far as the edges allow. @param {number} x @param {number} y */
  centreOn(x, y) {
    if (this.ready) {
      this.#centre = { x, y };
      this.#settle();
    }
  }

  /** @param {number} quarters clockwise; less than 0 is the other way */
  turn(quarters) {
    this.#turns = quarter(this.#turns + quarters);
    this.#settle();
  }

  /** @param {"x" | "y"} axis as seen on the screen: "x" swaps left and right, "y" top and bottom */
  mirror(axis) {
    this.#turns = quarter((axis === "y" ? 2 : 0) - this.#turns);
    this.#mirrored = !this.#mirrored;
    this.#settle();
  }

  /** The present placement of the picture. @returns {Placement} */
  get placement() {
    const { ready, zoom, turns, pixelated, camera } = this;
    return new Placement({
      ...{ ready, zoom, turns, pixelated, camera },
      place: { ...this.#place },
      matrix: this.#matrix(),
    });
  }

  /** For the address: "fit", or zoom@x,y of the centre; then r and the turns, and m: "2.5@320.5,240.0r1m". */
  toText() {
    const { x, y } = this.#centre;
    const where = this.#isFit
      ? "fit"
      : `${Number(this.#zoom.toPrecision(6))}@${x.toFixed(1)},${y.toFixed(1)}`;
    return where + (this.#turns ? `r${this.#turns}` : "") + (this.#mirrored ? "m" : "");
  }

  /**
   * @param {unknown} text as toText() gave it, perhaps edited by hand
   * @returns {boolean} false: the text is invalid, and nothing changed
   */
  fromText(text) {
    const found = typeof text === "string" && TEXT.exec(text);
    if (!found || Number(found[1]) === 0) {
      return false;
    }
    const [, zoom, x, y, turns, mirrored] = found;
    this.#turns = Number(turns ?? 0);
    this.#mirrored = mirrored !== undefined;
    this.#isFit = zoom === undefined;
    if (!this.#isFit) {
      this.#zoom = Number(zoom);
      this.#centre = { x: Number(x), y: Number(y) };
    }
    this.#settle();
    return true;
  }

  /** Bring zoom and centre within their limits; every change ends here. */
  #settle() {
    if (!this.ready) {
      return;
    }
    const { lowest, highest } = this.#limits();
    this.#isFit ||= this.#zoom < lowest * (1 - SAME) && near(lowest, this.#fitZoom);
    if (this.#isFit) {
      this.#zoom = this.#fitZoom;
      this.#centre = { x: this.#camera.width / 2, y: this.#camera.height / 2 };
      return;
    }
    this.#zoom = Math.min(highest, Math.max(lowest, this.#zoom));
    const { left, top, width, height } = this.#box();
    const middle = this.#middle;
    const away = this.#onPicture(middle.x - left - width / 2, middle.y - top - height / 2);
    this.#centre = { x: this.#camera.width / 2 + away.x, y: this.#camera.height / 2 + away.y };
  }

  /** CSS pixels a camera pixel. A fitted picture may be smaller or larger than the usual limits. */
  #limits() {
    const one = 1 / this.#density;
    const fit = this.#fitZoom;
    return { lowest: Math.min(fit, one), highest: Math.max(fit, MAX_ZOOM * one) };
  }

  get #middle() {
    return { x: this.#place.width / 2, y: this.#place.height / 2 };
  }

  get #fitZoom() {
    const turned = this.#turned;
    return Math.min(this.#place.width / turned.width, this.#place.height / turned.height);
  }

  /** The camera's size, rotated as displayed. */
  get #turned() {
    const { width, height } = this.#camera;
    return this.#turns % 2 ? { width: height, height: width } : { width, height };
  }

  #fitted() {
    return fitPicture(this.#place, this.#turned, this.#density);
  }

  /** The drawn picture's sides in CSS pixels. A side that fitPicture() widened to be visible stays as wide. */
  #sides() {
    const fit = this.#fitted();
    if (this.#isFit) {
      return fit;
    }
    const turned = this.#turned;
    const side = (/** @type {number} */ pixels, /** @type {number} */ whenFit) => {
      const widened = whenFit - pixels * this.#fitZoom > 1 / this.#density; // more than its rounding
      return Math.max(widened ? whenFit : 0, pixels * this.#zoom);
    };
    return { width: side(turned.width, fit.width), height: side(turned.height, fit.height) };
  }

  /** Where the picture is drawn, before the rounding to device pixels. @returns {Box} */
  #box() {
    if (this.#isFit) {
      const { left, top, width, height } = this.#fitted();
      return { left, top, width, height };
    }
    const { width, height } = this.#sides();
    const [a, b, c, d] = this.#linear();
    const x = this.#centre.x - this.#camera.width / 2;
    const y = this.#centre.y - this.#camera.height / 2;
    return {
      left: covering((this.#place.width - width) / 2 - a * x - c * y, width, this.#place.width),
      top: covering((this.#place.height - height) / 2 - b * x - d * y, height, this.#place.height),
      width,
      height,
    };
  }

  /** From picture to place coordinates. @returns {import("./placement.js").Matrix} */
  #matrix() {
    if (!this.ready) {
      return [1, 0, 0, 1, 0, 0];
    }
    const { left, top, width, height } = this.drawnBox;
    const [a, b, c, d] = this.#linear();
    const camera = this.#camera;
    const e = left + (width - a * camera.width - c * camera.height) / 2;
    const f = top + (height - b * camera.width - d * camera.height) / 2;
    return [a, b, c, d, e, f];
  }

  /** The matrix without its shift. */
  #linear() {
    const { width, height } = this.#sides();
    const turned = this.#turned;
    const scaleX = width / turned.width;
    const scaleY = height / turned.height;
    const cos = [1, 0, -1, 0][this.#turns];
    const sin = [0, 1, 0, -1][this.#turns];
    const flip = this.#mirrored ? -1 : 1;
    // 0 + makes 0 of -0
    return [0 + scaleX * cos * flip, 0 + scaleY * sin * flip, 0 - scaleX * sin, 0 + scaleY * cos];
  }

  /** Convert a distance in the place to one in the picture. */
  #onPicture(/** @type {number} */ dx, /** @type {number} */ dy) {
    const [a, b, c, d] = this.ready ? this.#linear() : [1, 0, 0, 1];
    const area = a * d - b * c;
    return { x: (d * dx - c * dy) / area, y: (a * dy - b * dx) / area };
  }
}

/** @param {number} one @param {number} other */
function near(one, other) {
  return Math.abs(one / other - 1) < SAME;
}

/** @param {number} turns */
function quarter(turns) {
  return ((turns % 4) + 4) % 4;
}

/**
 * Return the position nearest to `at` at which a side covers its room, or the one that centres it.
 * @param {number} at @param {number} side @param {number} room
 */
function covering(at, side, room) {
  return side <= room ? (room - side) / 2 : Math.min(0, Math.max(room - side, at));
}
