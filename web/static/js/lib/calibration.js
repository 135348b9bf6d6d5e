/** Pixel size and reference marker: positions, widths and lengths of pixels in physical units. Pure. */

import { formatRounded } from "./format.js";
import { exactText } from "./number-text.js";

const NUMBER = String.raw`(\d+(?:\.\d*)?(?:e[+-]?\d{1,3})?|\.\d+(?:e[+-]?\d{1,3})?)`;
const UNIT = String.raw`([a-zµμ°%][a-zµμ°%/]{0,15})`;
const SIZE = new RegExp(String.raw`^\s*${NUMBER}\s*(?:[x×*]\s*${NUMBER})?\s*${UNIT}\s*$`, "i");
const SIGNED = String.raw`(-?\d{1,6}(?:\.\d{1,6})?)`;
const MARKER = new RegExp(String.raw`^${SIGNED},${SIGNED}$`);
const VISIBLE_STEPS = 10; // of a pixel, which the digits of positions and lengths distinguish
const ALLOWED = "allowed are one or two numbers above 0 and a unit, such as 0.0125 mm or 12.5 x 20 µm";

/**
 * @typedef {object} Axis the middle of pixel n is at `first` + n × `step`
 * @property {number} first
 * @property {number} step
 * @property {string} unit "px" where no size of a pixel is known, "" where it has no unit
 *
 * @typedef {{x: Axis, y: Axis}} Axes
 * @typedef {{x: number, y: number}} Point
 *
 * @typedef {object} PixelSize
 * @property {number} x above 0
 * @property {number} y
 * @property {string} unit
 */

/** @type {Axis} */
export const PIXEL_AXIS = { first: 0, step: 1, unit: "px" };

/**
 * Parse a pixel size that somebody typed or that is in a link.
 * @param {string} text such as "0.0125 mm" or "0.0125 x 0.02 mm"
 * @returns {{size: PixelSize | null, error: string}} null and no error: the text is empty
 */
export function parsePixelSize(text) {
  if (text.trim() === "") {
    return { size: null, error: "" };
  }
  const match = text.length <= 100 ? SIZE.exec(text) : null;
  if (match) {
    const [, across, down = across, unit] = match;
    const [x, y] = [Number(across), Number(down)];
    if (x > 0 && y > 0 && Number.isFinite(x) && Number.isFinite(y)) {
      return { size: { x, y, unit: normalUnit(unit) }, error: "" };
    }
  }
  return { size: null, error: `The pixel size “${text.slice(0, 40)}” is not understood: ${ALLOWED}.` };
}

/** Format a pixel size so that `parsePixelSize` reads it. @param {PixelSize} size */
export function formatPixelSize({ x, y, unit }) {
  return x === y ? `${exactText(x)} ${unit}` : `${exactText(x)} x ${exactText(y)} ${unit}`;
}

/**
 * Parse a reference marker, the position from which others are counted.
 * @param {string} text such as "320.5,240"
 * @returns {Point | null} position in camera pixels; null: invalid
 */
export function parseMarker(text) {
  const [, x, y] = MARKER.exec(text) ?? [];
  return x === undefined ? null : { x: Number(x), y: Number(y) };
}

/** Format a marker so that `parseMarker` reads it. @param {Point} marker */
export function formatMarker({ x, y }) {
  return [x, y].map((at) => Number(at.toFixed(2))).join(",");
}

/**
 * Return the axes that a viewer sees: a pixel size of their own replaces that of the stream, and a marker is the
 * origin.
 * @param {Axes} axes of the stream
 * @param {PixelSize | null} size
 * @param {Point | null} marker position in camera pixels
 * @returns {Axes}
 */
export function calibratedAxes(axes, size, marker) {
  const axis = (/** @type {"x" | "y"} */ name) => {
    const { first, step, unit } = size ? { first: 0, step: size[name], unit: size.unit } : axes[name];
    return { first: marker ? 0 - marker[name] * step : first, step, unit };
  };
  return { x: axis("x"), y: axis("y") };
}

/** Return where a position lies on its axis. @param {Axis} axis @param {number} at position in camera pixels */
export function toAxis({ first, step }, at) {
  return first + at * step;
}

/** Return the camera pixel's position of a place on an axis. @param {Axis} axis @param {number} value */
export function fromAxis({ first, step }, value) {
  return (value - first) / step;
}

/**
 * Return how lengths and angles along a line are in the unit of the axes.
 * @param {Axes} axes
 * @param {number} dx camera pixels
 * @param {number} dy
 * @returns {{perPixel: number, unit: string, angle: number}} `perPixel`: the length of a pixel along the line, in
 *   `unit`; `angle`: degrees from the x axis, counter-clockwise, in space rather than in pixels
 */
export function alongLine(axes, dx, dy) {
  const { value, unit, pixels } = lengthOf(axes, dx, dy);
  const isSame = axes.x.unit === axes.y.unit;
  const [x, y] = isSame ? [dx * Math.abs(axes.x.step), dy * Math.abs(axes.y.step)] : [dx, dy];
  return { perPixel: pixels > 0 ? value / pixels : 1, unit, angle: (Math.atan2(0 - y, x) * 180) / Math.PI };
}

/**
 * Return the length of a line, in the unit of the axes if both have the same, else in pixels.
 * @param {Axes} axes
 * @param {number} dx camera pixels
 * @param {number} dy
 * @returns {{value: number, unit: string, pixels: number}} `pixels`: the length in pixels
 */
export function lengthOf({ x, y }, dx, dy) {
  const pixels = Math.hypot(dx, dy);
  return x.unit === y.unit
    ? { value: Math.hypot(dx * x.step, dy * y.step), unit: x.unit, pixels }
    : { value: pixels, unit: PIXEL_AXIS.unit, pixels };
}

/**
 * Format a position on an axis, to a tenth of a pixel.
 * @param {Axis} axis
 * @param {number} at position in camera pixels
 */
export function formatPosition(axis, at) {
  return withUnit(formatRounded(toAxis(axis, at), Math.abs(axis.step) / VISIBLE_STEPS), axis.unit);
}

/**
 * Format a width along an axis, to a tenth of a pixel.
 * @param {Axis} axis
 * @param {number} width camera pixels
 */
export function formatWidth(axis, width) {
  const step = Math.abs(axis.step);
  return withUnit(formatRounded(width * step, step / VISIBLE_STEPS), axis.unit);
}

/**
 * Format the length of a line, to a tenth of a pixel.
 * @param {Axes} axes
 * @param {number} dx camera pixels
 * @param {number} dy
 */
export function formatLength(axes, dx, dy) {
  const { perPixel, unit } = alongLine(axes, dx, dy);
  return withUnit(formatRounded(perPixel * Math.hypot(dx, dy), perPixel / VISIBLE_STEPS), unit);
}

/** @param {string} number @param {string} unit */
function withUnit(number, unit) {
  return `${number} ${unit}`.trim();
}

/** Write the unit's micro sign in the usual way. @param {string} unit */
function normalUnit(unit) {
  return unit.replace("μ", "µ").replace(/^u(?=m$|rad$|s$|eV$)/, "µ");
}
