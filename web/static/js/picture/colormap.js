/** Colour maps: 256 colours, from the lowest value to the highest. */

/**
 * Red, green and blue at 17 equal steps, interpolated linearly. The knots are a fit to the published maps
 * (matplotlib 3): both ends are exact, and no channel of any colour is off by more than 4 of 255
 * (rms: viridis 0.6, inferno 0.8, turbo 1.0).
 * @type {Record<string, number[][]>}
 */
const KNOTS = {
  viridis: [
    [68, 73, 71, 66, 59, 51, 44, 38, 32, 30, 38, 61, 92, 129, 170, 214, 253],
    [1, 24, 45, 64, 82, 99, 114, 129, 144, 159, 174, 188, 201, 212, 220, 226, 231],
    [84, 107, 124, 134, 139, 142, 142, 142, 141, 136, 129, 116, 99, 77, 50, 22, 37],
  ],
  inferno: [
    [0, 10, 32, 61, 87, 112, 137, 163, 187, 209, 228, 241, 250, 252, 250, 239, 252],
    [0, 7, 13, 8, 16, 25, 34, 43, 54, 69, 89, 113, 141, 171, 201, 233, 255],
    [4, 34, 75, 103, 110, 110, 107, 98, 85, 69, 50, 31, 7, 12, 49, 100, 164],
  ],
  turbo: [
    [48, 65, 71, 68, 40, 20, 46, 108, 164, 204, 238, 254, 252, 237, 211, 174, 122],
    [18, 65, 107, 147, 188, 221, 243, 254, 254, 237, 209, 174, 128, 81, 48, 22, 4],
    [59, 165, 230, 255, 239, 195, 154, 98, 58, 51, 59, 54, 33, 14, 5, 0, 3],
  ],
};

/** @type {Record<string, (x: number, channel: number) => number>} x and the result are from 0 to 1 */
const MAPS = {
  grey: (x) => x,
  viridis: (x, channel) => interpolate(KNOTS.viridis[channel], x),
  inferno: (x, channel) => interpolate(KNOTS.inferno[channel], x),
  turbo: (x, channel) => interpolate(KNOTS.turbo[channel], x),
  jet: (x, channel) => Math.min(1, Math.max(0, 1.5 - Math.abs(4 * x - 3 + channel))),
};

/** In the order of the menu. */
export const COLORMAPS = Object.keys(MAPS);

/** @type {Map<string, Uint8Array>} */
const cache = new Map();

/**
 * @param {string} name one of COLORMAPS
 * @param {boolean} [inverted] from the last colour to the first
 * @returns {Uint8Array} 256 times red, green, blue; shared, so do not write to it
 * @throws {RangeError} for an unknown name
 */
export function colormap(name, inverted = false) {
  if (!COLORMAPS.includes(name)) {
    throw new RangeError(`There is no colour map "${name}". There are: ${COLORMAPS.join(", ")}.`);
  }
  const key = `${name} ${inverted}`;
  const colours = cache.get(key) ?? table(MAPS[name], inverted);
  cache.set(key, colours);
  return colours;
}

/** @param {(x: number, channel: number) => number} map @param {boolean} inverted */
function table(map, inverted) {
  return Uint8Array.from({ length: 256 * 3 }, (_, index) => {
    const level = Math.floor(index / 3);
    return Math.round(255 * map((inverted ? 255 - level : level) / 255, index % 3));
  });
}

/** @param {number[]} knots @param {number} x */
function interpolate(knots, x) {
  const place = x * (knots.length - 1);
  const left = Math.min(Math.floor(place), knots.length - 2);
  return (knots[left] + (place - left) * (knots[left + 1] - knots[left])) / 255;
}
