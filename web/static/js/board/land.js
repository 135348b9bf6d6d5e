/** Fetches the land's outline, once for all maps of a page, and only where there is one. */

import { ringsOf } from "./topojson.js";

const FILE = "/lib/world-atlas/land-50m.json";

/** @type {Promise<import("./topojson.js").Ring[]> | null} */
let asked = null;

/** @returns {Promise<import("./topojson.js").Ring[]>} empty where it cannot be had: the grid alone will do */
export function land() {
  asked ??= fetchLand();
  return asked;
}

async function fetchLand() {
  try {
    const answer = await fetch(FILE);
    return answer.ok ? ringsOf(await answer.json(), "land") : [];
  } catch {
    asked = null; // the next map asks again
    return [];
  }
}
