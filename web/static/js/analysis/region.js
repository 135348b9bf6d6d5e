/** A region of interest: a rectangle or an ellipse in camera pixels, drawn, moved and resized by hand. */

export const MAX_REGIONS = 8;

const LEAST_PX = 1;
const STEP_PX = 1;
const LONG_STEP_PX = 10;
const DECIMALS = 2; // of a link's numbers
const NUMBER = String.raw`(\d{1,6}(?:\.\d{1,6})?)`;
const TEXT = new RegExp(`^(rect|ellipse):${[NUMBER, NUMBER, NUMBER, NUMBER].join(",")}$`);

/**
 * @typedef {object} Region its box in camera coordinates, at least a pixel wide and high
 * @property {"rect" | "ellipse"} kind
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 *
 * @typedef {import("../stream/rendition.js").Size} Size
 * @typedef {{x: number, y: number}} Point
 * @typedef {"nw" | "n" | "ne" | "e" | "se" | "s" | "sw" | "w"} Edge by the compass, north is up in the camera
 * @typedef {Edge | "inside"} Handle
 */

/** @type {Edge[]} */
export const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * A region between two points of the camera.
 * @param {"rect" | "ellipse"} kind
 * @param {Point} from where the drawing began
 * @param {Point} to
 * @param {Size} camera
 * @param {boolean} [isSquare] as wide as high, by the longer way as far as there is room
 * @returns {Region}
 */
export function between(kind, from, to, camera, isSquare = false) {
  const x = clamp(from.x, camera.width);
  const y = clamp(from.y, camera.height);
  const end = isSquare ? squared({ x, y }, to, camera) : to;
  const [left, width] = stretched(x, end.x, camera.width);
  const [top, height] = stretched(y, end.y, camera.height);
  return { kind, x: left, y: top, width, height };
}

/**
 * A region in the middle of what is seen, a third as wide and high, of whole pixels.
 * @param {"rect" | "ellipse"} kind
 * @param {{left: number, top: number, right: number, bottom: number}} seen camera pixels, exclusive
 * @param {Size} camera
 */
export function inMiddle(kind, { left, top, right, bottom }, camera) {
  const at = (/** @type {number} */ thirds) => ({
    x: Math.round(left + (thirds * (right - left)) / 3),
    y: Math.round(top + (thirds * (bottom - top)) / 3),
  });
  return between(kind, at(1), at(2), camera);
}

/** @param {Point} from @param {Point} to @param {Size} camera @returns {Point} */
function squared(from, to, camera) {
  const right = to.x >= from.x;
  const down = to.y >= from.y;
  const roomX = right ? camera.width - from.x : from.x;
  const roomY = down ? camera.height - from.y : from.y;
  const side = Math.min(Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y)), roomX, roomY);
  return { x: from.x + (right ? side : -side), y: from.y + (down ? side : -side) };
}

/**
 * The stretch of a row that lies in a region.
 * @param {Region} region
 * @param {number} y camera coordinate
 * @returns {[from: number, to: number]} exclusive; without length where the row misses the region
 */
export function chord({ kind, x, y: top, width, height }, y) {
  const middle = x + width / 2;
  const away = (2 * (y - top)) / height - 1; // -1 to 1 inside
  if (!(away >= -1 && away < 1)) {
    return [middle, middle];
  }
  const half = (width / 2) * (kind === "ellipse" ? Math.sqrt(1 - away * away) : 1);
  return [middle - half, middle + half];
}

/** @param {Region} region @param {Point} point */
export function contains(region, { x, y }) {
  const [from, to] = chord(region, y);
  return x >= from && x < to;
}

/**
 * Where a handle is: on the corners and the middles of the sides of the region's box.
 * @param {Region} region
 * @param {Edge} handle
 * @returns {Point}
 */
export function handlePoint({ x, y, width, height }, handle) {
  const across = handle.includes("w") ? 0 : handle.includes("e") ? 1 : 0.5;
  const down = handle.includes("n") ? 0 : handle.includes("s") ? 1 : 0.5;
  return { x: x + across * width, y: y + down * height };
}

/**
 * A region moved or resized by hand. It may be dragged through itself, and stays in the camera.
 * @param {Region} region as it was when the drag began
 * @param {Handle} handle
 * @param {number} dx camera pixels since then
 * @param {number} dy
 * @param {Size} camera
 * @returns {Region}
 */
