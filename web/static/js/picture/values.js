/** Colours the camera's values: every pixel by `colourPosition` and the colour map. */

import { colourPosition } from "./transfer.js";

/**
 * How many steps the range is divided into. Even where log and sqrt are steepest, at the low end, a step spans
 * less than a colour; and 16 bits have as many values.
 */
const STEPS = 65536;

/**
 * @typedef {import("./pixels.js").Pixels} Pixels
 *
 * @typedef {object} Marks
 * @property {number} saturated the camera value from which on a pixel is saturated; infinity: none is
 * @property {number[]} saturatedColour red, green and blue, 0 to 255
 * @property {number[]} badColour of NaN and infinity; without marks NaN has the lowest value's colour
 *
 * @typedef {object} Colouring
 * @property {{low: number, high: number}} range the first and the last colour's camera value
 * @property {string} scale one of SCALES
 * @property {Uint8Array} colours of `colormap`
 * @property {Marks | null} [marks]
 */

/**
 * Paint the pixels. The colours of integers of up to 16 bits are exact; others may be off by one of the 256.
 * @param {Pixels} pixels
 * @param {Colouring} look
 * @param {Uint32Array} target one number a pixel: red in the lowest byte, green, blue, opaque
 */
export function paintValues(pixels, look, target) {
  const { data } = pixels;
  if (data.BYTES_PER_ELEMENT <= 2) {
    const isSigned = data instanceof Int8Array || data instanceof Int16Array;
    paintCodes(pixels, isSigned ? -STEPS / 2 : 0, look, target);
  } else {
    paintNumbers(pixels, look, target);
  }
}

/**
 * @param {Pixels} pixels integers
 * @param {number} minCode the lowest one that their type has
 * @param {Colouring} look
 * @param {Uint32Array} target
 */
function paintCodes({ data, offset, scale }, minCode, look, target) {
  const table = colourTable((index) => offset + scale * (index + minCode), look);
  if (look.marks) {
    const saturated = Math.ceil((look.marks.saturated - offset) / scale - minCode);
    table.fill(packed(look.marks.saturatedColour), Math.max(0, saturated));
  }
  for (let index = 0; index < data.length; index += 1) {
    target[index] = table[data[index] - minCode];
  }
}

/** @param {Pixels} pixels @param {Colouring} look @param {Uint32Array} target */
function paintNumbers(pixels, look, target) {
  const { data, offset, scale } = pixels;
  const { low, high } = look.range;
  const step = (high - low) / STEPS;
  const inside = colourTable((index) => low + index * step, look);
  const table = new Uint32Array(STEPS + 2); // the first for lower values and NaN, the last for higher ones
  table[0] = packed(look.colours.subarray(0, 3));
  table.set(inside, 1);
  table[STEPS + 1] = packed(look.colours.subarray(3 * 255));
  const first = (low - offset) / scale;
  const perNumber = high > low ? scale / step : Infinity;
  for (let index = 0; index < data.length; index += 1) {
    const place = (data[index] - first) * perNumber + 1;
    target[index] = table[Math.max(0, Math.min(STEPS + 1, place)) | 0];
  }
  if (look.marks) {
    markPixels(pixels, look.marks, target);
  }
}

/** Mark saturated and bad pixels. @param {Pixels} pixels @param {Marks} marks @param {Uint32Array} target */
export function markPixels({ data, offset, scale }, marks, target) {
  const saturated = (marks.saturated - offset) / scale;
  const bright = packed(marks.saturatedColour);
  const bad = packed(marks.badColour);
  for (let index = 0; index < data.length; index += 1) {
    const number = data[index];
    if (number - number !== 0) {
      target[index] = bad;
    } else if (number >= saturated) {
      target[index] = bright;
    }
  }
}

/**
 * Return the colours of values that rise with their index.
 * @param {(index: number) => number} valueOf
 * @param {Colouring} look
 * @returns {Uint32Array} STEPS of them
 */
function colourTable(valueOf, { range: { low, high }, scale, colours }) {
  const levelOf = (/** @type {number} */ index) =>
    Math.round(255 * colourPosition(valueOf(index), low, high, scale));
  const table = new Uint32Array(STEPS);
  for (let from = 0, end; from < STEPS; from = end) {
    const level = levelOf(from);
    end = runEnd(from, (index) => levelOf(index) === level);
    table.fill(packed(colours.subarray(3 * level, 3 * level + 3)), from, end);
  }
  return table;
}

/**
 * Return the first index after `from` that does not match.
 * @param {number} from matches, and so do those that follow up to the one that is sought
 * @param {(index: number) => boolean} matches
 */
function runEnd(from, matches) {
  let inside = from;
  let outside = STEPS;
  while (outside - inside > 1) {
    const middle = (inside + outside) >> 1;
    if (matches(middle)) {
      inside = middle;
    } else {
      outside = middle;
    }
  }
  return outside;
}

/** @param {Iterable<number>} colour */
function packed([red, green, blue]) {
  return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
}
