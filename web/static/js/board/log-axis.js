/** The values of a custom card that a logarithmic axis cannot show. Pure. */

/**
 * Return how many values of 0 or less belong to a logarithmic axis; Chart.js leaves them out.
 * @param {Record<string, any>} config of Chart.js
 */
export function countOffLogAxes({ data, options }) {
  const scales = Object.entries(options?.scales ?? {});
  const axisOf = (/** @type {[string, any]} */ [id, scale]) => scale?.axis ?? id[0];
  let count = 0;
  for (const entry of scales.filter(([, scale]) => scale?.type === "logarithmic")) {
    const axis = axisOf(entry);
    const defaultId = scales.find((other) => axisOf(other) === axis)?.[0];
    const isOnAxis = (/** @type {any} */ set) => (set[`${axis}AxisID`] ?? defaultId) === entry[0];
    for (const set of (data?.datasets ?? []).filter(isOnAxis)) {
      const isValueAxis = ((set.indexAxis ?? options.indexAxis) === "y") === (axis === "x");
      count += Object.values(set.data ?? []).filter((point) => isOff(point, axis, isValueAxis)).length;
    }
  }
  return count;
}

/**
 * @param {any} point
 * @param {string} axis
 * @param {boolean} isValueAxis whether plain numbers are on this axis
 */
function isOff(point, axis, isValueAxis) {
  const isPlain = typeof point === "number" || Array.isArray(point);
  const values = isPlain ? (isValueAxis ? [point].flat() : []) : [point?.[axis]];
  return values.some((value) => typeof value === "number" && value <= 0);
}
