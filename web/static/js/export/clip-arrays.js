/**
 * The arrays of a saved clip; row i of each is frame i.
 *
 * - `pulse_id`, `epoch`, `seq` are int64 (-1: none), `t_source`, `t_received` float64.
 * - `image` (n, h, w) has the pictures. Those of a lossless rendition are the camera's own values, those with
 *   bad pixels or on a logarithmic scale values as float32, NaN where bad;
 *   otherwise they are levels, uint8, and value = image_min + level / 255 * (image_max - image_min), with
 *   these two (n,) float64. `image_place` is x and y of the camera pixel where the first sample
 *   begins, and how many camera pixels a sample covers along each side; `image_channel` is its name.
 * - A number or boolean of the stream is (n,) float64, NaN where a frame has none.
 * - A channel that is text in any frame is text in all, of 1000 characters at most, "" where a frame has none.
 * - An array of the stream is (n, ...shape) in its own type.
 *
 * Where the type, size or place changes, the array continues as `<name>_2`; so does a channel whose name is
 * already used. An array that some frames lack has `<name>_index` beside it: the frames that have it.
 */

import { BadEnvelope, readArray } from "../stream/envelope.js";
import { dtypeOf } from "./npy.js";
import { sampleValues } from "./samples.js";
import { ArrayStacks, stackArrays } from "./array-stacks.js";

const MAX_NAME_CHARACTERS = 200;
const MAX_TEXT_CHARACTERS = 1000;
const LOSSLESS = "tiles";
const NO_INTEGER = -1n;

/**
 * @typedef {import("../stream/envelope.js").Frame} Frame
 * @typedef {import("./npz.js").NamedArray} NamedArray
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 *
 * @typedef {(frame: Frame) => Promise<Pixels | null>} Decode a frame's picture; null: it is unreadable.
 *   Its samples are copied before the next picture is decoded
 *
 * @typedef {object} ImageProperties
 * @property {[x: number, y: number, pitch: number]} place
 * @property {string} channel
 * @property {boolean} isLevels whether the samples are levels, not values
 */

/**
 * @param {Frame[]} frames the newest last
 * @param {Decode} decode
 * @returns {Promise<{arrays: NamedArray[], leftOut: string[]}>} `leftOut`: the channels of which some
 *   array or picture is missing in the file, as it was unreadable or was not sent
 */
export async function clipArrays(frames, decode) {
  const names = new ArrayNames();
  /** @type {Set<string>} */
  const leftOut = new Set();
  const field = (/** @type {string} */ name) => frames.map(({ header }) => header[name]);
  return {
    arrays: [
      ...["pulse_id", "epoch", "seq"].map((name) => integers(names.take(name), field(name))),
      ...["t_source", "t_received"].map((name) => numbers(names.take(name), field(name))),
      ...(await pictures(frames, decode, names, leftOut)),
      ...channels(frames, names, leftOut),
    ],
    leftOut: [...leftOut],
  };
}

/** The names of the arrays in one file: unique, and none is a path. */
export class ArrayNames {
  /** @type {Set<string>} */
  #used = new Set();

