/** The profiles of a region along x and y: the mean over the other axis. */

/**
 * @typedef {object} Profile
 * @property {number} start position of the first value, in camera pixels
 * @property {number} pitch camera pixels from value to value
 * @property {Float64Array} values camera units; NaN where the region has no finite sample
 * @property {Float64Array} [weights] by how much less of a peak each value has than that at its centre; 1 if left out
 */

/**
 * @param {import("./projection.js").Projection} projection
 * @returns {{x: Profile, y: Profile}}
 */
export function profiles({ x, y, pitch }) {
  return { x: mean(x, pitch), y: mean(y, pitch) };
}

/** @param {import("./projection.js").Lane} lane @param {number} pitch @returns {Profile} */
function mean({ start, sums, counts }, pitch) {
  return { start, pitch, values: sums.map((sum, index) => sum / counts[index]) }; // 0 / 0 is NaN
}
