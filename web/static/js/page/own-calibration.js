/** The viewer's own pixel size and reference marker, kept in the link as `pixel` and `marker`. */

import { calibratedAxes, formatMarker, formatPixelSize, parseMarker, parsePixelSize } from "../lib/calibration.js";

/** @typedef {import("../lib/calibration.js").Axes} Axes */

export class OwnCalibration {
  #preferences;
  /** @type {import("../lib/calibration.js").PixelSize | null} null: that of the stream, if it has one */
  size;
  /** @type {import("../lib/calibration.js").Point | null} the origin, a position in camera pixels; null: none */
  marker;

  /** @param {Pick<import("../lib/preferences.js").Preferences, "get" | "set">} preferences */
  constructor(preferences) {
    this.#preferences = preferences;
    this.size = parsePixelSize(preferences.get("pixel")).size;
    this.marker = parseMarker(preferences.get("marker"));
  }

  /**
   * Set the pixel size, unless the text is wrong.
   * @param {string} text such as "0.0125 mm"; empty: that of the stream
   * @returns {string} what is wrong; empty: nothing
   */
  setSize(text) {
    const { size, error } = parsePixelSize(text);
    if (!error) {
      this.size = size;
      this.#preferences.set("pixel", size ? formatPixelSize(size) : "");
    }
    return error;
  }

  /** @param {import("../lib/calibration.js").Point | null} marker */
  setMarker(marker) {
    this.marker = marker;
    this.#preferences.set("marker", marker ? formatMarker(marker) : "");
  }

  /** Show the stream's own axes. */
  reset() {
    this.setSize("");
    this.setMarker(null);
  }

  /** Return the axes to show. @param {Axes} axes of the stream */
  axes(axes) {
    return calibratedAxes(axes, this.size, this.marker);
  }
}
