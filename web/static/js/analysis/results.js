/** A region's results by name, in the camera's unit where it is known. Pure. */

/**
 * @typedef {import("../picture/calibration.js").Axis} Axis
 * @typedef {import("./gauss.js").Fit} Fit
 *
 * @typedef {object} Results
 * @property {Record<string, number | null>} numbers of the values: camera units
 * @property {Record<string, {x: number | null, y: number | null}>} spot where it is and how wide, in the unit of the axes
 */

/**
 * @param {import("./statistics.js").Statistics} found
 * @param {{x: Fit | null, y: Fit | null}} fits
 * @param {{x: Axis, y: Axis}} axes
 * @returns {Results}
 */
export function results(found, fits, axes) {
  const place = (/** @type {number | null | undefined} */ at, /** @type {Axis} */ axis) =>
    known(at) ? axis.first + at * axis.step : null;
  const width = (/** @type {number | null | undefined} */ px, /** @type {Axis} */ axis) =>
    known(px) ? px * Math.abs(axis.step) : null;
  const both = (told, { x, y }) => ({ x: told(x, axes.x), y: told(y, axes.y) });
  const { sum, mean, min, max, count, bad } = found;
  return {
    numbers: { sum, mean, min, max, pixels: count, ...(bad > 0 && { bad }) },
    spot: {
      centroid: both(place, found.centroid),
      rms: both(width, found.rms),
      FWHM: both(width, found.fwhm),
      "Gauss centre": both(place, { x: fits.x?.centre, y: fits.y?.centre }),
      "Gauss FWHM": both(width, { x: fits.x?.fwhm, y: fits.y?.fwhm }),
    },
  };
}

/**
 * The results as scalars of a stream, for trends: "region 1 centroid x".
 * @param {Results} found
 * @param {string} prefix
 * @returns {Record<string, number | null>}
 */
export function scalars({ numbers, spot }, prefix) {
  const named = Object.entries(numbers).map(([name, value]) => [`${prefix} ${name}`, value]);
  for (const [name, pair] of Object.entries(spot)) {
    named.push([`${prefix} ${name} x`, pair.x], [`${prefix} ${name} y`, pair.y]);
  }
  return Object.fromEntries(named);
}

/** @param {number | null | undefined} value */
function known(value) {
  return value !== null && value !== undefined;
}
