/** Drawing, moving and turning the line of a line cut; it stays in the picture. Pure. */

const MIN_LENGTH_PX = 1;
const LONG_STEP_PX = 10;
const DIRECTIONS = 8; // that a line drawn with Shift may have

/**
 * @typedef {import("./line-cut.js").Line} Line
 * @typedef {import("./line-cut.js").Point} Point
 * @typedef {import("../stream/rendition.js").Size} Size
 * @typedef {"from" | "to"} End
 */

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Return the line between two points.
 * @param {Point} from camera coordinates
 * @param {Point} to
 * @param {number} width
 * @param {Size} camera
 * @param {boolean} [isSnapped] to the nearest of eight directions
 * @returns {Line | null} null: it is too short
 */
export function drawLine(from, to, width, camera, isSnapped = false) {
  const start = inside(from, camera);
  const end = isSnapped ? snap(start, to, camera) : inside(to, camera);
  const isLong = Math.hypot(end.x - start.x, end.y - start.y) >= MIN_LENGTH_PX;
  return isLong ? { from: start, to: end, width } : null;
}

/**
 * Return a horizontal line through the middle of the visible part, half as long.
 * @param {{left: number, top: number, right: number, bottom: number}} visible camera pixels, exclusive
 * @param {number} width
 */
export function centredLine({ left, top, right, bottom }, width) {
  const y = Math.floor((top + bottom) / 2) + 0.5; // along the centres of a row
  const x = (/** @type {number} */ quarters) => left + (quarters * (right - left)) / 4;
  return { from: { x: x(1), y }, to: { x: x(3), y }, width };
}

/**
 * Return a line with another position of one end; the same line if that is too short.
 * @param {Line} line
 * @param {End} end
 * @param {Point} at
 * @param {Size} camera
 */
export function moveEnd(line, end, at, camera) {
  const moved = { ...line, [end]: inside(at, camera) };
  return drawLine(moved.from, moved.to, line.width, camera) ?? line;
}

/**
 * Move a line as far as there is room.
 * @param {Line} line
 * @param {number} dx camera pixels
 * @param {number} dy
 * @param {Size} camera
 * @returns {Line}
 */
export function moveLine({ from, to, width }, dx, dy, camera) {
  const x = room(dx, from.x, to.x, camera.width);
  const y = room(dy, from.y, to.y, camera.height);
  return { from: { x: from.x + x, y: from.y + y }, to: { x: to.x + x, y: to.y + y }, width };
}

/**
 * Return the line that an arrow key makes: moved, or with Control its second end moved; with Shift by ten pixels.
 * @param {Line} line
 * @param {{key: string, shiftKey: boolean, ctrlKey: boolean}} event
 * @param {Size} camera
 * @returns {Line | null} null: another key
 */
export function nudgeLine(line, { key, shiftKey, ctrlKey }, camera) {
  const arrow = ARROWS[key];
  if (!arrow) {
    return null;
  }
  const [dx, dy] = arrow.map((step) => step * (shiftKey ? LONG_STEP_PX : 1));
  return ctrlKey
    ? moveEnd(line, "to", { x: line.to.x + dx, y: line.to.y + dy }, camera)
    : moveLine(line, dx, dy, camera);
}

/** Return the nearest point of the picture. @param {Point} point @param {Size} camera */
function inside({ x, y }, { width, height }) {
  return { x: Math.min(width, Math.max(0, x)), y: Math.min(height, Math.max(0, y)) };
}

/** @param {Point} from in the picture @param {Point} to @param {Size} camera @returns {Point} */
function snap(from, to, { width, height }) {
  const step = (2 * Math.PI) / DIRECTIONS;
  const angle = Math.round(Math.atan2(to.y - from.y, to.x - from.x) / step) * step;
  const round = (/** @type {number} */ share) => (Math.abs(share) < 1e-9 ? 0 : share);
  const [ux, uy] = [round(Math.cos(angle)), round(Math.sin(angle))];
  const along = (to.x - from.x) * ux + (to.y - from.y) * uy;
  const left = (/** @type {number} */ unit, /** @type {number} */ at, /** @type {number} */ size) =>
    unit > 0 ? (size - at) / unit : unit < 0 ? -at / unit : Infinity;
  const length = Math.min(along, left(ux, from.x, width), left(uy, from.y, height));
  return { x: from.x + length * ux, y: from.y + length * uy };
}

/**
 * Limit a step so that two coordinates stay in the picture.
 * @param {number} step
 * @param {number} one
 * @param {number} other
 * @param {number} size
 */
function room(step, one, other, size) {
  return Math.min(size - Math.max(one, other), Math.max(0 - Math.min(one, other), step));
}
