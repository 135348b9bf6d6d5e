/** Regions of interest: rectangles and ellipses in camera pixels, their geometry and their text form. Pure. */

export const MAX_REGIONS = 8;

const MIN_SIZE_PX = 1;
const STEP_PX = 1;
const LONG_STEP_PX = 10;
const DECIMALS = 2; // in the address
const NUMBER = String.raw`(\d{1,6}(?:\.\d{1,6})?)`;
const PATTERN = new RegExp(`^(rect|ellipse):${[NUMBER, NUMBER, NUMBER, NUMBER].join(",")}$`);

/**
 * @typedef {object} Region bounding box in camera coordinates, at least one pixel wide and high
 * @property {"rect" | "ellipse"} kind
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 *
 * @typedef {import("../stream/rendition.js").Size} Size
 * @typedef {{x: number, y: number}} Point
 * @typedef {"nw" | "n" | "ne" | "e" | "se" | "s" | "sw" | "w"} Edge compass direction, north is up in the camera
 * @typedef {Edge | "inside"} Handle
 */

/** @type {Edge[]} */
export const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Create a region between two points of the camera.
 * @param {"rect" | "ellipse"} kind
 * @param {Point} from where the drag began
 * @param {Point} to
 * @param {Size} camera
 * @param {boolean} [isSquare] whether both sides have the length of the longer one, as far as there is room
 * @returns {Region}
 */
export function createRegion(kind, from, to, camera, isSquare = false) {
  const x = clamp(from.x, camera.width);
  const y = clamp(from.y, camera.height);
  const end = isSquare ? squareCorner({ x, y }, to, camera) : to;
  const [left, width] = span(x, end.x, camera.width);
  const [top, height] = span(y, end.y, camera.height);
  return { kind, x: left, y: top, width, height };
}

/**
 * Create a region of whole pixels in the middle of the visible part, a third as wide and high.
 * @param {"rect" | "ellipse"} kind
 * @param {{left: number, top: number, right: number, bottom: number}} visible camera pixels, exclusive
 * @param {Size} camera
 */
export function centredRegion(kind, { left, top, right, bottom }, camera) {
  const at = (/** @type {number} */ thirds) => ({
    x: Math.round(left + (thirds * (right - left)) / 3),
    y: Math.round(top + (thirds * (bottom - top)) / 3),
  });
  return createRegion(kind, at(1), at(2), camera);
}

/** Return the far corner of a square. @param {Point} from @param {Point} to @param {Size} camera @returns {Point} */
function squareCorner(from, to, camera) {
  const right = to.x >= from.x;
  const down = to.y >= from.y;
  const roomX = right ? camera.width - from.x : from.x;
  const roomY = down ? camera.height - from.y : from.y;
  const side = Math.min(Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y)), roomX, roomY);
  return { x: from.x + (right ? side : -side), y: from.y + (down ? side : -side) };
}

/**
 * Return the part of a row that lies in a region.
 * @param {Region} region
 * @param {number} y camera coordinate
 * @returns {[from: number, to: number]} exclusive; of length 0 if the row does not cross the region
 */
export function chord({ kind, x, y: top, width, height }, y) {
  const middle = x + width / 2;
  const offset = (2 * (y - top)) / height - 1; // -1 to 1 inside
  if (!(offset >= -1 && offset < 1)) {
    return [middle, middle];
  }
  const half = (width / 2) * (kind === "ellipse" ? Math.sqrt(1 - offset * offset) : 1);
  return [middle - half, middle + half];
}

/** @param {Region} region @param {Point} point */
export function contains(region, { x, y }) {
  const [from, to] = chord(region, y);
  return x >= from && x < to;
}

/**
 * Return the position of a handle: a corner or the middle of a side of the bounding box.
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
 * Move or resize a region. A side may be dragged past the opposite one; the region stays in the picture.
 * @param {Region} region at the start of the drag
 * @param {Handle} handle
 * @param {number} dx camera pixels since then
 * @param {number} dy
 * @param {Size} camera
 * @returns {Region}
 */
