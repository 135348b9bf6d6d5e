/**
 * The placement of the picture on the stage. One is created for each displayed frame and for each change of the
 * view, and is passed to all that depends on it: the canvas, the overlay, the regions and the values under the
 * pointer. Immutable and pure.
 *
 * *Picture* coordinates are camera pixels: x right, y down, pixel (0, 0) covers 0 to 1. *Place*
 * coordinates are CSS pixels from the stage's upper left corner.
 */

/**
 * @typedef {import("../stream/rendition.js").Size} Size
 * @typedef {{x: number, y: number}} Point
 * @typedef {[number, number, number, number, number, number]} Matrix as canvas's setTransform takes it
 *
 * @typedef {object} Part the samples that a canvas has, one a pixel
 * @property {number} x camera pixel where the first sample begins
 * @property {number} y
 * @property {number} pitch camera pixels that a sample covers along each side
 * @property {number} width samples
 * @property {number} height samples
 *
 * @typedef {object} CanvasPlace of a canvas whose upper left corner is its origin
 * @property {number} width CSS pixels before the matrix is applied
 * @property {number} height
 * @property {Matrix} matrix from the canvas to place coordinates
 * @property {{right: number, bottom: number}} beyond how far the canvas reaches beyond the picture, in its
 *   own CSS pixels: the last samples of a reduced picture may cover less than the others
 */

export class Placement {
  /** whether the sizes of stage and camera are known; otherwise nothing can be placed */
  ready;
  /** the camera's size */
  camera;
  /** CSS pixels a camera pixel */
  zoom;
  /** quarter turns clockwise, 0 to 3 */
  turns;
  /** whether camera pixels are large enough to be shown as squares */
  pixelated;
  /** from picture to place coordinates */
  matrix;
  #place;

  /**
   * @param {object} from
   * @param {boolean} from.ready
   * @param {Size} from.place the stage, CSS pixels
   * @param {Size} from.camera camera pixels
   * @param {number} from.zoom
   * @param {number} from.turns
   * @param {boolean} from.pixelated
   * @param {Matrix} from.matrix
   */
  constructor({ ready, place, camera, zoom, turns, pixelated, matrix }) {
    this.ready = ready;
    this.camera = camera;
    this.zoom = zoom;
    this.turns = turns;
    this.pixelated = pixelated;
    this.matrix = matrix;
    this.#place = place;
  }

  /**
   * @param {number} placeX
   * @param {number} placeY
   * @returns {Point} may lie outside the picture
   */
  toPicture(placeX, placeY) {
    const [a, b, c, d, e, f] = this.matrix;
    const dx = placeX - e;
    const dy = placeY - f;
    const area = a * d - b * c;
    return { x: (d * dx - c * dy) / area, y: (a * dy - b * dx) / area };
  }

  /**
   * @param {number} x
   * @param {number} y
   * @returns {Point} may lie outside the place
   */
  toPlace(x, y) {
    const [a, b, c, d, e, f] = this.matrix;
    return { x: a * x + c * y + e, y: b * x + d * y + f };
  }

  /**
   * @param {number} placeX
   * @param {number} placeY
   * @returns {Point | null} whole numbers; null: outside the picture
   */
  pixelAt(placeX, placeY) {
    const at = this.toPicture(placeX, placeY);
    const pixel = { x: Math.floor(at.x), y: Math.floor(at.y) };
    return this.contains(pixel) ? pixel : null;
  }

  /** Whether the picture has this camera pixel. @param {Point} pixel whole numbers */
  contains({ x, y }) {
    return x >= 0 && y >= 0 && x < this.camera.width && y < this.camera.height;
  }

  /**
   * Return the visible camera pixels, including those that are visible in part.
   * @returns {{left: number, top: number, right: number, bottom: number}} right and bottom exclusive
   */
  visibleBox() {
    if (!this.ready) {
      return { left: 0, top: 0, right: 0, bottom: 0 };
    }
    const one = this.toPicture(0, 0);
    const other = this.toPicture(this.#place.width, this.#place.height);
    const [left, right] = wholePixels(one.x, other.x, this.camera.width);
    const [top, bottom] = wholePixels(one.y, other.y, this.camera.height);
    return { left, top, right, bottom };
  }

  /** @param {Part} part that a canvas has @returns {CanvasPlace} */
  canvas({ x, y, pitch, width, height }) {
    const [a, b, c, d] = this.matrix;
    const corner = this.toPlace(x, y);
    const beyond = {
      right: Math.max(0, x + width * pitch - this.camera.width),
      bottom: Math.max(0, y + height * pitch - this.camera.height),
    };
    return {
      width: width * pitch,
      height: height * pitch,
      matrix: [a, b, c, d, corner.x, corner.y],
      beyond,
    };
  }
}

/**
 * @param {number} one @param {number} other the ends, in either order @param {number} size
 * @returns {[number, number]} from and to, outwards; a millionth of a pixel is no pixel
 */
function wholePixels(one, other, size) {
  const inside = (/** @type {number} */ pixel) => Math.min(size, Math.max(0, pixel));
  return [
    inside(Math.floor(Math.min(one, other) + 1e-6)),
    inside(Math.ceil(Math.max(one, other) - 1e-6)),
  ];
}
