/** How many columns show all pictures largest without scrolling. */

const WORTH = 1.1; // times the area; else fewer columns, which are easier to read

/**
 * @param {number[]} ratios width a height of each picture
 * @param {{width: number, height: number}} place CSS pixels for all tiles
 * @param {{head: number, least: number}} tile how much of a tile's height is no picture; its least width
 * @returns {number} from 1 to as many as there are pictures; no tile is narrower than `least` unless the
 *   place is
 */
export function columnsFor(ratios, place, { head, least }) {
  const most = Math.min(ratios.length, Math.floor(place.width / least));
  let best = { columns: 1, area: -1 };
  for (let columns = 1; columns <= most; columns += 1) {
    const width = place.width / columns;
    const height = Math.max(0, place.height / Math.ceil(ratios.length / columns) - head);
    const area = ratios.reduce((sum, ratio) => sum + Math.min(width, height * ratio) ** 2 / ratio, 0);
    if (area > WORTH * best.area) {
      best = { columns, area };
    }
  }
  return best.columns;
}
