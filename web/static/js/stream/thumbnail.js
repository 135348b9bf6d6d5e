/** Which rendition is enough to recognise a stream by: the smallest that is not too coarse. */

const COARSE = 2.5; // CSS pixels a picture pixel

/**
 * @param {number} shownPx the picture's width on the page, in CSS pixels
 * @param {number} cameraPx its own
 * @returns {string} a rendition's name; the full one for a camera that is hardly more than a thumbnail
 */
export function thumbnailRendition(shownPx, cameraPx) {
  const density = shownPx / cameraPx;
  if (density <= COARSE / 4) {
    return "quarter";
  }
  return density <= COARSE / 2 ? "half" : "full";
}
