/** The profiles of a region with the Gaussians nearest to them. */

import { fit } from "./gauss.js";
import { centreOf } from "../picture/pixels.js";
import { spans } from "./region-pixels.js";
import { profiles } from "./profile.js";

/**
 * @typedef {Omit<import("./aperture.js").Ellipse, "height">} Ellipse
 * @typedef {import("./profile.js").Profile} Profile
 * @typedef {{x: import("./gauss.js").Fit | null, y: import("./gauss.js").Fit | null}} Fits
 */

/**
 * In an elliptic region a profile's values are means over chords of different lengths, of which the
 * spot fills more near the ends: fitted without regard to that, its width would come out 1 to 6 % too
 * large. The moments tell which part of a chord the spot fills; without them there is no fit there.
 * @param {import("../picture/pixels.js").Pixels} pixels
 * @param {import("./region.js").Region | null} region null: all pixels
 * @param {import("./projection.js").Projection} projection of that region
 * @param {Pick<import("./statistics.js").Statistics, "ellipse" | "slope">} measured in it
 * @returns {{lanes: {x: Profile, y: Profile}, fits: Fits}}
 */
export function profileFits(pixels, region, projection, { ellipse, slope }) {
  const lanes = profiles(projection);
  if (region?.kind === "ellipse") {
    if (!ellipse) {
      return { lanes, fits: { x: null, y: null } };
    }
    const across = { x: ellipse.y, y: ellipse.x, xx: ellipse.yy, xy: ellipse.xy, yy: ellipse.xx };
    lanes.x.weights = weights(lanes.x, pixels, spans(turned(pixels), turned(region)), ellipse);
    lanes.y.weights = weights(lanes.y, turned(pixels), spans(pixels, region), across);
  }
  const clean = withoutHot(pixels, region, projection);
  const fitted = (/** @type {"x" | "y"} */ axis) => fit({ ...lanes[axis], values: clean[axis].values }, slope[axis]);
  return { lanes, fits: { x: fitted("x"), y: fitted("y") } };
}

/** The profiles without the hot pixels that the moments leave out, too. @returns {{x: Profile, y: Profile}} */
function withoutHot(
  /** @type {import("../picture/pixels.js").Pixels} */ pixels,
  region,
  /** @type {import("./projection.js").Projection} */ projection,
) {
  const { left, top, bottom, from, to } = spans(pixels, region);
  const { width, data, offset, scale } = pixels;
  const copy = ({ start, sums, counts }) => ({ start, sums: sums.slice(), counts: counts.slice() });
  const [x, y] = [copy(projection.x), copy(projection.y)];
  for (const at of projection.grid.hot) {
    const column = at % width;
    const row = (at - column) / width;
    if (row >= top && row < bottom && column >= from[row - top] && column < to[row - top]) {
      for (const [lane, index] of /** @type {const} */ ([[x, column - left], [y, row - top]])) {
        lane.sums[index] -= offset + scale * data[at];
        lane.counts[index] -= 1;
      }
    }
  }
  return profiles({ ...projection, x, y });
}

/**
 * The spot's mean height over the chord at each value of the profile along x, for a spot of height 1
 * along x, as a part of that at its centre.
 * @param {Profile} profile
 * @param {import("../picture/pixels.js").Pixels} pixels
 * @param {import("./region-pixels.js").Spans} chords of the columns: `from` and `to` are rows, `top` is a column
 * @param {Ellipse} spot
 */
function weights({ start, pitch, values }, pixels, { top, from, to }, { x, y, xx, xy, yy }) {
  const deviation = Math.sqrt(yy - (xy * xy) / xx);
  const first = Math.round((start - centreOf(pixels.x, pitch, top)) / pitch);
  const over = (/** @type {number} */ index) => {
    const centre = y + (xy / xx) * (start + pitch * index - x);
    const [low, high] = [from, to].map((ends) => centreOf(pixels.y, pitch, ends[first + index] - 0.5));
    return (below((high - centre) / deviation) - below((low - centre) / deviation)) / (high - low);
  };
  const whole = over(Math.min(values.length - 1, Math.max(0, Math.round((x - start) / pitch))));
  return values.map((_, index) => over(index) / whole);
}

/**
 * The same with x and y swapped, but for the samples.
 * @template {{x: number, y: number, width: number, height: number}} Placed
 * @param {Placed} placed pixels or a region
 * @returns {Placed}
 */
function turned(placed) {
  const { x, y, width, height } = placed;
  return { ...placed, x: y, y: x, width: height, height: width };
}

/** The part of a normal distribution below a value; to 1e-7 (Abramowitz and Stegun, 26.2.17). */
function below(/** @type {number} */ value) {
  const t = 1 / (1 + 0.2316419 * Math.abs(value));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const beyond = (series * Math.exp((-value * value) / 2)) / Math.sqrt(2 * Math.PI);
  return value > 0 ? 1 - beyond : beyond;
}