  /**
   * @param {string} proposal any text
   * @param {string[]} [suffixes] of the names of the arrays that go with it, which are used too
   * @returns {string} the proposal as a valid name, or where one of these is used `<name>_2`, `<name>_3`, …
   */
  take(proposal, suffixes = []) {
    const valid = [...proposal.toWellFormed()].slice(0, MAX_NAME_CHARACTERS).join("").replace(/[\p{Cc}/\\]/gu, "_");
    const withSuffixes = (/** @type {string} */ name) => ["", ...suffixes].map((suffix) => name + suffix);
    let name = valid;
    for (let number = 2; withSuffixes(name).some((one) => this.#used.has(one)); number += 1) {
      name = `${valid}_${number}`;
    }
    withSuffixes(name).forEach((one) => this.#used.add(one));
    return name;
  }
}

/** @param {Frame[]} frames @param {Decode} decode @param {ArrayNames} names @param {Set<string>} leftOut */
async function pictures(frames, decode, names, leftOut) {
  /** @type {ArrayStacks<ImageProperties>} */
  const stacks = new ArrayStacks();
  for (const [row, frame] of frames.entries()) {
    const { image } = frame.header;
    const channel = typeof image?.channel === "string" ? image.channel : "";
    const pixels = image ? await decode(frame) : null;
    if (pixels) {
      const { x, y, pitch, width, height } = pixels;
      const isLevels = image.format !== LOSSLESS && pixels.data instanceof Uint8Array;
      const values = sampleValues(isLevels ? { ...pixels, offset: 0, scale: 1 } : pixels);
      /** @type {ImageProperties} */
      const properties = { place: [x, y, pitch], channel, isLevels };
      stacks.add(row, dtypeOf(values), [height, width], new Blob([values]), properties);
    } else if (image) {
      leftOut.add(channel);
    }
  }
  return stacks.all.flatMap((stack) => {
    const name = names.take("image", ["_index", "_min", "_max", "_place", "_channel"]);
    const images = stack.rows.map((row) => frames[row].header.image);
    const { place, channel, isLevels } = stack.properties;
    const range = [
      numbers(`${name}_min`, images.map(({ min }) => min)),
      numbers(`${name}_max`, images.map(({ max }) => max)),
    ];
    return [
      ...stackArrays(stack, frames.length, name),
      ...(isLevels ? range : []),
      { name: `${name}_place`, dtype: "int32", shape: [3], chunks: [Int32Array.from(place)] },
      { ...texts(`${name}_channel`, [channel]), shape: [] },
    ];
  });
}

/** @param {Frame[]} frames @param {ArrayNames} names @param {Set<string>} leftOut @returns {NamedArray[]} */
function channels(frames, names, leftOut) {
  /** @type {Map<string, {scalars: unknown[], stacks: ArrayStacks<null>}>} */
  const all = new Map();
  for (const [row, { header, body }] of frames.entries()) {
    for (const [name, value] of Object.entries(header.values ?? {})) {
      const channel = all.get(name) ?? { scalars: Array(frames.length).fill(null), stacks: new ArrayStacks() };
      all.set(name, channel);
      if (value === null || typeof value !== "object") {
        channel.scalars[row] = value;
      } else if (!addTo(channel.stacks, row, value, body)) {
        leftOut.add(name);
      }
    }
  }
  return [...all].flatMap(([name, { scalars, stacks }]) => [
    ...(isColumn(scalars, stacks) ? [column(names.take(name), scalars)] : []),
    ...stacks.all.flatMap((stack) => stackArrays(stack, frames.length, names.take(name, ["_index"]))),
  ]);
}

/**
 * @param {ArrayStacks<null>} stacks
 * @param {number} row
 * @param {any} place as the header has it
 * @param {Frame["body"]} body
 * @returns {boolean} whether there is an array at that place
 */
function addTo(stacks, row, place, body) {
  try {
    stacks.add(row, place.dtype, place.shape, readArray(place, body), null);
    return true;
  } catch (error) {
    if (error instanceof BadEnvelope) {
      return false;
    }
    throw error;
  }
}

/**
 * Nulls alone are a column only if the channel has no arrays.
 * @param {unknown[]} scalars
 * @param {ArrayStacks<null>} stacks
 */
function isColumn(scalars, stacks) {
  return stacks.isEmpty || scalars.some((value) => value !== null);
}

/** @param {string} name @param {unknown[]} values */
function column(name, values) {
  return values.some((value) => typeof value === "string") ? texts(name, values) : numbers(name, values);
}

/** @param {string} name @param {unknown[]} values @returns {NamedArray} */
function numbers(name, values) {
  const chunk = Float64Array.from(values, (value) =>
    typeof value === "number" || typeof value === "boolean" ? Number(value) : NaN,
  );
  return { name, dtype: "float64", shape: [values.length], chunks: [chunk] };
}

/** Integers beyond 2⁵³ arrive as text. @param {string} name @param {any[]} values @returns {NamedArray} */
function integers(name, values) {
  const chunk = BigInt64Array.from(values, (value) =>
    Number.isSafeInteger(value) || (typeof value === "string" && /^-?\d{1,19}$/.test(value))
      ? BigInt(value)
      : NO_INTEGER,
  );
  return { name, dtype: "int64", shape: [values.length], chunks: [chunk] };
}

/** UTF-32, each padded to the longest. @param {string} name @param {unknown[]} values @returns {NamedArray} */
function texts(name, values) {
  const all = values.map((value) => [...String(value ?? "").toWellFormed()].slice(0, MAX_TEXT_CHARACTERS));
  const length = all.reduce((max, letters) => Math.max(max, letters.length), 1);
  const chunk = new Uint32Array(values.length * length);
  all.forEach((letters, row) =>
    letters.forEach((letter, at) => (chunk[row * length + at] = letter.codePointAt(0) ?? 0)),
  );
  return { name, dtype: `<U${length}`, shape: [values.length], chunks: [chunk] };
}
