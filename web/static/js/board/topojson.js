/**
 * The land's outline as polygons on a map that repeats every 360 degrees. Pure.
 * The file is TopoJSON (https://github.com/topojson/topojson-specification): rings consist of arcs that
 * neighbours share, and an arc's points are integer steps from one to the next.
 */

const FULL_TURN = 360; // degrees

/**
 * @typedef {[number, number]} Point longitude and latitude, degrees
 * @typedef {Point[]} Ring without jumps: across the date line it continues beyond 180
 * @typedef {{west: number, east: number, south: number, north: number}} Box degrees; west and east may be beyond 180
 *
 * @typedef {{type: "GeometryCollection", geometries: Geometry[]} | {type: "MultiPolygon", arcs: number[][][]}
 *   | {type: "Polygon", arcs: number[][]} | {type: "Point" | "LineString"}} Geometry
 * @typedef {{scale: Point, translate: Point}} Transform
 * @typedef {{arcs: Point[][], transform: Transform, objects: Record<string, Geometry>}} Topology
 */

/**
 * Return the rings of all polygons of an object.
 * @param {Topology} topology
 * @param {string} name
 * @returns {Ring[]}
 */
export function polygonsOf(topology, name) {
  const arcs = topology.arcs.map((arc) => decode(arc, topology.transform));
  return arcNumbers(topology.objects[name]).map((numbers) => unroll(join(numbers, arcs)));
}

/**
 * Return the parts of rings inside a box, as often as they repeat there. They are cut at the box's sides,
 * as canvases draw wrongly far outside their own.
 * @param {Ring[]} rings
 * @param {Box} box
 * @returns {Ring[]}
 */
export function visibleParts(rings, box) {
  return rings.flatMap((ring) => {
    const { west, east, south, north } = boundsOf(ring);
    if (south > box.north || north < box.south) {
      return [];
    }
    const first = Math.ceil((box.west - east) / FULL_TURN);
    const last = Math.floor((box.east - west) / FULL_TURN);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
      const by = (first + index) * FULL_TURN;
      const moved = ring.map(([lon, lat]) => /** @type {Point} */ ([lon + by, lat]));
      const isInside = west + by >= box.west && east + by <= box.east && south >= box.south && north <= box.north;
      return isInside ? moved : clip(moved, box);
    }).filter((part) => part.length > 2);
  });
}

/** Return the numbers of each ring's arcs. @param {Geometry} geometry @returns {number[][]} */
function arcNumbers(geometry) {
  switch (geometry.type) {
    case "GeometryCollection":
      return geometry.geometries.flatMap(arcNumbers);
    case "MultiPolygon":
      return geometry.arcs.flat();
    case "Polygon":
      return geometry.arcs;
    default:
      return [];
  }
}

/** @param {Point[]} arc @param {Transform} transform @returns {Point[]} */
function decode(arc, { scale, translate }) {
  let [x, y] = [0, 0];
  return arc.map(([dx, dy]) => {
    x += dx;
    y += dy;
    return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
  });
}

/**
 * Each arc begins where the one before it ends; ~n is arc n backwards.
 * @param {number[]} numbers
 * @param {Point[][]} arcs
 */
function join(numbers, arcs) {
  return numbers.flatMap((number) => (number < 0 ? arcs[~number].toReversed() : arcs[number]).slice(1));
}

/** Removes the jumps at the date line. @param {Point[]} points @returns {Ring} */
function unroll(points) {
  let before = points[0][0];
  const ring = points.map(([lon, lat]) => {
    before = lon + FULL_TURN * Math.round((before - lon) / FULL_TURN);
    return /** @type {Point} */ ([before, lat]);
  });
  const first = ring[0];
  const last = ring[ring.length - 1];
  if (Math.abs(last[0] - first[0]) > FULL_TURN / 2) {
    // It surrounds a pole, as Antarctica does: on the map it extends to the edge.
    const end = first[0] + FULL_TURN * Math.sign(last[0] - first[0]);
    const pole = first[1] < 0 ? -90 : 90;
    ring.push([end, first[1]], [end, pole], [first[0], pole]);
  }
  return ring;
}

/** @type {WeakMap<Ring, Box>} */
const bounds = new WeakMap();

/** @param {Ring} ring @returns {Box} */
function boundsOf(ring) {
  let box = bounds.get(ring);
  if (!box) {
    box = { west: Infinity, east: -Infinity, south: Infinity, north: -Infinity };
    for (const [lon, lat] of ring) {
      box.west = Math.min(box.west, lon);
      box.east = Math.max(box.east, lon);
      box.south = Math.min(box.south, lat);
      box.north = Math.max(box.north, lat);
    }
    bounds.set(ring, box);
  }
  return box;
}

/**
 * Cuts a ring at one side of a box after the other (Sutherland–Hodgman).
 * @param {Ring} ring
 * @param {Box} box
 */
function clip(ring, { west, east, south, north }) {
  /** @type {[axis: 0 | 1, limit: number, sign: 1 | -1][]} */
  const sides = [[0, west, 1], [0, east, -1], [1, south, 1], [1, north, -1]];
  return sides.reduce((rest, [axis, limit, sign]) => {
    const isInside = (/** @type {Point} */ point) => sign * (point[axis] - limit) >= 0;
    let before = rest[rest.length - 1];
    /** @type {Ring} */
    const clipped = [];
    for (const point of rest) {
      if (isInside(point) !== isInside(before)) {
        const share = (limit - before[axis]) / (point[axis] - before[axis]);
        /** @type {Point} */
        const crossing = [before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])];
        crossing[axis] = limit;
        clipped.push(crossing);
      }
      if (isInside(point)) {
        clipped.push(point);
      }
      before = point;
    }
    return clipped;
  }, ring);
}
