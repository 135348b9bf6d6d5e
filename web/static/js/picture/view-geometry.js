/**
 * Where the picture of a view is drawn. The coordinates are those of placement.js. A fitted picture is placed by
 * fitPicture().
 */

import { PIXELATED_FROM, fitPicture } from "./fit.js";

const MAX_ZOOM = 64; // device pixels a camera pixel
/** Zooms that differ by less, relatively, are equal: addresses and wheels round. */
export const SAME = 1e-5;

/**
 * @typedef {import("../stream/rendition.js").Size} Size
 * @typedef {{x: number, y: number}} Point
 * @typedef {{left: number, top: number, width: number, height: number}} Box
 *
 * @typedef {object} View
 * @property {Size} place CSS pixels; 0: not known yet
 * @property {Size} camera camera pixels; 0: not known yet
 * @property {number} density device pixels a CSS pixel
 * @property {boolean} isFit whether the whole picture is fitted into its place
 * @property {number} zoom CSS pixels a camera pixel
 * @property {Point} centre the picture point at the centre of the place
 * @property {number} turns quarters clockwise, 0 to 3, after the mirroring
 * @property {boolean} mirrored whether left and right are swapped before turning
 */

export class ViewGeometry {
  #view;

  /** @param {Readonly<View>} view which may change; nothing is remembered */
  constructor(view) {
    this.#view = view;
  }

  /** Whether place and camera are known. */
  get ready() {
    const { place, camera, density } = this.#view;
    const least = 1 / density;
    return place.width >= least && place.height >= least && camera.width > 0;
  }

  /** The camera's size, rotated as displayed. */
  get turned() {
    const { camera: { width, height }, turns } = this.#view;
    return turns % 2 ? { width: height, height: width } : { width, height };
  }

  /** The zoom of a fitted picture, and the limits of others; a fitted one may be beyond the usual limits. */
  get zoomLimits() {
    const one = 1 / this.#view.density;
    const fit = this.#fitZoom;
    return { fit, lowest: Math.min(fit, one), highest: Math.max(fit, MAX_ZOOM * one) };
  }

  /** Whether camera pixels are large enough to be shown as squares. */
  get pixelated() {
    const { isFit, zoom, density } = this.#view;
    return isFit && this.ready ? this.#fitted().pixelated : zoom * density >= PIXELATED_FROM * (1 - SAME);
  }

  /** The centre of the place. */
  get middle() {
    const { width, height } = this.#view.place;
    return { x: width / 2, y: height / 2 };
  }

  /**
   * Where the whole picture is drawn, rotated as displayed, in CSS pixels; on device pixels when fitted or actual.
   * @returns {Box}
   */
  get drawnBox() {
    if (!this.ready) {
      return { left: 0, top: 0, width: 0, height: 0 };
    }
    const { place, density, isFit, zoom } = this.#view;
    const box = this.#box();
    if (isFit || !near(zoom * density, 1)) {
      return box;
    }
    const snap = (/** @type {number} */ px) => Math.round(px * density) / density;
    const edge = (/** @type {number} */ at, /** @type {number} */ side, /** @type {number} */ room) =>
      side <= room ? snap(at) : covering(snap(at), side, room);
    return {
      ...box,
      left: edge(box.left, box.width, place.width),
      top: edge(box.top, box.height, place.height),
    };
  }

  /** The picture point at the centre of the place, as the picture is drawn: without gaps at its edges. */
  get drawnCentre() {
    const { camera } = this.#view;
    const { left, top, width, height } = this.#box();
    const { x, y } = this.middle;
    const away = this.onPicture(x - left - width / 2, y - top - height / 2);
    return { x: camera.width / 2 + away.x, y: camera.height / 2 + away.y };
  }

  /** From picture to place coordinates. @returns {import("./placement.js").Matrix} */
  get matrix() {
    if (!this.ready) {
      return [1, 0, 0, 1, 0, 0];
    }
    const { left, top, width, height } = this.drawnBox;
    const [a, b, c, d] = this.#linear();
    const { camera } = this.#view;
    const e = left + (width - a * camera.width - c * camera.height) / 2;
    const f = top + (height - b * camera.width - d * camera.height) / 2;
    return [a, b, c, d, e, f];
  }

  /** Convert a distance in the place to one in the picture. @param {number} dx @param {number} dy */
  onPicture(dx, dy) {
    const [a, b, c, d] = this.ready ? this.#linear() : [1, 0, 0, 1];
    const area = a * d - b * c;
    return { x: (d * dx - c * dy) / area, y: (a * dy - b * dx) / area };
  }

  get #fitZoom() {
    const { place } = this.#view;
    const { turned } = this;
    return Math.min(place.width / turned.width, place.height / turned.height);
  }

  #fitted() {
    const { place, density } = this.#view;
    return fitPicture(place, this.turned, density);
  }

  /** The drawn picture's sides in CSS pixels. A side that fitPicture() widened to be visible stays as wide. */
  #sides() {
    const fit = this.#fitted();
    const { isFit, zoom, density } = this.#view;
    if (isFit) {
      return fit;
    }
    const { turned } = this;
    const fitZoom = this.#fitZoom;
    const side = (/** @type {number} */ pixels, /** @type {number} */ whenFit) => {
      const widened = whenFit - pixels * fitZoom > 1 / density; // more than its rounding
      return Math.max(widened ? whenFit : 0, pixels * zoom);
    };
    return { width: side(turned.width, fit.width), height: side(turned.height, fit.height) };
  }

  /** Where the picture is drawn, before the rounding to device pixels. @returns {Box} */
  #box() {
    const { place, camera, centre, isFit } = this.#view;
    if (isFit) {
      const { left, top, width, height } = this.#fitted();
      return { left, top, width, height };
    }
    const { width, height } = this.#sides();
    const [a, b, c, d] = this.#linear();
    const x = centre.x - camera.width / 2;
    const y = centre.y - camera.height / 2;
    return {
      left: covering((place.width - width) / 2 - a * x - c * y, width, place.width),
      top: covering((place.height - height) / 2 - b * x - d * y, height, place.height),
      width,
      height,
    };
  }

  /** The matrix without its shift. */
  #linear() {
    const { width, height } = this.#sides();
    const { turns, mirrored } = this.#view;
    const { turned } = this;
    const scaleX = width / turned.width;
    const scaleY = height / turned.height;
    const cos = [1, 0, -1, 0][turns];
    const sin = [0, 1, 0, -1][turns];
    const flip = mirrored ? -1 : 1;
    // 0 + makes 0 of -0
    return [0 + scaleX * cos * flip, 0 + scaleY * sin * flip, 0 - scaleX * sin, 0 + scaleY * cos];
  }
}

/** Whether two zooms are equal. @param {number} one @param {number} other */
export function near(one, other) {
  return Math.abs(one / other - 1) < SAME;
}

/**
 * Return the position nearest to `at` at which a side covers its room, or the one that centres it.
 * @param {number} at @param {number} side @param {number} room
 */
function covering(at, side, room) {
  return side <= room ? (room - side) / 2 : Math.min(0, Math.max(room - side, at));
}