export function dragged(region, handle, dx, dy, camera) {
  if (handle === "inside") {
    return held({ ...region, x: region.x + dx, y: region.y + dy }, camera);
  }
  const { x, y, width, height } = region;
  const moved = { ...region };
  if (handle.includes("w")) {
    [moved.x, moved.width] = stretched(x + width, x + dx, camera.width);
  } else if (handle.includes("e")) {
    [moved.x, moved.width] = stretched(x, x + width + dx, camera.width);
  }
  if (handle.includes("n")) {
    [moved.y, moved.height] = stretched(y + height, y + dy, camera.height);
  } else if (handle.includes("s")) {
    [moved.y, moved.height] = stretched(y, y + height + dy, camera.height);
  }
  return moved;
}

/**
 * A region moved by an arrow key, or with Ctrl resized at its right and lower side; with Shift in larger
 * steps. Alt is left to the browsers, for which Alt and an arrow is a page back or forward.
 * @param {Region} region
 * @param {{key: string, shiftKey: boolean, ctrlKey: boolean, altKey: boolean, metaKey: boolean}} event
 * @param {Size} camera
 * @returns {Region | null} null: the key is not for regions
 */
export function nudged(region, { key, shiftKey, ctrlKey, altKey, metaKey }, camera) {
  if (altKey || metaKey || !Object.hasOwn(ARROWS, key)) {
    return null;
  }
  const step = shiftKey ? LONG_STEP_PX : STEP_PX;
  const [dx, dy] = ARROWS[key].map((direction) => direction * step);
  if (!ctrlKey) {
    return dragged(region, "inside", dx, dy, camera);
  }
  const width = Math.max(LEAST_PX, Math.min(region.width + dx, camera.width - region.x));
  const height = Math.max(LEAST_PX, Math.min(region.height + dy, camera.height - region.y));
  return { ...region, width, height };
}

/**
 * What of a region lies in a picture; of an ellipse, the ellipse in what of its box does.
 * @param {Region} region
 * @param {Size} camera
 * @returns {Region | null} null: nothing
 */
export function within(region, camera) {
  if (region.x >= camera.width || region.y >= camera.height) {
    return null;
  }
  const x = Math.min(region.x, camera.width - LEAST_PX);
  const y = Math.min(region.y, camera.height - LEAST_PX);
  const width = Math.min(region.width, camera.width - x);
  const height = Math.min(region.height, camera.height - y);
  return { ...region, x, y, width, height };
}

/** A region moved into a camera, made smaller only where it must. @param {Region} region @param {Size} camera */
function held(region, camera) {
  const width = Math.min(region.width, camera.width);
  const height = Math.min(region.height, camera.height);
  const x = clamp(region.x, camera.width - width);
  const y = clamp(region.y, camera.height - height);
  return { ...region, x, y, width, height };
}

/** For a link, such as "rect:10,20,100,50;ellipse:7.5,0,30,30". @param {Region[]} regions */
export function toText(regions) {
  return regions
    .map(({ kind, ...box }) => {
      const numbers = [box.x, box.y, box.width, box.height].map((n) => Number(n.toFixed(DECIMALS)));
      return `${kind}:${numbers.join(",")}`;
    })
    .join(";");
}

/**
 * Takes what it understands of such a text.
 * @param {unknown} text
 * @returns {Region[]} at most MAX_REGIONS, perhaps beyond the camera: `within` tells
 */
export function fromText(text) {
  const parts = typeof text === "string" ? text.split(";") : [];
  return parts
    .map((part) => TEXT.exec(part))
    .filter((found) => found !== null)
    .map(([, kind, ...numbers]) => {
      const [x, y, width, height] = numbers.map(Number);
      return { kind: /** @type {Region["kind"]} */ (kind), x, y, width, height };
    })
    .filter(({ width, height }) => width >= LEAST_PX && height >= LEAST_PX)
    .slice(0, MAX_REGIONS);
}

/**
 * What lies between a fixed end and one that was moved.
 * @param {number} fixed
 * @param {number} moved
 * @param {number} limit of the camera
 * @returns {[start: number, size: number]}
 */
function stretched(fixed, moved, limit) {
  const start = clamp(fixed, limit);
  const end = clamp(moved, limit);
  const size = Math.max(LEAST_PX, Math.abs(end - start));
  return [clamp(end < start ? start - size : start, limit - size), size];
}

/** @param {number} value @param {number} limit */
function clamp(value, limit) {
  return Math.min(limit, Math.max(0, value));
}
