/** Sums of a region's samples by row, by column and by square block, with a margin around it. */

import { removeHot } from "./hot-pixels.js";
import { isInteger, centreOf } from "../picture/pixels.js";

const MARGIN = 0.25; // of the region's side: how much is taken around it
const MIN_MARGIN = 8; // samples
const MAX_MARGIN = 64; // samples
/** Block sides by the region's area [samples]: at most some thousands of blocks a region. */
const SIDES = [
  { side: 16, from: 1024 ** 2 },
  { side: 8, from: 256 ** 2 },
  { side: 4, from: 80 ** 2 },
  { side: 1, from: 0 },
];

/**
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 * @typedef {import("./region-pixels.js").Spans} Spans
 *
 * @typedef {object} Box blocks that cover a region and its margin
 * @property {number} left sample column where the first block begins; may be below 0
 * @property {number} top
 * @property {number} side samples of a block
 * @property {number} width blocks
 * @property {number} height blocks
 *
 * @typedef {object} Grid
 * @property {number} x position of the first block's middle
 * @property {number} y
 * @property {number} step camera pixels from block to block
 * @property {number} side samples along a block's side
 * @property {number} width blocks
 * @property {number} height blocks
 * @property {Float64Array} means camera values; NaN where less than half of a block is known
 * @property {Uint8Array} inside 1: of the region, 0: of the margin around it
 * @property {Set<number>} hot indices of samples that are far brighter than those around them
 *
 * @typedef {object} Sums raw values
 * @property {Float64Array} columns one sum for each sample column of the box
 * @property {Float64Array} inColumns how many finite samples each has
 * @property {Float64Array} rows one sum for each row of the spans
 * @property {Float64Array} inRows
 * @property {Float64Array} blocks
 * @property {Float64Array} inBlocks
 * @property {number} min Infinity without samples
 * @property {number} max -Infinity without samples
 */

/**
 * The blocks of a region and of its margin, as far as there are samples.
 * @param {Pixels} pixels
 * @param {Spans} spans
 * @returns {Box}
 */
export function boxOf({ width, height }, { left, right, top, bottom }) {
  const across = right - left;
  const down = bottom - top;
  const { side } = SIDES.find(({ from }) => across * down >= from);
  const margin = (/** @type {number} */ size, /** @type {number} */ room) =>
    Math.ceil(Math.min(room, MAX_MARGIN, Math.max(MIN_MARGIN, MARGIN * size)) / side);
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
 * Adds up the samples of some spans.
 * @param {Pixels} pixels
 * @param {Pick<Spans, "top" | "from" | "to">} spans within the box
 * @param {Box} box
 * @returns {Sums}
 */
export function scan({ width, data }, { top, from, to }, box) {
  const size = box.width * box.side;
  const sums = {
    columns: new Float64Array(size),
    inColumns: new Float64Array(size),
    rows: new Float64Array(from.length),
    inRows: new Float64Array(from.length),
    blocks: new Float64Array(box.width * box.height),
    inBlocks: new Float64Array(box.width * box.height),
    min: Infinity,
    max: -Infinity,
  };
  const band = new Band(size);
  // copied row by row: the loops in `add` are then compiled for doubles once, for all types
  const line = new Float64Array(size);
  for (let row = 0; row < from.length; row += 1) {
    const length = to[row] - from[row];
    if (length > 0) {
      const begin = (top + row) * width + from[row];
      const first = from[row] - box.left;
      line.set(data.subarray(begin, begin + length), first);
      sums.inRows[row] = length - band.add(line, first, first + length, isInteger(data));
      sums.rows[row] = band.sum;
    }
    const at = top + row + 1 - box.top;
    if ((at % box.side === 0 || row === from.length - 1) && !band.isEmpty) {
      band.fold(sums, Math.floor((at - 1) / box.side), box);
    }
  }
  sums.min = band.min;
  sums.max = band.max;
  return sums;
}

/** The rows of a row of blocks, added up column by column. */
class Band {
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
   * Adds a row's stretch.
   * @param {Float64Array} line
   * @param {number} first column
   * @param {number} end exclusive
   * @param {boolean} isWhole of integers, which are finite
   * @returns {number} samples of it that are not finite
   */
  add(line, first, end, isWhole) {
    this.isEmpty = false;
    this.#changes[first] += 1;
    this.#changes[end] -= 1;
    if (!isWhole) {
      let total = 0;
      for (let column = first; column < end; column += 1) {
        total += line[column];
      }
      if (total - total !== 0) {
        return this.#addSome(line, first, end);
      }
    }
    return this.#addFinite(line, first, end);
  }

  /** All are finite: without asking each, in half the time. */
  #addFinite(line, first, end) {
    const sums = this.#sums;
    let sum = 0;
    let min = line[first];
    let max = min;
    for (let column = first; column < end; column += 1) {
      const value = line[column];
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

  #addSome(line, first, end) {
    let bad = 0;
    this.sum = 0;
    for (let column = first; column < end; column += 1) {
      const value = line[column];
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

  /** Hands its columns on to sums of columns and blocks, and is empty again. */
  fold(/** @type {Sums} */ sums, /** @type {number} */ row, /** @type {Box} */ { width, side }) {
    const bandSums = this.#sums;
    const bad = this.#bad;
    const changes = this.#changes;
    let rows = 0;
    for (let block = 0; block < width; block += 1) {
      let sum = 0;
      let count = 0;
      for (let column = block * side; column < (block + 1) * side; column += 1) {
        rows += changes[column];
        const known = rows - bad[column];
        sums.columns[column] += bandSums[column];
        sums.inColumns[column] += known;
        sum += bandSums[column];
        count += known;
      }
      sums.blocks[row * width + block] = sum;
      sums.inBlocks[row * width + block] = count;
    }
    this.#sums.fill(0);
    this.#bad.fill(0);
    this.#changes.fill(0);
    this.isEmpty = true;
  }
}

/**
 * The means of a region's blocks, and of those around it.
 * @param {Pixels} pixels
 * @param {Spans} spans
 * @param {Box} box
 * @param {Sums} region
 * @returns {Grid}
 */
export function gridOf(pixels, spans, box, region) {
  const { x, y, pitch, offset, scale } = pixels;
  const { side, width, height } = box;
  const margins = margin(pixels, spans, box).map((part) => scan(pixels, part, box));
  const inside = new Uint8Array(width * height);
  const means = new Float64Array(width * height);
  const enough = (side * side) / 2;
  means.forEach((_, at) => {
    const count = region.inBlocks[at];
    inside[at] = count >= enough ? 1 : 0;
    const others = count >= enough ? [region] : margins;
    const known = others.reduce((sum, { inBlocks }) => sum + inBlocks[at], 0);
    const total = others.reduce((sum, { blocks }) => sum + blocks[at], 0);
    means[at] = known >= enough ? offset + (scale * total) / known : NaN;
  });
  const hot = removeHot(pixels, box, means);
  const step = pitch * side;
  return {
    x: centreOf(x + pitch * box.left, step, 0),
    y: centreOf(y + pitch * box.top, step, 0),
    step,
    side,
    width,
    height,
    means,
    inside,
    hot,
  };
}

/** What of a box lies beside a region: left of it with what is above and below, and right of it. */
function margin(
  /** @type {Pixels} */ { width, height },
  /** @type {Spans} */ { top, bottom, from, to },
  /** @type {Box} */ box,
) {
  const left = Math.max(0, box.left);
  const right = Math.min(width, box.left + box.width * box.side);
  const first = Math.max(0, box.top);
  const rows = Math.max(0, Math.min(height, box.top + box.height * box.side) - first);
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
