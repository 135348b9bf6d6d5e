/** Two scalars of the same pulses, and how they hang together. Pure. */

/**
 * @typedef {object} Pairs oldest first
 * @property {number[]} x
 * @property {number[]} y
 * @property {number | null} r Pearson's correlation; null where one of them does not change
 */

/**
 * Leaves out the pulses where one of both is missing.
 * @param {Float64Array} x
 * @param {Float64Array} y as many
 * @returns {Pairs}
 */
export function paired(x, y) {
  /** @type {Pairs} */
  const pairs = { x: [], y: [], r: null };
  for (let index = 0; index < x.length; index += 1) {
    if (Number.isFinite(x[index]) && Number.isFinite(y[index])) {
      pairs.x.push(x[index]);
      pairs.y.push(y[index]);
    }
  }
  pairs.r = correlation(pairs.x, pairs.y);
  return pairs;
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
