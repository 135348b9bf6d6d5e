/**
 * What a viewer set that changes what is seen, in words: shown at the picture, so that no turned picture, no log
 * scale and no mean is taken for the camera's own. Pure.
 */

import { formatCount } from "../lib/format.js";

/**
 * @typedef {object} View
 * @property {number} turns quarter turns clockwise
 * @property {boolean} mirrored
 * @property {boolean} isFit whether the whole picture is shown
 * @property {string} scale
 * @property {boolean} inverted
 * @property {boolean} isAuto whether the range follows the picture
 * @property {number} frames how many are averaged; 1: none
 * @property {"none" | "collecting" | "ready" | "mismatch"} background
 * @property {number} masked bad pixels that are left out
 * @property {ReadonlySet<string>} remembered settings that come from this browser's memory, not from the address
 *
 * @typedef {object} SettingChip
 * @property {"processing" | "view" | "positions"} key what its Reset resets
 * @property {string} text
 */

/** @type {Record<string, string>} */
const SCALE_NAMES = { log: "log scale", sqrt: "root scale" };

/** @param {View} view @returns {SettingChip[]} */
export function settingChips(view) {
  /** @type {SettingChip[]} */
  const chips = [];
  const processing = processingSummary(view);
  if (processing) {
    chips.push({ key: "processing", text: processing });
  }
  const isViewRemembered = view.remembered.has("view");
  const isLookRemembered = view.remembered.has("look");
  const orientation = [view.turns ? `turned ${90 * view.turns}°` : "", view.mirrored ? "mirrored" : ""];
  const part = isViewRemembered && !view.isFit ? "part of the picture" : "";
  const look = isLookRemembered
    ? [SCALE_NAMES[view.scale] ?? "", view.inverted ? "inverted" : "", view.isAuto ? "" : "fixed range"]
    : [];
  const parts = [...orientation, part, ...look].filter(Boolean);
  if (parts.length) {
    const isRemembered = isViewRemembered || look.some(Boolean);
    chips.push({ key: "view", text: capitalised([...parts, ...(isRemembered ? ["remembered"] : [])].join(" · ")) });
  }
  const own = [view.remembered.has("pixel") ? "own pixel size" : "", view.remembered.has("marker") ? "marker" : ""];
  if (own.some(Boolean)) {
    chips.push({ key: "positions", text: capitalised([...own.filter(Boolean), "remembered"].join(" · ")) });
  }
  return chips;
}

/**
 * Return what was done to the values that are shown; empty: nothing.
 * @param {Pick<View, "frames" | "background">} view
 */
export function processingText({ frames, background }) {
  const mean = frames > 1 ? `Mean of ${frames}` : "";
  if (background !== "ready") {
    return mean;
  }
  return mean ? `${mean} − background` : "Background subtracted";
}

/**
 * Return all that was done to the values that are shown; empty: nothing.
 * @param {Pick<View, "frames" | "background" | "masked">} view
 */
export function processingSummary(view) {
  return [processingText(view), maskText(view.masked)].filter(Boolean).join(" · ");
}

/**
 * Return what the values that are shown are, for the caption; empty: the camera's own.
 * @param {Pick<View, "frames" | "background" | "masked">} view
 */
export function valuesText(view) {
  return processingText(view) || (view.masked ? "Masked data" : "");
}

/** @param {number} masked */
function maskText(masked) {
  return masked ? `${formatCount(masked)} px masked` : "";
}

/** @param {string} text */
function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
