/** A card's rows as a CSV file. Pure. */

import { csvField } from "../lib/csv.js";
import { seriesCount, seriesNames } from "./line-columns.js";

/** @type {Record<string, string[]>} */
const HEADS = {
  text: ["t", "line"],
  map: ["lat", "lon", "name"],
  bubble: ["x", "y", "r"],
  scatter: ["x", "y", "r"],
};
/** @type {Record<string, string>} */
const X_NAMES = { time: "t", number: "x", label: "label" };

/**
 * Return the file's text. Times are Unix seconds as they were pushed; missing values are empty; rows that
 * were missed have no line.
 * @param {import("./card-views.js").Content} content
 * @returns {string} empty for custom cards, whose rows are no table
 */
export function cardCsv({ about, list }) {
  if (about.type === "custom") {
    return "";
  }
  const rows = list.filter((row) => row !== undefined);
  const hasOneSeries = ["pie", "doughnut", "radar", "polarArea"].includes(about.type);
  const names = hasOneSeries ? ["value"] : seriesNames(about.series, seriesCount(list, about.series));
  const head = HEADS[about.type] ?? [X_NAMES[about.axis] ?? "x", ...names];
  return [head, ...rows].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

/** @param {unknown} value */
function cell(value) {
  return typeof value === "number" ? value : csvField(String(value ?? ""));
}
