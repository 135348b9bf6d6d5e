/** From where to look for the Gaussian of a profile: the best of a few hundred, on a coarse copy. */

const COARSE = 64; // points
const WIDTHS = 10;
const WIDER = 1.6;
const NARROWEST = 0.5; // coarse points
const NARROW = 1.5; // coarse points: what is not wider is looked for again, on a finer copy
const AROUND = 8; // coarse points on each side, for that

/**
 * @typedef {import("./gauss.js").Points} Points
 *
 * @typedef {object} Start
 * @property {number} gain by how much it lessens the sum of squares
 * @property {number[]} parameters offset, amplitude, centre, sigma
 */

/**
 * Offset and amplitude are the best for each centre and width, so that only these two are searched.
 * @param {Points} points
 * @returns {number[][]} offset, amplitude, centre, sigma: those of the best peak, which come after those of a
 *   dip if that is better
 */
export function starts(points) {
  const [peak, dip] = search(points.xs, points.ys);
  return [dip, peak].filter(({ gain }) => gain > 0 && gain >= peak.gain).map(({ parameters }) => parameters);
}

/** @param {Float64Array} xs rising @param {Float64Array} ys @returns {[peak: Start, dip: Start]} */
function search(xs, ys) {
  const each = Math.ceil(xs.length / COARSE);
  const { at, heights } = coarse(xs, ys, each);
  const size = heights.length;
  const step = (at[size - 1] - at[0]) / (size - 1);
  /** @type {[Start, Start]} */
  const best = [
    { gain: 0, parameters: [] },
    { gain: 0, parameters: [] },
  ];
  for (let k = 0; k < WIDTHS; k += 1) {
    const width = NARROWEST * WIDER ** k;
    for (let middle = 0; middle < size; middle += Math.max(1, width)) {
      const { offset, amplitude, gain } = scaled(heights, middle, width);
      const side = amplitude > 0 ? 0 : 1;
      if (gain > best[side].gain) {
        best[side] = { gain, parameters: [offset, amplitude, at[0] + step * middle, step * width] };
      }
    }
  }
  const [, , centre, sigma] = best[0].parameters;
  if (each > 1 && sigma <= NARROW * step) {
    const from = xs.findIndex((x) => x >= centre - AROUND * step);
    const to = xs.findLastIndex((x) => x <= centre + AROUND * step) + 1;
    best[0].parameters = search(xs.subarray(from, to), ys.subarray(from, to))[0].parameters;
  }
  return best;
}

/**
 * The best offset and amplitude of a Gaussian, and its gain.
 * @param {Float64Array} heights
 * @param {number} middle index
 * @param {number} width sigma, in points
 */
function scaled(heights, middle, width) {
  const size = heights.length;
  let [sum, squares, common, total] = [0, 0, 0, 0];
  for (let index = 0; index < size; index += 1) {
    const away = (index - middle) / width;
    const height = Math.exp((-away * away) / 2);
    sum += height;
    squares += height * height;
    common += height * heights[index];
    total += heights[index];
  }
  const spread = squares - (sum * sum) / size;
  const shared = common - (sum * total) / size;
  const amplitude = spread > 0 ? shared / spread : 0;
  return { offset: (total - amplitude * sum) / size, amplitude, gain: amplitude * shared };
}

/** Means of each so many. */
function coarse(/** @type {Float64Array} */ xs, /** @type {Float64Array} */ ys, /** @type {number} */ each) {
  const size = Math.floor(xs.length / each);
  const at = new Float64Array(size);
  const heights = new Float64Array(size);
  for (let index = 0; index < size * each; index += 1) {
    const group = Math.floor(index / each);
    at[group] += xs[index] / each;
    heights[group] += ys[index] / each;
  }
  return { at, heights };
}
