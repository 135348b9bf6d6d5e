/** Positions of camera pixels in physical units, if the stream has axes or a pixel size for them. Pure. */

import { PIXEL_AXIS } from "../lib/calibration.js";
import { BadEnvelope, readArray } from "../stream/envelope.js";

/** @typedef {import("../lib/calibration.js").Axis} Axis */

/**
 * Read the axes from the arrays `x_axis` and `y_axis`, as cam_server names them, each as long as its side of the
 * picture; or else from the numbers `x_pixel_size` and `y_pixel_size`, as NeXus names them, or `pixel_size` for both.
 * @param {import("../stream/envelope.js").Frame | null} frame
 * @param {Record<string, any> | null} schema for the units
 * @param {import("../stream/rendition.js").Size | null} camera
 * @returns {{x: Axis, y: Axis}}
 */
export function readCalibration(frame, schema, camera) {
  if (!frame) {
    return { x: PIXEL_AXIS, y: PIXEL_AXIS };
  }
  const axis = (/** @type {string} */ name, /** @type {number | undefined} */ side) => {
    const found = Object.entries(frame.header.values ?? {}).find(
      ([channel, value]) => value?.shape?.length === 1 && value.shape[0] === side && isNamed(channel, name),
    );
    return found ? evenAxis(found[1], frame.body, unitOf(found[0], schema)) : null;
  };
  const ofSize = (/** @type {string} */ name) => sizeAxis(frame, schema, name) ?? sizeAxis(frame, schema, "pixel_size");
  return {
    x: axis("x_axis", camera?.width) ?? ofSize("x_pixel_size") ?? PIXEL_AXIS,
    y: axis("y_axis", camera?.height) ?? ofSize("y_pixel_size") ?? PIXEL_AXIS,
  };
}

/**
 * @param {import("../stream/envelope.js").Frame} frame
 * @param {Record<string, any> | null} schema
 * @param {string} name
 * @returns {Axis | null} null: the stream has no such number above 0
 */
function sizeAxis({ header }, schema, name) {
  const [channel, step] = Object.entries(header.values ?? {}).find(([one]) => isNamed(one, name)) ?? [];
  return channel && Number.isFinite(step) && step > 0 ? { first: 0, step, unit: unitOf(channel, schema) } : null;
}

/**
 * Whether a channel has a name, perhaps after a prefix: "SARFE10-PSRD082:x_axis".
 * @param {string} channel
 * @param {string} name
 */
function isNamed(channel, name) {
  return channel === name || channel.endsWith(`:${name}`);
}

/**
 * @param {import("../stream/envelope.js").Place} place
 * @param {import("../stream/envelope.js").Frame["body"]} body
 * @param {string} unit
 * @returns {Axis | null} null: unreadable, or the steps are unequal
 */
function evenAxis(place, body, unit) {
  let numbers;
  try {
    numbers = readArray(place, body);
  } catch (error) {
    if (error instanceof BadEnvelope) {
      return null;
    }
    throw error;
  }
  const [first, last] = [Number(numbers[0]), Number(numbers[numbers.length - 1])];
  const step = (last - first) / (numbers.length - 1);
  const middle = numbers.length >> 1;
  const fits = Math.abs(Number(numbers[middle]) - first - middle * step) <= 0.01 * Math.abs(step);
  return Number.isFinite(step) && step !== 0 && fits ? { first, step, unit } : null;
}

/** @param {string} channel @param {Record<string, any> | null} schema */
function unitOf(channel, schema) {
  const channels = /** @type {any[]} */ (Array.isArray(schema?.channels) ? schema.channels : []);
  const { unit } = channels.find((one) => one?.name === channel) ?? {};
  return typeof unit === "string" ? unit.slice(0, 16) : "";
}
