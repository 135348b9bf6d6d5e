/** Chooses the rendition of a thumbnail: the smallest that is not too coarse. */

const MAX_DENSITY = 2.5; // CSS pixels a picture pixel

/**
 * @param {number} widthPx the picture's width on the page, in CSS pixels
 * @param {number} cameraPx the camera's width, in camera pixels
 * @returns {string} a rendition's name; the full one for a camera hardly larger than a thumbnail
 */
export function thumbnailRendition(widthPx, cameraPx) {
  const density = widthPx / cameraPx;
  if (density <= MAX_DENSITY / 4) {
    return "quarter";
  }
  return density <= MAX_DENSITY / 2 ? "half" : "full";
}
