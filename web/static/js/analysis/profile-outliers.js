/** Values that stand alone in a profile, as a hot or dead pixel's do: no beam is so narrow. */

const OF_NEIGHBOURS = 3; // steps beside it, which are steep near a narrow peak's top
const OF_ALL = 8; // of the typical step, which is the noise

/**
 * A copy with the mean of its neighbours instead of each value that stands alone between four others.
 * @param {Float64Array} values finite
 */
export function withoutLone(values) {
  const steps = values.subarray(1).map((value, index) => Math.abs(value - values[index]));
  const typical = steps.slice().sort()[steps.length >> 1];
  const last = values.length - 2;
  return values.map((value, index) => {
    if (index < 2 || index >= last) {
      return value;
    }
    const before = values[index - 1];
    const after = values[index + 1];
    const excess = Math.max(value - Math.max(before, after), Math.min(before, after) - value);
    const usual = OF_NEIGHBOURS * (steps[index - 2] + steps[index + 1]) + OF_ALL * typical;
    return excess > usual ? (before + after) / 2 : value;
  });
}
