/** Hot pixels: far brighter than all around them, as no beam's pixel is. */

/** A hot sample exceeds its brightest neighbour by this times that one's excess over their mean. */
const HOT = 10;
const CLEAR = 2; // times the difference of the neighbours: one block in fifty exceeds it by chance
const MAX_IN_BLOCK = 8;

/**
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 * @typedef {import("./blocks.js").Box} Box
 */

/**
 * Removes hot samples from the means of blocks that are brighter than their neighbours.
 * @param {Pixels} pixels
 * @param {Box} box
 * @param {Float64Array} means
 * @returns {Set<number>} their indices among all samples
 */
export function removeHot(pixels, box, means) {
  const { width, height, data, offset, scale } = pixels;
  const { side } = box;
  const hot = new Set();
  for (let row = 0; row < box.height; row += 1) {
    for (let column = 0; column < box.width; column += 1) {
      if (!isPeak(means, column, row, box)) {
        continue;
      }
      const left = Math.max(0, box.left + column * side);
      const top = Math.max(0, box.top + row * side);
      const right = Math.min(width, box.left + (column + 1) * side);
      const bottom = Math.min(height, box.top + (row + 1) * side);
      for (let found = 0; found < MAX_IN_BLOCK; found += 1) {
        const { sum, count, at } = brightest(pixels, left, top, right, bottom, hot);
        if (at < 0 || !isHot(pixels, at)) {
          break;
        }
        hot.add(at);
        means[row * box.width + column] =
          count > 1 ? offset + (scale * (sum - data[at])) / (count - 1) : NaN;
      }
    }
  }
  return hot;
}

/** The brightest sample of a block that is not known as hot, with the sum and count of these. */
function brightest({ width, data }, left, top, right, bottom, /** @type {Set<number>} */ hot) {
  let sum = 0;
  let count = 0;
  let at = -1;
  for (let y = top; y < bottom; y += 1) {
    for (let index = y * width + left; index < y * width + right; index += 1) {
      const value = data[index];
      if (value - value === 0 && !hot.has(index)) {
        sum += value;
        count += 1;
        if (at < 0 || value > data[at]) {
          at = index;
        }
      }
    }
  }
  return { sum, count, at };
}

/** Whether a sample is far brighter than the eight around it. */
function isHot(/** @type {Pixels} */ { width, height, data }, /** @type {number} */ at) {
  const column = at % width;
  const row = (at - column) / width;
  let sum = 0;
  let count = 0;
  let most = -Infinity;
  for (let y = Math.max(0, row - 1); y <= Math.min(height - 1, row + 1); y += 1) {
    for (let x = Math.max(0, column - 1); x <= Math.min(width - 1, column + 1); x += 1) {
      const value = data[y * width + x];
      if ((x !== column || y !== row) && value - value === 0) {
        sum += value;
        count += 1;
        if (value > most) most = value;
      }
    }
  }
  return count > 2 && data[at] - most > HOT * (most - sum / count);
}

/**
 * Whether a block is clearly brighter than three of its four neighbours.
 * @param {Float64Array} means
 * @param {number} column
 * @param {number} row
 * @param {Box} box
 */
function isPeak(means, column, row, { width, height }) {
  const at = row * width + column;
  const mean = means[at];
  if (!(column > 0 && row > 0 && column < width - 1 && row < height - 1)) {
    return mean === mean; // at the rim: to be looked at
  }
  const left = means[at - 1];
  const right = means[at + 1];
  const above = means[at - width];
  const below = means[at + width];
  const least = Math.min(left, right, above, below);
  const second = Math.max(
    Math.min(Math.max(left, right), Math.max(above, below)),
    Math.min(left, right),
    Math.min(above, below),
  );
  return mean === mean && !(mean <= second + CLEAR * (second - least));
}
