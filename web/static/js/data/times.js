/** Times of day as axes and read-outs have them, in this computer's zone. Pure. */

/**
 * @param {number} timeS Unix seconds
 * @param {number} stepS how fine: seconds between two that are to differ
 */
export function timeOfDay(timeS, stepS) {
  const date = new Date(1000 * timeS);
  const parts = [date.getHours(), date.getMinutes(), ...(stepS < 60 ? [date.getSeconds()] : [])];
  const text = parts.map((part) => `${part}`.padStart(2, "0")).join(":");
  const steps = [1, 0.1, 0.01].findIndex((unitS) => Number.isInteger(Math.round((1e6 * stepS) / unitS) / 1e6));
  const digits = steps < 0 ? 3 : steps;
  return digits ? `${text}.${`${date.getMilliseconds()}`.padStart(3, "0").slice(0, digits)}` : text;
}
