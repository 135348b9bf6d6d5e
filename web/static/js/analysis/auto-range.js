/** The range to display of a part of the picture, by the percentiles of the automatic range. Pure. */

import { regionSpans } from "./region-pixels.js";
import { DEFAULT_PERCENTILES } from "../picture/levels.js";
import { distinctNumbers, percentileRange } from "../picture/pixel-statistics.js";

/**
 * Return the range between two percentiles of the finite values in a part of the picture: within their extremes, and
 * exact to a thousandth of the range. With the default percentiles a few bright pixels, which may be a small beam, are
 * never cut off.
 * @param {import("../picture/pixels.js").Pixels} pixels
 * @param {import("./region.js").Region | null} region such as the visible part as a rectangle; null: all pixels
 * @param {import("../picture/levels.js").Percentiles | null} percentiles null: the default ones
 * @returns {import("../picture/levels.js").Range | null} camera units; at least a unit of the samples wide; null:
 *   nothing is finite there
 */
export function autoRange(pixels, region, percentiles) {
  const { width, data, offset, scale } = pixels;
  const { top, from, to } = regionSpans(pixels, region);
  const count = from.reduce((sum, start, row) => sum + Math.max(0, to[row] - start), 0);
  const part = data.slice(0, count); // of the same type
  let end = 0;
  from.forEach((start, row) => {
    if (to[row] > start) {
      part.set(data.subarray((top + row) * width + start, (top + row) * width + to[row]), end);
      end += to[row] - start;
    }
  });
  const numbers = distinctNumbers({ data: part });
  const range = percentileRange(numbers, percentiles ?? DEFAULT_PERCENTILES, percentiles ? Infinity : undefined);
  if (!range) {
    return null;
  }
  const low = offset + scale * range.from;
  const high = offset + scale * range.to;
  return { low, high: high > low ? high : low + Math.max(scale, Math.abs(low) * Number.EPSILON) };
}

/** Return a box of camera pixels as a region. @param {import("../stream/tile-region.js").Box} box */
export function boxRegion({ left, top, right, bottom }) {
  return { kind: /** @type {"rect"} */ ("rect"), x: left, y: top, width: right - left, height: bottom - top };
}
