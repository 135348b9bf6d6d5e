/** Sums of a region's samples by row, by column and by square block, and means of the blocks with a margin. */

import { removeHotPixels } from "./hot-pixels.js";
import { isInteger, centreOf } from "../picture/pixels.js";

const MARGIN = 0.25; // width of the margin around the region, relative to its side
const MIN_MARGIN_SAMPLES = 8;
const MAX_MARGIN_SAMPLES = 64;
/** Block sides by the region's area [samples], so that a region has at most some thousands of blocks. */
const SIDES = [
  { side: 16, minArea: 1024 ** 2 },
  { side: 8, minArea: 256 ** 2 },
  { side: 4, minArea: 80 ** 2 },
];
const MIN_SIDE = 1;

/**
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 * @typedef {import("./region-pixels.js").Spans} Spans
 *
 * @typedef {object} BlockLayout the blocks that cover a region and its margin
 * @property {number} left sample column of the first block; may be below 0
 * @property {number} top
 * @property {number} side of a block, samples
 * @property {number} width blocks
 * @property {number} height blocks
 *
 * @typedef {object} Grid
 * @property {number} x position of the first block's centre
 * @property {number} y
 * @property {number} step distance between blocks, camera pixels
 * @property {number} side of a block, samples
 * @property {number} width blocks
 * @property {number} height blocks
 * @property {Float64Array} means camera values; NaN where less than half of a block is known
 * @property {Uint8Array} inside 1: in the region, 0: in the margin around it
 * @property {Set<number>} hot indices of the hot pixels
 *
 * @typedef {object} Sums of raw values
 * @property {Float64Array} columns one sum per sample column of the layout
 * @property {Float64Array} columnCounts finite samples in each
 * @property {Float64Array} rows one sum per row of the spans
 * @property {Float64Array} rowCounts
 * @property {Float64Array} blocks
 * @property {Float64Array} blockCounts
 * @property {number} min Infinity without samples
 * @property {number} max -Infinity without samples
 */

/**
 * Lay blocks over a region and its margin, as far as there are samples.
 * @param {Pixels} pixels
 * @param {Spans} spans
 * @returns {BlockLayout}
 */
export function blockLayout({ width, height }, { left, right, top, bottom }) {
  const across = right - left;
  const down = bottom - top;
  const side = SIDES.find(({ minArea }) => across * down >= minArea)?.side ?? MIN_SIDE;
  const margin = (/** @type {number} */ size, /** @type {number} */ room) =>
    Math.ceil(Math.min(room, MAX_MARGIN_SAMPLES, Math.max(MIN_MARGIN_SAMPLES, MARGIN * size)) / side);
  const before = { x: margin(across, left), y: margin(down, top) };
  return {
    left: left - side * before.x,
    top: top - side * before.y,
    side,
    width: before.x + Math.ceil((across + side * margin(across, width - right)) / side),
    height: before.y + Math.ceil((down + side * margin(down, height - bottom)) / side),
  };
}

/**
 * Sum the samples of spans by column, row and block.
 * @param {Pixels} pixels
 * @param {Pick<Spans, "top" | "from" | "to">} spans within the layout
 * @param {BlockLayout} layout
 * @returns {Sums}
 */
export function sumSamples({ width, data }, { top, from, to }, layout) {
  const size = layout.width * layout.side;
  const sums = {
    columns: new Float64Array(size),
    columnCounts: new Float64Array(size),
    rows: new Float64Array(from.length),
    rowCounts: new Float64Array(from.length),
    blocks: new Float64Array(layout.width * layout.height),
    blockCounts: new Float64Array(layout.width * layout.height),
    min: Infinity,
    max: -Infinity,
  };
  const band = new BlockRow(size);
  // rows are copied, so that the loops in `add` are compiled for doubles only
  const samples = new Float64Array(size);
  for (let row = 0; row < from.length; row += 1) {
    const length = to[row] - from[row];
    if (length > 0) {
      const start = (top + row) * width + from[row];
      const first = from[row] - layout.left;
      samples.set(data.subarray(start, start + length), first);
      sums.rowCounts[row] = length - band.add(samples, first, first + length, isInteger(data));
      sums.rows[row] = band.sum;
    }
    const end = top + row + 1 - layout.top;
    if ((end % layout.side === 0 || row === from.length - 1) && !band.isEmpty) {
      band.flush(sums, Math.floor((end - 1) / layout.side), layout);
    }
  }
  sums.min = band.min;
  sums.max = band.max;
  return sums;
}

/** The column sums of one row of blocks. */
class BlockRow {
  sum = 0;
  min = Infinity;
  max = -Infinity;
  isEmpty = true;
  #sums;
  #bad;
  #changes;

  /** @param {number} size sample columns */
  constructor(size) {
    this.#sums = new Float64Array(size);
    this.#bad = new Float64Array(size);
    this.#changes = new Float64Array(size + 1);
  }

