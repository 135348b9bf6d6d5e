/**
 * The view that the viewer chose: which part of the camera's picture is visible, its zoom and orientation, kept within
 * limits. The coordinates are those of placement.js; view-geometry.js has the picture's place.
 */

import { Placement } from "./placement.js";
import { SAME, ViewGeometry, near } from "./view-geometry.js";

const TEXT =
  /^(?:fit|(\d{1,9}(?:\.\d{1,12})?)@(-?\d{1,9}(?:\.\d{1,12})?),(-?\d{1,9}(?:\.\d{1,12})?))(?:r([0-3]))?(m)?$/;

/**
 * @typedef {import("../stream/rendition.js").Size} Size
 * @typedef {import("./view-geometry.js").Box} Box
 * @typedef {import("./view-geometry.js").Point} Point
 */

export class Viewport {
  /** @type {import("./view-geometry.js").View} */
  #view = {
    place: { width: 0, height: 0 },
    camera: { width: 0, height: 0 },
    density: 1,
    isFit: true,
    zoom: 1,
    centre: { x: 0, y: 0 },
    turns: 0,
    mirrored: false,
  };
  #geometry = new ViewGeometry(this.#view);

  /** Whether place and camera are known. Until then nothing moves, but fromText() is remembered. */
  get ready() {
    return this.#geometry.ready;
  }

  /** Whether the whole picture is fitted into its place, and stays fitted when the place is resized. */
  get isFit() {
    return this.#view.isFit;
  }

  /** The camera's size, 0 before it is known. */
  get camera() {
    return { ...this.#view.camera };
  }

  /** The ratio of width to height of the whole picture, rotated as displayed. */
  get ratio() {
    const { width, height } = this.#geometry.turned;
    return width / height;
  }

  /** CSS pixels a camera pixel; a fitted picture's sides are rounded, and a very thin one is widened. */
  get zoom() {
    return this.#view.zoom;
  }

  /** The picture point at the centre of the place. */
  get centre() {
    return { ...this.#view.centre };
  }

  /** Quarter turns clockwise, 0 to 3, after the mirroring. */
  get turns() {
    return this.#view.turns;
  }

  /** Whether left and right are swapped before turning. */
  get mirrored() {
    return this.#view.mirrored;
  }

  /** Whether camera pixels are large enough to be shown as squares. */
  get pixelated() {
    return this.#geometry.pixelated;
  }

  /**
   * Where the whole picture is drawn, rotated as displayed, in CSS pixels; on device pixels when fitted or actual.
   * @returns {Box}
   */
  get drawnBox() {
    return this.#geometry.drawnBox;
  }

  /**
   * Resize the place. A fitted picture stays fitted; otherwise the point at the centre stays there.
   * @param {Size} place CSS pixels; without a size, as in a hidden tab, the view waits as it is
   * @param {number} density device pixels a CSS pixel
   */
  resize(place, density) {
    this.#view.place = { width: place.width, height: place.height };
    this.#view.density = density || 1;
    this.#settle();
  }

  /**
   * Set the camera's size. A new size is fitted, rotated as before; the first one keeps the view from the address.
   * @param {Size} camera camera pixels; a size of 0 changes nothing
   */
  setCamera(camera) {
    const last = this.#view.camera;
    if (!camera.width || !camera.height || (camera.width === last.width && camera.height === last.height)) {
      return;
    }
    this.#view.isFit ||= last.width > 0;
    this.#view.camera = { width: camera.width, height: camera.height };
    this.#settle();
  }

  /** Show the whole picture, as large as fits. */
  fit() {
    this.#view.isFit = true;
    this.#settle();
  }

  /** Show one camera pixel as one device pixel, about the centre. */
  actual() {
    if (this.ready) {
      this.#view.isFit = false;
      this.#view.zoom = 1 / this.#view.density;
      this.#settle();
    }
  }

  /**
   * Zoom about the picture point at `at`, which stays there as far as the limits allow.
   * @param {number} factor more than 1 enlarges; 0, less or NaN does nothing
   * @param {Point} [at] place coordinates; the centre if omitted
   */
  zoomBy(factor, at = this.#geometry.middle) {
    if (!this.ready || !(factor > 0)) {
      return;
    }
    const under = this.placement.toPicture(at.x, at.y);
    const { lowest, highest, fit } = this.#geometry.zoomLimits;
    const zoom = Math.min(highest, this.#view.zoom * factor);
    if (near(zoom, fit) || (zoom < lowest && near(lowest, fit))) {
      this.fit();
      return;
    }
    this.#view.isFit = false;
    this.#view.zoom = Math.max(lowest, zoom);
    const { middle } = this.#geometry;
    const away = this.#geometry.onPicture(middle.x - at.x, middle.y - at.y);
    this.#view.centre = { x: under.x + away.x, y: under.y + away.y };
    this.#settle();
  }

  /** Move the picture. @param {number} dx CSS pixels to the right @param {number} dy down */
  panBy(dx, dy) {
    if (this.ready) {
      const by = this.#geometry.onPicture(dx, dy);
      this.centreOn(this.#view.centre.x - by.x, this.#view.centre.y - by.y);
    }
  }

  /** Bring a picture point to the centre, as far as the edges allow. @param {number} x @param {number} y */
  centreOn(x, y) {
    if (this.ready) {
      this.#view.centre = { x, y };
      this.#settle();
    }
  }

  /** @param {number} quarters clockwise; less than 0 is the other way */
  turn(quarters) {
    this.#view.turns = quarter(this.#view.turns + quarters);
    this.#settle();
  }

  /** @param {"x" | "y"} axis as seen on the screen: "x" swaps left and right, "y" top and bottom */
  mirror(axis) {
    this.#view.turns = quarter((axis === "y" ? 2 : 0) - this.#view.turns);
    this.#view.mirrored = !this.#view.mirrored;
    this.#settle();
  }

  /** The present placement of the picture. @returns {Placement} */
  get placement() {
    const { ready, zoom, turns, pixelated, camera } = this;
    return new Placement({
      ...{ ready, zoom, turns, pixelated, camera },
      place: { ...this.#view.place },
      matrix: this.#geometry.matrix,
    });
  }

  /** For the address: "fit", or zoom@x,y of the centre; then r and the turns, and m: "2.5@320.5,240.0r1m". */
  toText() {
    const { x, y } = this.#view.centre;
    const where = this.#view.isFit
      ? "fit"
      : `${Number(this.#view.zoom.toPrecision(6))}@${x.toFixed(1)},${y.toFixed(1)}`;
    return where + (this.#view.turns ? `r${this.#view.turns}` : "") + (this.#view.mirrored ? "m" : "");
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
    this.#view.turns = Number(turns ?? 0);
    this.#view.mirrored = mirrored !== undefined;
    this.#view.isFit = zoom === undefined;
    if (!this.#view.isFit) {
      this.#view.zoom = Number(zoom);
      this.#view.centre = { x: Number(x), y: Number(y) };
    }
    this.#settle();
    return true;
  }

  /** Bring zoom and centre within their limits; every change ends here. */
  #settle() {
    if (!this.ready) {
      return;
    }
    const view = this.#view;
    const { lowest, highest, fit } = this.#geometry.zoomLimits;
    view.isFit ||= view.zoom < lowest * (1 - SAME) && near(lowest, fit);
    if (view.isFit) {
      view.zoom = fit;
      view.centre = { x: view.camera.width / 2, y: view.camera.height / 2 };
      return;
    }
    view.zoom = Math.min(highest, Math.max(lowest, view.zoom));
    view.centre = this.#geometry.drawnCentre;
  }
}

/** @param {number} turns */
function quarter(turns) {
  return ((turns % 4) + 4) % 4;
}
