/** Initial parameters for the fit of a Gaussian: the best of a few hundred, on a binned copy of the profile. */

const MAX_BINS = 64;
const WIDTHS = 10;
const WIDTH_RATIO = 1.6; // from each width to the next
const MIN_WIDTH = 0.5; // σ, bins
const NARROW = 1.5; // σ, bins: a narrower peak is searched again with finer bins
const REFINED_BINS = 8; // on each side of such a peak

/**
 * @typedef {import("./gauss.js").Points} Points
 *
 * @typedef {object} Start
 * @property {number} gain reduction of the sum of squares
 * @property {number[]} parameters offset, amplitude, centre, sigma
 */

/**
 * Search a grid of centres and widths, with the least-squares offset and amplitude of each.
 * @param {Points} points
 * @returns {number[][]} offset, amplitude, centre, sigma of the best peak, preceded by those of a dip that fits better
 */
export function initialParameters(points) {
  const [peak, dip] = search(points.xs, points.ys);
  return [dip, peak].filter(({ gain }) => gain > 0 && gain >= peak.gain).map(({ parameters }) => parameters);
}

/** @param {Float64Array} xs rising @param {Float64Array} ys @returns {[peak: Start, dip: Start]} */
function search(xs, ys) {
  const each = Math.ceil(xs.length / MAX_BINS);
  const { at, heights } = binMeans(xs, ys, each);
  const size = heights.length;
  const step = (at[size - 1] - at[0]) / (size - 1);
  /** @type {[Start, Start]} */
  const best = [
    { gain: 0, parameters: [] },
    { gain: 0, parameters: [] },
  ];
  for (let k = 0; k < WIDTHS; k += 1) {
    const width = MIN_WIDTH * WIDTH_RATIO ** k;
    for (let middle = 0; middle < size; middle += Math.max(1, width)) {
      const { offset, amplitude, gain } = fitOffsetAndAmplitude(heights, middle, width);
      const side = amplitude > 0 ? 0 : 1;
      if (gain > best[side].gain) {
        best[side] = { gain, parameters: [offset, amplitude, at[0] + step * middle, step * width] };
      }
    }
  }
  const [, , centre, sigma] = best[0].parameters;
  if (each > 1 && sigma <= NARROW * step) {
    const from = xs.findIndex((x) => x >= centre - REFINED_BINS * step);
    const to = xs.findLastIndex((x) => x <= centre + REFINED_BINS * step) + 1;
    best[0].parameters = search(xs.subarray(from, to), ys.subarray(from, to))[0].parameters;
  }
  return best;
}

/**
 * Fit offset and amplitude of a Gaussian by linear least squares.
 * @param {Float64Array} heights
 * @param {number} middle index
 * @param {number} width sigma, in bins
 */
function fitOffsetAndAmplitude(heights, middle, width) {
  const size = heights.length;
  let [sum, squares, product, total] = [0, 0, 0, 0];
  for (let index = 0; index < size; index += 1) {
    const distance = (index - middle) / width;
    const height = Math.exp((-distance * distance) / 2);
    sum += height;
    squares += height * height;
    product += height * heights[index];
    total += heights[index];
  }
  const variance = squares - (sum * sum) / size;
  const covariance = product - (sum * total) / size;
  const amplitude = variance > 0 ? covariance / variance : 0;
  return { offset: (total - amplitude * sum) / size, amplitude, gain: amplitude * covariance };
}

/**
 * Average consecutive points in bins of `each`.
 * @param {Float64Array} xs
 * @param {Float64Array} ys
 * @param {number} each
 */
function binMeans(xs, ys, each) {
  const size = Math.floor(xs.length / each);
  const at = new Float64Array(size);
  const heights = new Float64Array(size);
  for (let index = 0; index < size * each; index += 1) {
    const bin = Math.floor(index / each);
    at[bin] += xs[index] / each;
    heights[bin] += ys[index] / each;
  }
  return { at, heights };
}