  /**
   * Add a part of a sample row.
   * @param {Float64Array} samples
   * @param {number} first column
   * @param {number} end exclusive
   * @param {boolean} areIntegers whether the samples are integers, which are finite
   * @returns {number} number of samples that are not finite
   */
  add(samples, first, end, areIntegers) {
    this.isEmpty = false;
    this.#changes[first] += 1;
    this.#changes[end] -= 1;
    if (!areIntegers) {
      let total = 0;
      for (let column = first; column < end; column += 1) {
        total += samples[column];
      }
      if (total - total !== 0) {
        return this.#addMixed(samples, first, end);
      }
    }
    return this.#addFinite(samples, first, end);
  }

  /**
   * Add samples that are all finite: without a check of each this takes half the time.
   * @param {Float64Array} samples
   * @param {number} first
   * @param {number} end
   */
  #addFinite(samples, first, end) {
    const sums = this.#sums;
    let sum = 0;
    let min = samples[first];
    let max = min;
    for (let column = first; column < end; column += 1) {
      const value = samples[column];
      sum += value;
      sums[column] += value;
      if (value > max) {
        max = value;
      } else if (value < min) {
        min = value;
      }
    }
    this.sum = sum;
    if (min < this.min) this.min = min;
    if (max > this.max) this.max = max;
    return 0;
  }

  /** @param {Float64Array} samples @param {number} first @param {number} end */
  #addMixed(samples, first, end) {
    let bad = 0;
    this.sum = 0;
    for (let column = first; column < end; column += 1) {
      const value = samples[column];
      if (value - value === 0) {
        this.sum += value;
        this.#sums[column] += value;
        this.min = Math.min(this.min, value);
        this.max = Math.max(this.max, value);
      } else {
        bad += 1;
        this.#bad[column] += 1;
      }
    }
    return bad;
  }

  /**
   * Add the column sums to those of columns and blocks, and start again from 0.
   * @param {Sums} sums
   * @param {number} row of blocks
   * @param {BlockLayout} layout
   */
  flush(sums, row, { width, side }) {
    const columnSums = this.#sums;
    const bad = this.#bad;
    const changes = this.#changes;
    let rows = 0;
    for (let block = 0; block < width; block += 1) {
      let sum = 0;
      let count = 0;
      for (let column = block * side; column < (block + 1) * side; column += 1) {
        rows += changes[column];
        const finite = rows - bad[column];
        sums.columns[column] += columnSums[column];
        sums.columnCounts[column] += finite;
        sum += columnSums[column];
        count += finite;
      }
      sums.blocks[row * width + block] = sum;
      sums.blockCounts[row * width + block] = count;
    }
    this.#sums.fill(0);
    this.#bad.fill(0);
    this.#changes.fill(0);
    this.isEmpty = true;
  }
}

/**
 * Compute the means of a region's blocks and of those in the margin, without hot pixels.
 * @param {Pixels} pixels
 * @param {Spans} spans
 * @param {BlockLayout} layout
 * @param {Sums} region
 * @returns {Grid}
 */
export function blockMeans(pixels, spans, layout, region) {
  const { x, y, pitch, offset, scale } = pixels;
  const { side, width, height } = layout;
  const margins = marginSpans(pixels, spans, layout).map((part) => sumSamples(pixels, part, layout));
  const inside = new Uint8Array(width * height);
  const means = new Float64Array(width * height);
  const minCount = (side * side) / 2;
  means.forEach((_, at) => {
    const count = region.blockCounts[at];
    inside[at] = count >= minCount ? 1 : 0;
    const parts = count >= minCount ? [region] : margins;
    const finite = parts.reduce((sum, { blockCounts }) => sum + blockCounts[at], 0);
    const total = parts.reduce((sum, { blocks }) => sum + blocks[at], 0);
    means[at] = finite >= minCount ? offset + (scale * total) / finite : NaN;
  });
  const hot = removeHotPixels(pixels, layout, means);
  const step = pitch * side;
  return {
    x: centreOf(x + pitch * layout.left, step, 0),
    y: centreOf(y + pitch * layout.top, step, 0),
    step,
    side,
    width,
    height,
    means,
    inside,
    hot,
  };
}

/**
 * Return the spans of the margin around a region: those left of it, above and below, and those right of it.
 * @param {Pixels} pixels
 * @param {Spans} region
 * @param {BlockLayout} layout
 */
function marginSpans({ width, height }, { top, bottom, from, to }, layout) {
  const left = Math.max(0, layout.left);
  const right = Math.min(width, layout.left + layout.width * layout.side);
  const first = Math.max(0, layout.top);
  const rows = Math.max(0, Math.min(height, layout.top + layout.height * layout.side) - first);
  const before = {
    top: first,
    from: new Int32Array(rows).fill(left),
    to: new Int32Array(rows).fill(right),
  };
  const after = {
    top: first,
    from: new Int32Array(rows).fill(right),
    to: new Int32Array(rows).fill(right),
  };
  for (let row = top; row < bottom; row += 1) {
    before.to[row - first] = from[row - top];
    after.from[row - first] = to[row - top];
  }
  return [before, after];
}
