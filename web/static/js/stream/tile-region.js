/** Chooses which tiles of the lossless picture to request. */

/** camera pixels along each side; those at the right and the lower edge are smaller */
const TILE_PX = 256;
const MAX_EXCESS = 2; // times the tiles needed; up to this, larger requests are kept rather than changed

/**
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box right and bottom exclusive
 * @typedef {{width: number, height: number}} Size
 */

/**
 * Return the tiles with the visible pixels and a margin around them.
 * @param {Box} visible camera pixels @param {number} margin camera pixels beyond each side
 * @param {Size} camera its size
 * @returns {Box | null} in tiles, within the picture; null: nothing is visible
 */
export function tilesFor(visible, margin, camera) {
  if (!(visible.right > visible.left && visible.bottom > visible.top)) {
    return null;
  }
  return {
    left: Math.floor(Math.max(0, visible.left - margin) / TILE_PX),
    top: Math.floor(Math.max(0, visible.top - margin) / TILE_PX),
    right: Math.ceil(Math.min(camera.width, visible.right + margin) / TILE_PX),
    bottom: Math.ceil(Math.min(camera.height, visible.bottom + margin) / TILE_PX),
  };
}

/**
 * Keep the requested tiles while they contain all that is visible and not too much besides, so that panning
 * does not cause a request for every move.
 * @param {Box | null} current as `tilesFor` returned it
 * @param {Box} visible @param {number} margin @param {Size} camera
 * @returns {Box | null} as `tilesFor` returns it
 */
export function steadyTiles(current, visible, margin, camera) {
  const needed = tilesFor(visible, margin, camera);
  const strict = tilesFor(visible, 0, camera);
  const whole = tilesFor({ left: 0, top: 0, right: camera.width, bottom: camera.height }, 0, camera);
  if (!current || !needed || !strict || !whole) {
    return needed;
  }
  const isEnough = covers(current, strict) && covers(whole, current);
  return isEnough && count(current) <= MAX_EXCESS * count(needed) ? current : needed;
}

/** Return the name of the rendition with these tiles. @param {Box} tiles */
export function preciseName({ left, top, right, bottom }) {
  return `precise:${left},${top},${right},${bottom}`;
}

/** @param {Box} outer @param {Box} inner */
function covers(outer, inner) {
  return (
    outer.left <= inner.left && outer.top <= inner.top &&
    outer.right >= inner.right && outer.bottom >= inner.bottom
  );
}

/** @param {Box} tiles */
function count({ left, top, right, bottom }) {
  return (right - left) * (bottom - top);
}
