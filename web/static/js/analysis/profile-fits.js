/** Fits Gaussians to the profiles of a region. */

import { fitGaussian } from "./gauss.js";
import { meanVariance } from "./log-noise.js";
import { centreOf } from "../picture/pixels.js";
import { regionSpans } from "./region-pixels.js";
import { profiles as profilesOf } from "./projection.js";

/**
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 * @typedef {import("./projection.js").Projection} Projection
 * @typedef {import("./region.js").Region} Region
 * @typedef {Omit<import("./aperture.js").Ellipse, "height">} Ellipse
 * @typedef {import("./projection.js").Profile} Profile
 * @typedef {{x: import("./gauss.js").Fit | null, y: import("./gauss.js").Fit | null}} Fits
 */

/**
 * In an elliptic region a profile's values are means over chords of different lengths, of which the spot fills
 * more near the ends: without a correction the fitted width is 1 to 6 % too large. The correction needs the spot's
 * moments; without them there is no fit in an ellipse. On a logarithmic scale the fit's uncertainty needs them.
 * @param {Pixels} pixels
 * @param {Region | null} region null: all pixels
 * @param {Projection} projection of that region
 * @param {Pick<import("./statistics.js").Statistics, "ellipse" | "slope">} spot measured in it
 * @returns {{profiles: {x: Profile, y: Profile}, fits: Fits}}
 */
export function fitProfiles(pixels, region, projection, { ellipse, slope }) {
  const profiles = profilesOf(projection);
  const { pitch, logSteps } = pixels;
  if (!ellipse && (region?.kind === "ellipse" || logSteps)) {
    return { profiles, fits: { x: null, y: null } };
  }
  if (region?.kind === "ellipse" && ellipse) {
    const transposed = { x: ellipse.y, y: ellipse.x, xx: ellipse.yy, xy: ellipse.xy, yy: ellipse.xx };
    profiles.x.weights = chordWeights(profiles.x, pixels, regionSpans(transpose(pixels), transpose(region)), ellipse);
    profiles.y.weights = chordWeights(profiles.y, transpose(pixels), regionSpans(pixels, region), transposed);
  }
  const clean = profilesWithoutHotPixels(pixels, region, projection);
  const fit = (/** @type {"x" | "y"} */ axis) => {
    const sigma = ellipse ? Math.sqrt(axis === "x" ? ellipse.yy : ellipse.xx) / pitch : 0; // across the axis
    const { counts } = projection[axis];
    /** @type {import("./gauss.js").Variance | null} */
    const variance = logSteps
      ? (index, offset, height) => meanVariance(logSteps, offset, height, counts[index], sigma)
      : null;
    return fitGaussian({ ...profiles[axis], values: clean[axis].values }, slope[axis], variance);
  };
  return { profiles, fits: { x: fit("x"), y: fit("y") } };
}

/**
 * Return the profiles without the hot pixels, which the moments leave out as well.
 * @param {Pixels} pixels
 * @param {Region | null} region
 * @param {Projection} projection
 * @returns {{x: Profile, y: Profile}}
 */
function profilesWithoutHotPixels(pixels, region, projection) {
  const { left, top, bottom, from, to } = regionSpans(pixels, region);
  const { width, data, offset, scale } = pixels;
  const copy = (/** @type {import("./projection.js").AxisSums} */ { start, sums, counts }) =>
    ({ start, sums: sums.slice(), counts: counts.slice() });
  const [x, y] = [copy(projection.x), copy(projection.y)];
  for (const at of projection.grid.hot) {
    const column = at % width;
    const row = (at - column) / width;
    if (row >= top && row < bottom && column >= from[row - top] && column < to[row - top]) {
      for (const [axis, index] of /** @type {const} */ ([[x, column - left], [y, row - top]])) {
        axis.sums[index] -= offset + scale * data[at];
        axis.counts[index] -= 1;
      }
    }
  }
  return profilesOf({ x, y, pitch: projection.pitch });
}

/**
 * Return the spot's mean height over the chord at each value of the profile along x, relative to that at its
 * centre, for a spot whose height along x is constant.
 * @param {Profile} profile
 * @param {Pixels} pixels
 * @param {import("./region-pixels.js").Spans} chords of the columns: `from` and `to` are rows, `top` is a column
 * @param {Ellipse} spot
 */
function chordWeights({ start, pitch, values }, pixels, { top, from, to }, { x, y, xx, xy, yy }) {
  const deviation = Math.sqrt(yy - (xy * xy) / xx);
  const first = Math.round((start - centreOf(pixels.x, pitch, top)) / pitch);
  const meanHeight = (/** @type {number} */ index) => {
    const centre = y + (xy / xx) * (start + pitch * index - x);
    const [low, high] = [from, to].map((ends) => centreOf(pixels.y, pitch, ends[first + index] - 0.5));
    return (normalCdf((high - centre) / deviation) - normalCdf((low - centre) / deviation)) / (high - low);
  };
  const central = meanHeight(Math.min(values.length - 1, Math.max(0, Math.round((x - start) / pitch))));
  return values.map((_, index) => meanHeight(index) / central);
}

/**
 * Swap x and y of pixels (their samples excepted) or of a region.
 * @template {{x: number, y: number, width: number, height: number}} Rectangle
 * @param {Rectangle} rectangle
 * @returns {Rectangle}
 */
function transpose(rectangle) {
  const { x, y, width, height } = rectangle;
  return { ...rectangle, x: y, y: x, width: height, height: width };
}

/** The cumulative standard normal distribution, to 1e-7 (Abramowitz and Stegun, 26.2.17). @param {number} value */
function normalCdf(value) {
  const t = 1 / (1 + 0.2316419 * Math.abs(value));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (series * Math.exp((-value * value) / 2)) / Math.sqrt(2 * Math.PI);
  return value > 0 ? 1 - tail : tail;
}
