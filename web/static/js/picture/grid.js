/** The lines of a grid over the picture, and a bar that tells its scale, on round numbers. Pure. */

const APART_PX = 90; // lines, at least
const BAR_PX = 140; // the scale bar, at most
const MOST_LINES = 60;

/**
 * @typedef {import("./calibration.js").Axis} Axis
 * @typedef {{at: number, value: number}} Line `at`: picture coordinate; `value` in the axis' unit
 */

/** The smallest of 1, 2, 5 × 10ⁿ that is not less. @param {number} size more than 0 */
export function roundUp(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  return [1, 2, 5, 10].map((lead) => lead * power).find((step) => step >= size * (1 - 1e-9));
}

/**
 * The grid's lines across one axis. In pixels a line goes through the pixels' middles.
 * @param {number} from @param {number} to picture coordinates in sight @param {number} zoom CSS pixels a pixel
 * @param {Axis} axis
 * @returns {Line[]}
 */
export function gridLines(from, to, zoom, { first, step, unit }) {
  if (!(to > from) || !(zoom > 0)) {
    return [];
  }
  const least = (APART_PX / zoom) * Math.abs(step);
  const apart = roundUp(unit === "px" ? Math.max(1, least) : least);
  const valueAt = (/** @type {number} */ at) => first + (at - 0.5) * step;
  const [low, high] = [valueAt(from), valueAt(to)].sort((a, b) => a - b);
  const found = [];
  for (let n = Math.ceil(low / apart); n * apart <= high && found.length < MOST_LINES; n += 1) {
    const value = Number((n * apart).toPrecision(12));
    found.push({ at: (value - first) / step + 0.5, value });
  }
  return found;
}

/**
 * @param {number} zoom CSS pixels a camera pixel @param {Axis} axis
 * @returns {{length: number, px: number}} in the axis' unit, and on the screen
 */
export function scaleBar(zoom, { step }) {
  const perPx = Math.abs(step) / zoom;
  const most = BAR_PX * perPx;
  const power = 10 ** Math.floor(Math.log10(most));
  const length = [5, 2, 1].map((lead) => lead * power).find((size) => size <= most * (1 + 1e-9));
  return { length, px: length / perPx };
}
