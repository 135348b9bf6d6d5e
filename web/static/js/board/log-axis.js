/** What a logarithmic axis of a custom card cannot show. Pure. */

/**
 * How many values of 0 or less are pushed to a logarithmic axis, which Chart.js leaves out.
 * @param {Record<string, any>} config of Chart.js
 */
export function countOffLogAxes({ data, options }) {
  const scales = Object.entries(options?.scales ?? {});
  const axisOf = (/** @type {any} */ [id, scale]) => scale?.axis ?? id[0];
  let many = 0;
  for (const one of scales.filter(([, scale]) => scale?.type === "logarithmic")) {
    const axis = axisOf(one);
    const [usual] = scales.find((other) => axisOf(other) === axis);
    const sets = (data?.datasets ?? []).filter((/** @type {any} */ set) => (set[`${axis}AxisID`] ?? usual) === one[0]);
    for (const set of sets) {
      const isValues = ((set.indexAxis ?? options.indexAxis) === "y") === (axis === "x");
      many += Object.values(set.data ?? []).filter((point) => isOff(point, axis, isValues)).length;
    }
  }
  return many;
}

/** @param {any} point @param {string} axis @param {boolean} isValues whether plain numbers are on this axis */
function isOff(point, axis, isValues) {
  const isPlain = typeof point === "number" || Array.isArray(point);
  const values = isPlain ? (isValues ? [point].flat() : []) : [point?.[axis]];
  return values.some((value) => typeof value === "number" && value <= 0);
}