export function dragRegion(region, handle, dx, dy, camera) {
  if (handle === "inside") {
    return moveInside({ ...region, x: region.x + dx, y: region.y + dy }, camera);
  }
  const { x, y, width, height } = region;
  const moved = { ...region };
  if (handle.includes("w")) {
    [moved.x, moved.width] = span(x + width, x + dx, camera.width);
  } else if (handle.includes("e")) {
    [moved.x, moved.width] = span(x, x + width + dx, camera.width);
  }
  if (handle.includes("n")) {
    [moved.y, moved.height] = span(y + height, y + dy, camera.height);
  } else if (handle.includes("s")) {
    [moved.y, moved.height] = span(y, y + height + dy, camera.height);
  }
  return moved;
}

/**
 * Move a region by an arrow key, or with Ctrl resize it at its right and lower side; with Shift in larger steps.
 * Alt is left to the browser, in which Alt and an arrow go back or forward.
 * @param {Region} region
 * @param {{key: string, shiftKey: boolean, ctrlKey: boolean, altKey: boolean, metaKey: boolean}} event
 * @param {Size} camera
 * @returns {Region | null} null: the key has no meaning for regions
 */
export function nudgeRegion(region, { key, shiftKey, ctrlKey, altKey, metaKey }, camera) {
  if (altKey || metaKey || !Object.hasOwn(ARROWS, key)) {
    return null;
  }
  const step = shiftKey ? LONG_STEP_PX : STEP_PX;
  const [dx, dy] = ARROWS[key].map((direction) => direction * step);
  if (!ctrlKey) {
    return dragRegion(region, "inside", dx, dy, camera);
  }
  const width = Math.max(MIN_SIZE_PX, Math.min(region.width + dx, camera.width - region.x));
  const height = Math.max(MIN_SIZE_PX, Math.min(region.height + dy, camera.height - region.y));
  return { ...region, width, height };
}

/**
 * Clip a region to the picture. An ellipse becomes the ellipse in the clipped bounding box.
 * @param {Region} region
 * @param {Size} camera
 * @returns {Region | null} null: the region lies outside
 */
export function clipRegion(region, camera) {
  if (region.x >= camera.width || region.y >= camera.height) {
    return null;
  }
  const x = Math.min(region.x, camera.width - MIN_SIZE_PX);
  const y = Math.min(region.y, camera.height - MIN_SIZE_PX);
  const width = Math.min(region.width, camera.width - x);
  const height = Math.min(region.height, camera.height - y);
  return { ...region, x, y, width, height };
}

/** Move a region into the picture; it shrinks only if it is larger. @param {Region} region @param {Size} camera */
function moveInside(region, camera) {
  const width = Math.min(region.width, camera.width);
  const height = Math.min(region.height, camera.height);
  const x = clamp(region.x, camera.width - width);
  const y = clamp(region.y, camera.height - height);
  return { ...region, x, y, width, height };
}

/** Format regions for the address, such as "rect:10,20,100,50;ellipse:7.5,0,30,30". @param {Region[]} regions */
export function formatRegions(regions) {
  return regions
    .map(({ kind, ...box }) => {
      const numbers = [box.x, box.y, box.width, box.height].map((n) => Number(n.toFixed(DECIMALS)));
      return `${kind}:${numbers.join(",")}`;
    })
    .join(";");
}

/**
 * Parse such a text, without the parts that are invalid.
 * @param {unknown} text
 * @returns {Region[]} at most MAX_REGIONS, perhaps outside the picture: see `clipRegion`
 */
export function parseRegions(text) {
  const parts = typeof text === "string" ? text.split(";") : [];
  return parts
    .map((part) => PATTERN.exec(part))
    .filter((match) => match !== null)
    .map(([, kind, ...numbers]) => {
      const [x, y, width, height] = numbers.map(Number);
      return { kind: /** @type {Region["kind"]} */ (kind), x, y, width, height };
    })
    .filter(({ width, height }) => width >= MIN_SIZE_PX && height >= MIN_SIZE_PX)
    .slice(0, MAX_REGIONS);
}

/**
 * Return the interval between a fixed end and one that was moved.
 * @param {number} fixed
 * @param {number} moved
 * @param {number} limit size of the picture
 * @returns {[start: number, size: number]}
 */
function span(fixed, moved, limit) {
  const start = clamp(fixed, limit);
  const end = clamp(moved, limit);
  const size = Math.max(MIN_SIZE_PX, Math.abs(end - start));
  return [clamp(end < start ? start - size : start, limit - size), size];
}

/** @param {number} value @param {number} limit */
function clamp(value, limit) {
  return Math.min(limit, Math.max(0, value));
}
