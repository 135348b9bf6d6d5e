/** The lines of a grid over the picture, and a scale bar, at round numbers. Pure. */

const MIN_SPACING_PX = 90;
const MAX_BAR_PX = 140;
const MAX_LINES = 60;
const ROUND_NUMBERS = [1, 2, 5, 10];

/**
 * @typedef {import("../lib/calibration.js").Axis} Axis
 * @typedef {{at: number, value: number}} Line `at`: picture coordinate; `value` in the axis' unit
 */

/** Return the smallest of 1, 2, 5 × 10ⁿ that is not less. @param {number} size more than 0 */
export function roundUp(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  const factor = ROUND_NUMBERS.find((one) => one * power >= size * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/**
 * Return the grid's lines across one axis. In pixels a line passes through the centres of pixels.
 * @param {number} from @param {number} to visible picture coordinates @param {number} zoom CSS pixels a pixel
 * @param {Axis} axis
 * @returns {Line[]}
 */
export function gridLines(from, to, zoom, { first, step, unit }) {
  if (!(to > from) || !(zoom > 0)) {
    return [];
  }
  const minSpacing = (MIN_SPACING_PX / zoom) * Math.abs(step);
  const spacing = roundUp(unit === "px" ? Math.max(1, minSpacing) : minSpacing);
  const valueAt = (/** @type {number} */ at) => first + (at - 0.5) * step;
  const [low, high] = [valueAt(from), valueAt(to)].sort((a, b) => a - b);
  const lines = [];
  for (let n = Math.ceil(low / spacing); n * spacing <= high && lines.length < MAX_LINES; n += 1) {
    const value = Number((n * spacing).toPrecision(12));
    lines.push({ at: (value - first) / step + 0.5, value });
  }
  return lines;
}

/**
 * @param {number} zoom CSS pixels a camera pixel @param {Axis} axis
 * @returns {{length: number, px: number}} in the axis' unit, and on the screen
 */
export function scaleBar(zoom, { step }) {
  const perPx = Math.abs(step) / zoom;
  const maxLength = MAX_BAR_PX * perPx;
  const power = 10 ** Math.floor(Math.log10(maxLength));
  const factor = [5, 2, 1].find((one) => one * power <= maxLength * (1 + 1e-9)) ?? 1;
  const length = factor * power;
  return { length, px: length / perPx };
}
