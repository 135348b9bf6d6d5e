/** The profile along a line at any angle: mean over its width, with length, angle and FWHM. Pure. */

import { centreOf } from "../picture/pixels.js";
import { BIAS_ERRORS, logNoise, sampleVariance } from "./log-noise.js";
import { measureFwhm } from "./width.js";

export const MAX_WIDTH_PX = 999;
const MAX_POINTS = 16_384;
const BASE_SHARE = 0.1; // of the profile at each end, through whose means the base line goes
const MIN_POINTS_FOR_FWHM = 8;
const MIN_PROMINENCE = 0.5; // of the peak above the higher end, relative to the difference of the ends
const MIN_SIGNIFICANCE = 5; // of the peak, standard deviations of the ends' values
const DECIMALS = 2; // in a link
const NUMBER = String.raw`(\d{1,6}(?:\.\d{1,6})?)`;
const PATTERN = new RegExp(`^${[NUMBER, NUMBER, NUMBER, NUMBER].join(",")}(?:,(\\d{1,3}))?$`);

/**
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 * @typedef {{x: number, y: number}} Point
 *
 * @typedef {object} Line
 * @property {Point} from camera coordinates, perhaps outside the picture
 * @property {Point} to
 * @property {number} width camera pixels across, 1 to MAX_WIDTH_PX
 *
 * @typedef {object} LineCut
 * @property {Point} from positions of the ends, cut at the edges of the picture
 * @property {Point} to
 * @property {boolean} isCut whether an end was outside
 * @property {number} length of the line as cut, camera pixels
 * @property {number} angle degrees from the positive x axis to the line, counter-clockwise, -180 (exclusive) to 180
 * @property {Float64Array} distances from the start, camera pixels
 * @property {Float64Array} values means over the width, camera units; NaN: no sample is finite
 * @property {number} bad samples that were left out because a value next to them is not finite
 * @property {number} outside samples of the line's width that were left out because they lie outside the picture
 * @property {{value: number, error: number, bias: number} | null} fwhm along the line, camera pixels; null: no peak
 *   with two flanks; `error` is a standard deviation, `bias` the largest one that a logarithmic scale causes
 */

/**
 * Cut the picture along a line. The samples lie one sample of the picture apart or less, along the line and across
 * it, and are interpolated bilinearly between the centres of the four pixels around; within half a pixel of the
 * picture's edge the pixels at the edge continue outwards.
 * @param {Pixels} pixels
 * @param {Line} line
 * @returns {LineCut | null} null: the line does not cross the picture
 */
export function lineCut(pixels, { from, to, width }) {
  const { x, y, pitch } = pixels;
  const ends = clipLine(from, to, { x, y, width: pitch * pixels.width, height: pitch * pixels.height });
  if (!ends) {
    return null;
  }
  const [start, end] = ends;
  const [dx, dy] = [end.x - start.x, end.y - start.y];
  const length = Math.hypot(dx, dy);
  const full = Math.hypot(to.x - from.x, to.y - from.y);
  const points = Math.min(MAX_POINTS, Math.ceil(length / pitch - 1e-9) + 1);
  const step = points > 1 ? length / (points - 1) : 0;
  const [ux, uy] = full > 0 ? [(to.x - from.x) / full, (to.y - from.y) / full] : [1, 0];
  const across = Math.max(1, Math.round(Math.min(MAX_WIDTH_PX, width) / pitch));
  const distances = Float64Array.from({ length: points }, (_, index) => index * step);
  const counts = { bad: 0, outside: 0 };
  const values = distances.map((distance) => {
    let [sum, count] = [0, 0];
    for (let n = 0; n < across; n += 1) {
      const offset = pitch * (n - (across - 1) / 2);
      const value = interpolate(
        pixels, start.x + ux * distance - uy * offset, start.y + uy * distance + ux * offset,
      );
      if (value === null) {
        counts.outside += 1;
      } else if (Number.isFinite(value)) {
        sum += value;
        count += 1;
      } else {
        counts.bad += 1;
      }
    }
    return sum / count; // 0 / 0 is NaN
  });
  const toPosition = (/** @type {Point} */ point) => ({ x: centreOf(point.x, 1, -0.5), y: centreOf(point.y, 1, -0.5) });
  return {
    from: toPosition(start),
    to: toPosition(end),
    isCut: length < full * (1 - 1e-12),
    length,
    angle: (Math.atan2(0 - uy, ux) * 180) / Math.PI, // not -0, whose angle could be -180
    distances,
    values,
    ...counts,
    fwhm: profileFwhm(values, step, across, pixels.logSteps),
  };
}

/** Format a line for a link, such as "10,20,110.5,50,5": both ends and the width. @param {Line} line */
export function formatLine({ from, to, width }) {
  return [from.x, from.y, to.x, to.y, width].map((number) => Number(number.toFixed(DECIMALS))).join(",");
}

/**
 * Parse such a text.
 * @param {unknown} text
 * @returns {Line | null} null: invalid
 */
