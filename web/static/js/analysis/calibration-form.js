/** The form of the pixel size and the reference marker, and the marker over the picture. */

import { formatMarker, formatPixelSize, parseMarker } from "../lib/calibration.js";
import { write } from "../lib/dom.js";
import { formatShort } from "../lib/format.js";
import { Marker } from "./marker.js";

const WRONG_MARKER = "The marker is not understood: allowed are a column and a row, such as 320.5, 240, or nothing.";

/**
 * @typedef {import("../lib/calibration.js").Point} Point
 *
 * @typedef {object} Calibration the viewer's own
 * @property {import("../lib/calibration.js").PixelSize | null} size
 * @property {Point | null} marker
 * @property {(text: string) => string} setSize returns what is wrong
 * @property {(marker: Point | null) => void} setMarker
 *
 * @typedef {object} Parts
 * @property {(id: string) => HTMLElement} getById
 * @property {Calibration} calibration
 * @property {import("../picture/overlay.js").Overlay} overlay
 * @property {import("../picture/picture.js").Picture} picture
 * @property {() => import("../lib/calibration.js").Axes} streamAxes
 * @property {() => void} onChange
 */

export class CalibrationForm {
  #parts;
  #size;
  #at;
  #marker;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    const { getById, picture } = parts;
    this.#size = /** @type {HTMLInputElement} */ (getById("pixel-size"));
    this.#at = /** @type {HTMLInputElement} */ (getById("marker-at"));
    this.#marker = new Marker(getById("overlay"), picture.placement, (at) => this.#setMarker(at));
    this.#size.addEventListener("change", () => this.#onSize());
    this.#at.addEventListener("change", () => this.#onMarker());
    getById("marker-set").addEventListener("click", () => this.#setMarker(this.#target));
    getById("marker-remove").addEventListener("click", () => this.#setMarker(null));
    this.show();
  }

  /** Write the present settings into the fields. */
  show() {
    const { getById, calibration: { size, marker }, overlay, streamAxes } = this.#parts;
    const { x, y } = streamAxes();
    const [across, down] = [x, y].map(({ step }) => formatShort(Math.abs(step)));
    const own = x.unit === "px" ? "The stream has none." : `The stream's own: ${across} × ${down} ${x.unit}.`;
    write(getById("pixel-hint"), `Across × down, with the unit; empty: the stream's. ${own}`);
    writeField(this.#size, size ? formatPixelSize(size) : "");
    writeField(this.#at, marker ? formatMarker(marker).replace(",", ", ") : "");
    write(getById("marker-set"), overlay.cross ? "At the crosshair" : "In the middle");
    getById("marker-remove").hidden = !marker;
    this.#marker.show(marker);
  }

  /** @param {import("../picture/placement.js").Placement} placement */
  place(placement) {
    this.#marker.place(placement);
  }

  /** The crosshair's pixel, or the middle of the picture. */
  get #target() {
    const { overlay: { cross }, picture: { placement: { camera } } } = this.#parts;
    return cross ?? { x: (camera.width - 1) / 2, y: (camera.height - 1) / 2 };
  }

  #onSize() {
    const error = this.#parts.calibration.setSize(this.#size.value);
    refuse(this.#size, error);
    if (!error) {
      this.#changed();
    }
  }

  #onMarker() {
    const text = this.#at.value.replace(/\s/g, "");
    const marker = parseMarker(text);
    refuse(this.#at, text && !marker ? WRONG_MARKER : "");
    if (!text || marker) {
      this.#setMarker(marker);
    }
  }

  /** @param {Point | null} marker */
  #setMarker(marker) {
    this.#parts.calibration.setMarker(marker);
    this.#at.setCustomValidity("");
    this.#changed();
  }

  #changed() {
    this.show();
    this.#parts.onChange();
  }
}

/** @param {HTMLInputElement} field @param {string} text */
function writeField(field, text) {
  if (document.activeElement !== field && field.validity.valid) {
    field.value = text;
  }
}

/** @param {HTMLInputElement} field @param {string} error empty: what is written is allowed */
function refuse(field, error) {
  field.setCustomValidity(error);
  field.title = error;
  if (error) {
    field.reportValidity();
  }
}
