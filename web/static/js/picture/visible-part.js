/** The part of the stage that the picture covers. Pure. */

/**
 * @param {import("./placement.js").Placement} placement
 * @param {{width: number, height: number}} stage CSS pixels
 * @returns {{left: number, top: number, width: number, height: number}} CSS pixels from the stage's corner
 */
export function visiblePart(placement, stage) {
  const { width, height } = placement.camera;
  const one = placement.toPlace(0, 0);
  const other = placement.toPlace(width, height);
  const inside = (/** @type {number} */ at, /** @type {number} */ side) => Math.min(side, Math.max(0, at));
  const left = inside(Math.min(one.x, other.x), stage.width);
  const top = inside(Math.min(one.y, other.y), stage.height);
  const right = inside(Math.max(one.x, other.x), stage.width);
  const bottom = inside(Math.max(one.y, other.y), stage.height);
  return { left, top, width: right - left, height: bottom - top };
}
