/** Where a camera pixel lies in the camera's own unit, if the stream says so. Pure. */

import { BadEnvelope, readArray } from "../stream/envelope.js";

/**
 * @typedef {object} Axis the middle of pixel n is at `first` + n × `step`
 * @property {number} first @property {number} step
 * @property {string} unit "px" where the stream gives no axis, "" where it gives one without a unit
 */

const PIXELS = { first: 0, step: 1, unit: "px" };

/**
 * From the arrays `x_axis` and `y_axis`, as cam_server names them, each as long as its side of the picture.
 * @param {import("../stream/envelope.js").Frame | null} frame
 * @param {Record<string, any> | null} schema for the units
 * @param {import("../stream/rendition.js").Size | null} camera
 * @returns {{x: Axis, y: Axis}}
 */
export function readCalibration(frame, schema, camera) {
  const axis = (/** @type {string} */ name, /** @type {number | undefined} */ side) => {
    const found = Object.entries(frame?.header.values ?? {}).find(
      ([channel, value]) => value?.shape?.length === 1 && value.shape[0] === side && ends(channel, name),
    );
    return (found && evenly(found[1], frame.body, unitOf(found[0], schema))) ?? PIXELS;
  };
  return { x: axis("x_axis", camera?.width), y: axis("y_axis", camera?.height) };
}

/** Perhaps after a prefix: "SARFE10-PSRD082:x_axis". */
function ends(channel, name) {
  return channel === name || channel.endsWith(`:${name}`);
}

/** @returns {Axis | null} null: it is no axis whose steps are equal */
function evenly(place, body, unit) {
  let numbers;
  try {
    numbers = readArray(place, body);
  } catch (problem) {
    if (problem instanceof BadEnvelope) {
      return null;
    }
    throw problem;
  }
  const [first, last] = [Number(numbers[0]), Number(numbers[numbers.length - 1])];
  const step = (last - first) / (numbers.length - 1);
  const middle = numbers.length >> 1;
  const fits = Math.abs(Number(numbers[middle]) - first - middle * step) <= 0.01 * Math.abs(step);
  return Number.isFinite(step) && step !== 0 && fits ? { first, step, unit } : null;
}

function unitOf(channel, schema) {
  const channels = Array.isArray(schema?.channels) ? schema.channels : [];
  const { unit } = channels.find((one) => one?.name === channel) ?? {};
  return typeof unit === "string" ? unit.slice(0, 16) : "";
}
