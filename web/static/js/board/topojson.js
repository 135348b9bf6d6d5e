/**
 * The outline of the land as polygons on a map that goes round the earth without an end. Pure.
 * The file is TopoJSON (https://github.com/topojson/topojson-specification): rings are made of arcs that
 * neighbours share, and an arc's points are whole steps from one to the next.
 */

const ROUND = 360; // degrees

/**
 * @typedef {[number, number]} Point longitude and latitude, degrees
 * @typedef {Point[]} Ring without jumps: where it passes the date line it goes on beyond 180
 * @typedef {{west: number, east: number, south: number, north: number}} Box degrees; its sides may be beyond 180
 */

/** @param {any} topology @param {string} name of the object in it @returns {Ring[]} */
export function ringsOf(topology, name) {
  const arcs = topology.arcs.map((arc) => pointsOf(arc, topology.transform));
  return polygons(topology.objects[name]).map((numbers) => smooth(joined(numbers, arcs)));
}

/**
 * What of them is seen, as often as it is. Cut off at the box' sides, as canvases err far outside of theirs.
 * @param {Ring[]} rings
 * @param {Box} box
 * @returns {Ring[]}
 */
export function inSight(rings, box) {
  return rings.flatMap((ring) => {
    const { west, east, south, north } = boxOf(ring);
    if (south > box.north || north < box.south) {
      return [];
    }
    const first = Math.ceil((box.west - east) / ROUND);
    const last = Math.floor((box.east - west) / ROUND);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
      const by = (first + index) * ROUND;
      const moved = ring.map(([lon, lat]) => /** @type {Point} */ ([lon + by, lat]));
      const isWhole = west + by >= box.west && east + by <= box.east && south >= box.south && north <= box.north;
      return isWhole ? moved : cut(moved, box);
    }).filter((part) => part.length > 2);
  });
}

/** @returns {number[][]} of each ring its arcs' numbers */
function polygons(geometry) {
  const { type, arcs, geometries } = geometry;
  return { GeometryCollection: () => geometries.flatMap(polygons), MultiPolygon: () => arcs.flat(), Polygon: () => arcs }[type]?.() ?? [];
}

function pointsOf(arc, { scale, translate }) {
  let [x, y] = [0, 0];
  return arc.map(([dx, dy]) => {
    x += dx;
    y += dy;
    return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
  });
}

/** Each arc begins where the one before it ends; ~n is arc n backwards. */
function joined(numbers, arcs) {
  return numbers.flatMap((number) => (number < 0 ? arcs[~number].toReversed() : arcs[number]).slice(1));
}

/** @param {Point[]} points @returns {Ring} */
function smooth(points) {
  let before = points[0][0];
  const ring = points.map(([lon, lat]) => {
    before = lon + ROUND * Math.round((before - lon) / ROUND);
    return /** @type {Point} */ ([before, lat]);
  });
  const [first, last] = [ring[0], ring.at(-1)];
  if (Math.abs(last[0] - first[0]) > ROUND / 2) {
    // Round a pole, as Antarctica is: on the map its edge belongs to it.
    const whole = first[0] + ROUND * Math.sign(last[0] - first[0]);
    const pole = first[1] < 0 ? -90 : 90;
    ring.push([whole, first[1]], [whole, pole], [first[0], pole]);
  }
  return ring;
}

/** @type {WeakMap<Ring, Box>} */
const boxes = new WeakMap();

function boxOf(ring) {
  let box = boxes.get(ring);
  if (!box) {
    box = { west: Infinity, east: -Infinity, south: Infinity, north: -Infinity };
    for (const [lon, lat] of ring) {
      box.west = Math.min(box.west, lon);
      box.east = Math.max(box.east, lon);
      box.south = Math.min(box.south, lat);
      box.north = Math.max(box.north, lat);
    }
    boxes.set(ring, box);
  }
  return box;
}

/** By one side after the other, as Sutherland and Hodgman do. */
function cut(ring, { west, east, south, north }) {
  const sides = [[0, west, 1], [0, east, -1], [1, south, 1], [1, north, -1]];
  return sides.reduce((left, [axis, at, sign]) => {
    const isInside = (point) => sign * (point[axis] - at) >= 0;
    return left.flatMap((point, index) => {
      const before = left.at(index - 1);
      if (isInside(point) === isInside(before)) {
        return isInside(point) ? [point] : [];
      }
      const share = (at - before[axis]) / (point[axis] - before[axis]);
      const crossing = before.map((from, of) => from + share * (point[of] - from));
      crossing[axis] = at;
      return isInside(point) ? [crossing, point] : [crossing];
    });
  }, ring);
}
