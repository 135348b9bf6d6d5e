/** The correlation of two scalars of the same pulses. Pure. */

/**
 * @typedef {object} Samples pairs of values, oldest first
 * @property {number[]} x
 * @property {number[]} y
 * @property {number | null} r Pearson's correlation coefficient; null if x or y is constant
 */

/**
 * Pair two columns, without the pulses that lack one of the two values.
 * @param {Float64Array} x
 * @param {Float64Array} y as long as x
 * @returns {Samples}
 */
export function pairSamples(x, y) {
  /** @type {Samples} */
  const samples = { x: [], y: [], r: null };
  for (let index = 0; index < x.length; index += 1) {
    if (Number.isFinite(x[index]) && Number.isFinite(y[index])) {
      samples.x.push(x[index]);
      samples.y.push(y[index]);
    }
  }
  samples.r = correlation(samples.x, samples.y);
  return samples;
}

/** @param {number[]} x @param {number[]} y */
function correlation(x, y) {
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let index = 0; index < x.length; index += 1) {
    const [dx, dy] = [x[index] - meanX, y[index] - meanY];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  const r = xy / Math.sqrt(xx) / Math.sqrt(yy);
  return Number.isFinite(r) ? Math.max(-1, Math.min(1, r)) : null;
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
