/** The land's outline, on a map that repeats every 360 degrees. */

const FILE = "/lib/world-atlas/land-50m.json";
const FULL_TURN = 360; // degrees

/**
 * @typedef {import("geojson").Position[]} Ring longitudes and latitudes in degrees, without jumps: across the date
 *   line it continues beyond 180
 */

/** @type {Promise<Land | null> | null} */
let fetched = null;

/** Return the land, fetched once for all maps of the page; null where there is none. */
export function fetchLand() {
  fetched ??= fetchFile();
  return fetched;
}

async function fetchFile() {
  try {
    const [answer] = await Promise.all([fetch(FILE), import("/lib/topojson-client/topojson-client.min.js")]);
    if (!answer.ok) {
      return null;
    }
    const { topojson } = /** @type {any} */ (globalThis); // the library's file sets a global name
    const topology = await answer.json();
    return new Land(ringsOf(topojson.feature(topology, topology.objects.land)));
  } catch {
    fetched = null; // the next map tries again
    return null;
  }
}

export class Land {
  #path = new Path2D(); // in degrees
  #reach; // degrees to both sides of longitude 0

  /** @param {Ring[]} rings */
  constructor(rings) {
    this.#reach = reachOf(rings);
    for (const ring of rings) {
      ring.forEach(([lon, lat], index) => (index === 0 ? this.#path.moveTo(lon, lat) : this.#path.lineTo(lon, lat)));
      this.#path.closePath();
    }
  }

  /**
   * Return the outline in pixels, as often as it repeats on the map; to be filled by the "evenodd" rule.
   * One path, as the edges of two would show where they meet.
   * @param {import("./globe.js").Globe} globe
   */
  pathOn(globe) {
    const path = new Path2D();
    for (const { x, y } of globe.pixelsOf({ lat: 0, lon: 0 }, this.#reach)) {
      path.addPath(this.#path, new DOMMatrix([globe.scale.x, 0, 0, -globe.scale.y, x, y]));
    }
    return path;
  }
}

/** Return the largest distance of rings from longitude 0, degrees. @param {Ring[]} rings */
export function reachOf(rings) {
  return rings.flat().reduce((reach, [lon]) => Math.max(reach, Math.abs(lon)), 0);
}

/**
 * Return the rings of all polygons.
 * @param {import("geojson").FeatureCollection<import("geojson").MultiPolygon>} land
 * @returns {Ring[]}
 */
export function ringsOf(land) {
  return land.features.flatMap(({ geometry }) => geometry.coordinates.flat().map(unroll));
}

/** Removes the jumps at the date line, and moves the middle to within 180 degrees. @param {Ring} points */
function unroll(points) {
  let before = points[0][0];
  const ring = points.map(([lon, lat]) => {
    before = lon + FULL_TURN * Math.round((before - lon) / FULL_TURN);
    return [before, lat];
  });
  const first = ring[0];
  const last = ring[ring.length - 1];
  if (Math.abs(last[0] - first[0]) > FULL_TURN / 2) {
    // It surrounds a pole, as Antarctica does: on the map it extends to the edge.
    const pole = first[1] < 0 ? -90 : 90;
    ring.push([last[0], pole], [first[0], pole]);
  }
  const middle = ring.reduce((sum, [lon]) => sum + lon, 0) / ring.length;
  const turns = FULL_TURN * Math.round(middle / FULL_TURN);
  return ring.map(([lon, lat]) => [lon - turns, lat]);
}
