/** How many columns show all pictures as large as possible without scrolling. Pure. */

const MIN_GAIN = 1.1; // of the area that one more column has to bring: fewer columns are easier to read

/**
 * @param {number[]} ratios of each picture's width to its height
 * @param {{width: number, height: number}} space for all tiles, CSS pixels
 * @param {{headHeight: number, minWidth: number}} tile `headHeight`: the height of a tile without its picture
 * @returns {number} from 1 to the number of pictures; no tile is narrower than `minWidth` unless the space is
 */
export function columnsFor(ratios, space, { headHeight, minWidth }) {
  const max = Math.min(ratios.length, Math.floor(space.width / minWidth));
  let best = { columns: 1, area: -1 };
  for (let columns = 1; columns <= max; columns += 1) {
    const width = space.width / columns;
    const height = Math.max(0, space.height / Math.ceil(ratios.length / columns) - headHeight);
    const area = ratios.reduce((sum, ratio) => sum + Math.min(width, height * ratio) ** 2 / ratio, 0);
    if (area > MIN_GAIN * best.area) {
      best = { columns, area };
    }
  }
  return best.columns;
}
