/** A card's rows as a CSV file. Pure. */

import { quoted } from "../lib/csv.js";
import { seriesCount, seriesNames } from "./line-columns.js";

const HEADS = {
  text: ["t", "line"],
  map: ["lat", "lon", "name"],
  bubble: ["x", "y", "r"],
  scatter: ["x", "y", "r"],
};
const X = { time: "t", number: "x", label: "label" };

/**
 * Times are Unix seconds as they came; what is missing is empty; a row that was missed is no line.
 * @param {import("./card-views.js").Shown} shown
 * @returns {string} empty where the rows are no table
 */
export function cardCsv({ about, list }) {
  if (about.type === "custom") {
    return "";
  }
  const rows = list.filter((row) => row !== undefined);
  const isShares = ["pie", "doughnut", "radar", "polarArea"].includes(about.type);
  const count = seriesCount(list, isShares ? ["value"] : about.series);
  const head = HEADS[about.type] ?? [X[about.axis] ?? "x", ...(isShares ? ["value"] : seriesNames(about.series, count))];
  return [head, ...rows].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

function cell(value) {
  return typeof value === "number" ? value : quoted(String(value ?? ""));
}
