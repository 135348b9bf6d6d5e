/** Fits a picture into a place: as large as possible, undistorted, on whole pixels. */

const MIN_SIDE_PX = 24; // so that an image of one row is visible
/** screen pixels an image pixel */
export const PIXELATED_FROM = 2;

/**
 * @param {{width: number, height: number}} place CSS pixels
 * @param {{width: number, height: number}} image image pixels
 * @param {number} density device pixels a CSS pixel
 * @returns {{width: number, height: number, left: number, top: number, pixelated: boolean}}
 *   CSS pixels that fall on device pixels
 */
export function fitPicture(place, image, density) {
  const scale = Math.min(place.width / image.width, place.height / image.height);
  const snap = (/** @type {number} */ px) => Math.round(px * density) / density;
  const side = (/** @type {number} */ pixels, /** @type {number} */ room) =>
    snap(Math.min(room, Math.max(MIN_SIDE_PX, pixels * scale)));
  const width = side(image.width, place.width);
  const height = side(image.height, place.height);
  return {
    width,
    height,
    left: snap((place.width - width) / 2),
    top: snap((place.height - height) / 2),
    pixelated: scale * density >= PIXELATED_FROM,
  };
}
