/** Cuts pictures along lines: JSON of a picture and its lines from standard input, JSON of the cuts to standard output. */

import { readFileSync } from "node:fs";

import { lineCut } from "../../../web/static/js/analysis/line-cut.js";

const { data, lines, ...place } = JSON.parse(readFileSync(0, "utf-8"));
const pixels = { ...place, data: Float64Array.from(data, (value) => value ?? NaN) };
const cuts = lines.map((line) => {
  const cut = lineCut(pixels, line);
  return cut && { ...cut, distances: [...cut.distances], values: [...cut.values] };
});
process.stdout.write(JSON.stringify(cuts));
