/** The curve of a profile at the picture's edge, as the path of an SVG. Pure. */

const SHARE = 0.94; // of the room that the curve takes

/** @typedef {import("./edge-profiles.js").EdgeProfile} EdgeProfile */

/**
 * Return a path whose points lie beside the pixels that they are the values of; gaps where nothing is finite.
 * @param {EdgeProfile} profile
 * @param {{size: number, isAcross: boolean}} plot its height below the picture, or its width at the left
 * @param {(at: number) => number} toPlace from camera coordinates to CSS pixels of the plot along the edge
 */
export function curvePath({ start, pitch, values }, { size, isAcross }, toPlace) {
  const [low, high] = extremes(values);
  const scale = (size * SHARE) / (high - low || 1);
  let isGap = true;
  let path = "";
  values.forEach((value, index) => {
    if (!Number.isFinite(value)) {
      isGap = true;
      return;
    }
    const along = toPlace(start + pitch * index + 0.5); // a position is the middle of its pixel
    const up = size - (value - low) * scale;
    const [x, y] = isAcross ? [along, up] : [up, along];
    path += `${isGap ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
    isGap = false;
  });
  return path;
}

/** Return the lowest and the highest finite value; the first is the larger one if there is none. */
export function extremes(/** @type {Float64Array} */ values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (Number.isFinite(value)) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return [low, high];
}
