/**
 * Checks the configuration of a custom card, as ingest/push/custom.py does when it is pushed: Redis may
 * still have one from an older version, and some would keep Chart.js in a loop for hours. Pure.
 */

import { GROUPS, LIMITS } from "./custom-options.js";

/** @typedef {Record<string, any>} Options */

const FORBIDDEN_NAMES = new Set(["__proto__", "constructor", "prototype"]);

/** The message names the option and what is wrong with it. */
export class BadOption extends Error {}

/** Throws BadOption where a configuration breaks a rule. @param {any} configuration */
export function checkConfiguration(configuration) {
  if (!isObject(configuration) || typeof configuration.type !== "string") {
    throw new BadOption("type must be a string such as bar or line");
  }
  checkGroup(configuration, GROUPS.configuration, "");
  const datasets = configuration.data?.datasets ?? [];
  if (datasets.includes(null)) {
    throw new BadOption("data.datasets must be a list of objects");
  }
  const counts = datasets.map((/** @type {Options} */ { data }) => Object.keys(data ?? []).length);
  const points = counts.reduce((/** @type {number} */ sum, /** @type {number} */ count) => sum + count, 0);
  if (points > LIMITS.points) {
    throw new BadOption(`data has ${points} points, at most ${LIMITS.points} in all datasets together`);
  }
}

/** @param {Options} value @param {Record<string, string>} group @param {string} path */
function checkGroup(value, group, path) {
  const names = Object.keys(value);
  if ("*" in group && names.length > LIMITS.names) {
    throw new BadOption(`${path} has ${names.length} entries, at most ${LIMITS.names}`);
  }
  for (const name of names) {
    const rule = Object.hasOwn(group, name) ? group[name] : group["*"];
    const inPath = `${path && `${path}.`}${name.slice(0, 40)}`;
    if (rule === undefined || FORBIDDEN_NAMES.has(name)) {
      throw new BadOption(`${inPath} is not an option of a custom card`);
    }
    const part = value[name];
    if (part !== null && !rule.split("|").some((kind) => allows(kind, part, inPath))) {
      throw new BadOption(`${inPath} is ${shorten(part)}, which a custom card does not accept`);
    }
  }
}

/** @param {string} kind @param {any} value @param {string} path @returns {boolean} */
function allows(kind, value, path) {
  if (kind.endsWith("]")) {
    const [inner, max] = kind.slice(0, -1).split("[");
    if (Array.isArray(value) && value.length > Number(max)) {
      throw new BadOption(`${path} has ${value.length} entries, at most ${max}`);
    }
    const isAllowed = (/** @type {any} */ each, /** @type {number} */ index) =>
      each === null || allows(inner, each, `${path}[${index}]`);
    return Array.isArray(value) && value.every(isAllowed);
  }
  if (kind.startsWith("@")) {
    if (isObject(value)) {
      checkGroup(value, GROUPS[/** @type {keyof typeof GROUPS} */ (kind.slice(1))], path);
    }
    return isObject(value);
  }
  const [name, ...args] = kind.split(" ");
  switch (name) {
    case "number":
      return isNumber(value, Number(args[0]), Number(args[1]));
    case "flag":
      return typeof value === "boolean";
    case "text":
      return typeof value === "string" && value.length <= LIMITS.text;
    case "choice":
      return args.includes(value);
    case "value":
      return isValue(value);
    case "label":
      return [value].flat().length <= LIMITS.lines && [value].flat().every(isValue);
    case "data":
      return (
        value !== null && typeof value === "object" && Object.keys(value).length <= LIMITS.points &&
        Object.values(value).every(isPoint)
      );
  }
  return true;
}

/** @param {unknown} value @param {number} low @param {number} high */
function isNumber(value, low, high) {
  return typeof value === "number" && low <= value && value <= high;
}

/** @param {unknown} value */
function isValue(value) {
  return allows("text", value, "") || isNumber(value, -LIMITS.number, LIMITS.number);
}

/** @param {any} point */
function isPoint(point) {
  if (point === null || typeof point !== "object") {
    return point === null || isValue(point);
  }
  const isRadius = Array.isArray(point) || (point.r ?? null) === null || isNumber(point.r, 0, LIMITS.radiusPx);
  const names = Object.keys(point);
  const parts = Object.values(point);
  return (
    isRadius && !names.some((name) => FORBIDDEN_NAMES.has(name)) && parts.length <= LIMITS.parts &&
    parts.every((part) => part === null || isValue(part))
  );
}

/** @param {unknown} value */
function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** @param {unknown} value */
function shorten(value) {
  return typeof value === "object" ? "a list or an object that is not allowed" : JSON.stringify(value).slice(0, 60);
}
