/** Which tiles of the lossless picture to ask for. */

/** camera pixels along each side; those at the right and the lower edge are smaller */
const TILE = 256;
const ROOMY = 2; // times the tiles wanted, that are kept rather than others asked for

/**
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box right and bottom exclusive
 * @typedef {{width: number, height: number}} Size
 */

/**
 * The tiles that have the pixels seen, and some around them.
 * @param {Box} seen camera pixels @param {number} margin camera pixels beyond each side
 * @param {Size} camera its size
 * @returns {Box | null} in tiles, within the picture; null: nothing is seen
 */
export function tilesFor(seen, margin, camera) {
  if (!(seen.right > seen.left && seen.bottom > seen.top)) {
    return null;
  }
  return {
    left: Math.floor(Math.max(0, seen.left - margin) / TILE),
    top: Math.floor(Math.max(0, seen.top - margin) / TILE),
    right: Math.ceil(Math.min(camera.width, seen.right + margin) / TILE),
    bottom: Math.ceil(Math.min(camera.height, seen.bottom + margin) / TILE),
  };
}

/**
 * Keeps what is asked for now while it has all that is seen and not many tiles for nothing, so that
 * panning does not ask anew all the time.
 * @param {Box | null} asked as `tilesFor` gave it
 * @param {Box} seen @param {number} margin @param {Size} camera
 * @returns {Box | null} as `tilesFor` gives it
 */
export function steadyTiles(asked, seen, margin, camera) {
  const wanted = tilesFor(seen, margin, camera);
  if (!asked || !wanted) {
    return wanted;
  }
  const whole = tilesFor({ left: 0, top: 0, right: camera.width, bottom: camera.height }, 0, camera);
  const isEnough = covers(asked, tilesFor(seen, 0, camera)) && covers(whole, asked);
  return isEnough && count(asked) <= ROOMY * count(wanted) ? asked : wanted;
}

/** The rendition that has these tiles. @param {Box} tiles */
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
