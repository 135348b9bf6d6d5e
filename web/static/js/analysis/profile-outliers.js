/** Replaces single outliers of a profile, such as those of hot or dead pixels: no beam is that narrow. */

const MAX_NEIGHBOUR_STEPS = 3; // times the adjacent steps, which are steep near the top of a narrow peak
const MAX_TYPICAL_STEPS = 8; // times the median step, which measures the noise

/**
 * Return a copy in which each outlier has the mean of its two neighbours. The first and last two values are kept.
 * @param {Float64Array} values finite
 */
export function replaceOutliers(values) {
  const steps = values.subarray(1).map((value, index) => Math.abs(value - values[index]));
  const medianStep = steps.slice().sort()[steps.length >> 1];
  const last = values.length - 2;
  return values.map((value, index) => {
    if (index < 2 || index >= last) {
      return value;
    }
    const before = values[index - 1];
    const after = values[index + 1];
    const excess = Math.max(value - Math.max(before, after), Math.min(before, after) - value);
    const limit = MAX_NEIGHBOUR_STEPS * (steps[index - 2] + steps[index + 1]) + MAX_TYPICAL_STEPS * medianStep;
    return excess > limit ? (before + after) / 2 : value;
  });
}
