/** Detects hot pixels: single samples that are far brighter than all around them, as no beam's are. */

/** Minimum excess over the brightest neighbour, relative to that neighbour's excess over the neighbours' mean. */
const MIN_EXCESS = 10;
const MIN_CONTRAST = 2; // relative to the difference of the neighbours: one block in fifty exceeds it by chance
const MAX_PER_BLOCK = 8;

/**
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 * @typedef {import("./blocks.js").BlockLayout} BlockLayout
 */

/**
 * Remove hot pixels from the means of the blocks that are brighter than their neighbours.
 * @param {Pixels} pixels
 * @param {BlockLayout} layout
 * @param {Float64Array} means of the blocks; changed in place
 * @returns {Set<number>} indices of the hot samples among all samples
 */
export function removeHotPixels(pixels, layout, means) {
  const { width, height, data, offset, scale } = pixels;
  const { side } = layout;
  const hot = new Set();
  for (let row = 0; row < layout.height; row += 1) {
    for (let column = 0; column < layout.width; column += 1) {
      if (!isPeak(means, column, row, layout)) {
        continue;
      }
      const left = Math.max(0, layout.left + column * side);
      const top = Math.max(0, layout.top + row * side);
      const right = Math.min(width, layout.left + (column + 1) * side);
      const bottom = Math.min(height, layout.top + (row + 1) * side);
      for (let found = 0; found < MAX_PER_BLOCK; found += 1) {
        const { sum, count, at } = brightestSample(pixels, { left, top, right, bottom }, hot);
        if (at < 0 || !isHot(pixels, at)) {
          break;
        }
        hot.add(at);
        means[row * layout.width + column] =
          count > 1 ? offset + (scale * (sum - data[at])) / (count - 1) : NaN;
      }
    }
  }
  return hot;
}

/**
 * Find the brightest sample of a block, with the sum and count of the samples, except those known as hot.
 * @param {Pixels} pixels
 * @param {{left: number, top: number, right: number, bottom: number}} block sample columns and rows
 * @param {Set<number>} hot
 */
function brightestSample({ width, data }, { left, top, right, bottom }, hot) {
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

/** Return whether a sample is far brighter than the eight around it. @param {Pixels} pixels @param {number} at */
function isHot({ width, height, data }, at) {
  const column = at % width;
  const row = (at - column) / width;
  let sum = 0;
  let count = 0;
  let max = -Infinity;
  for (let y = Math.max(0, row - 1); y <= Math.min(height - 1, row + 1); y += 1) {
    for (let x = Math.max(0, column - 1); x <= Math.min(width - 1, column + 1); x += 1) {
      const value = data[y * width + x];
      if ((x !== column || y !== row) && value - value === 0) {
        sum += value;
        count += 1;
        if (value > max) max = value;
      }
    }
  }
  return count > 2 && data[at] - max > MIN_EXCESS * (max - sum / count);
}

/**
 * Return whether a block is clearly brighter than three of its four neighbours.
 * @param {Float64Array} means
 * @param {number} column
 * @param {number} row
 * @param {BlockLayout} layout
 */
function isPeak(means, column, row, { width, height }) {
  const at = row * width + column;
  const mean = means[at];
  if (!(column > 0 && row > 0 && column < width - 1 && row < height - 1)) {
    return mean === mean; // at the border: always checked
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
  return mean === mean && !(mean <= second + MIN_CONTRAST * (second - least));
}