export function parseLine(text) {
  const match = typeof text === "string" ? PATTERN.exec(text) : null;
  if (!match) {
    return null;
  }
  const [x1, y1, x2, y2, width = 1] = match.slice(1).map((part) => (part === undefined ? 1 : Number(part)));
  const isLine = (x1 !== x2 || y1 !== y2) && width >= 1;
  return isLine ? { from: { x: x1, y: y1 }, to: { x: x2, y: y2 }, width } : null;
}

/**
 * Clip a line to a rectangle (Liang and Barsky).
 * @param {Point} from
 * @param {Point} to
 * @param {{x: number, y: number, width: number, height: number}} box
 * @returns {[Point, Point] | null} null: it lies outside
 */
function clipLine(from, to, box) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  let [first, last] = [0, 1];
  for (const [change, room] of [
    [-dx, from.x - box.x],
    [dx, box.x + box.width - from.x],
    [-dy, from.y - box.y],
    [dy, box.y + box.height - from.y],
  ]) {
    if (change === 0 && room < 0) {
      return null;
    }
    if (change < 0) {
      first = Math.max(first, room / change);
    } else if (change > 0) {
      last = Math.min(last, room / change);
    }
  }
  const at = (/** @type {number} */ share) => ({ x: from.x + share * dx, y: from.y + share * dy });
  return first < last || (first === last && dx === 0 && dy === 0) ? [at(first), at(last)] : null;
}

/**
 * @param {Pixels} pixels
 * @param {number} x camera coordinates
 * @param {number} y
 * @returns {number | null} NaN: a value next to it is not finite; null: outside
 */
function interpolate({ x: left, y: top, pitch, width, height, data, offset, scale }, x, y) {
  const [u, v] = [(x - left) / pitch, (y - top) / pitch];
  const tolerance = 1e-9;
  if (!(u >= -tolerance && v >= -tolerance && u <= width + tolerance && v <= height + tolerance)) {
    return null;
  }
  const across = Math.min(width - 1, Math.max(0, u - 0.5));
  const down = Math.min(height - 1, Math.max(0, v - 0.5));
  const [column, row] = [Math.floor(across), Math.floor(down)];
  const [fx, fy] = [across - column, down - row];
  const at = row * width + column;
  // a neighbour without weight does not count, even if it is not finite or does not exist
  const upper = fx > 0 ? (1 - fx) * data[at] + fx * data[at + 1] : data[at];
  if (fy === 0) {
    return offset + scale * upper;
  }
  const below = at + width;
  const lower = fx > 0 ? (1 - fx) * data[below] + fx * data[below + 1] : data[below];
  return offset + scale * ((1 - fy) * upper + fy * lower);
}

/**
 * Measure the FWHM above a straight base line through the means of both ends of the profile.
 * @param {Float64Array} values
 * @param {number} step
 * @param {number} across samples of which each value is the mean
 * @param {import("./log-noise.js").LogSteps} [logSteps]
 * @returns {LineCut["fwhm"]}
 */
function profileFwhm(values, step, across, logSteps) {
  const heights = withoutGaps(values);
  const size = heights.length;
  if (size < MIN_POINTS_FOR_FWHM || step === 0) {
    return null;
  }
  const ends = Math.max(2, Math.round(BASE_SHARE * size));
  const mean = (/** @type {Float64Array} */ part) => part.reduce((sum, value) => sum + value, 0) / part.length;
  const [first, last] = [mean(heights.subarray(0, ends)), mean(heights.subarray(size - ends))];
  const slope = (last - first) / (size - ends);
  const base = (/** @type {number} */ index) => first + slope * (index - (ends - 1) / 2);
  const above = heights.map((value, index) => value - base(index));
  const outer = [...above.subarray(0, ends), ...above.subarray(size - ends)];
  const noise = Math.sqrt(outer.reduce((sum, value) => sum + value * value, 0) / Math.max(1, outer.length - 2));
  const top = heights.reduce((max, value) => Math.max(max, value), -Infinity);
  if (!(top - Math.max(first, last) > MIN_PROMINENCE * Math.abs(last - first) + MIN_SIGNIFICANCE * noise)) {
    return null; // an edge, which a sloping base line would turn into a peak, or noise
  }
  const log = logNoise(logSteps, noise * Math.sqrt(across));
  const topNoise = log ? Math.sqrt(sampleVariance(log.steps, top) / across) : 0;
  const found = measureFwhm(above, noise, noise / Math.sqrt(2 * ends), topNoise);
  if (!found) {
    return null;
  }
  const value = step * found.width;
  const height = above.reduce((max, one) => Math.max(max, one), 0);
  return { value, error: step * found.error, bias: log ? (BIAS_ERRORS.fwhm * log.bias * value) / height : 0 };
}

/** Interpolate gaps linearly, and leave out those at the ends. @param {Float64Array} values */
function withoutGaps(values) {
  const first = values.findIndex(Number.isFinite);
  const filled = values.slice(Math.max(0, first), values.findLastIndex(Number.isFinite) + 1);
  for (let index = 1, known = 0; index < filled.length; index += 1) {
    if (Number.isFinite(filled[index])) {
      for (let gap = known + 1; gap < index; gap += 1) {
        filled[gap] = filled[known] + ((filled[index] - filled[known]) * (gap - known)) / (index - known);
      }
      known = index;
    }
  }
  return filled;
}
