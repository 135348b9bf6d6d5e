/** Times of day as axes and read-outs have them, in this computer's zone. Pure. */

const DAY_S = 86_400;

/** Between the numbers of an axis of time, as on a clock: 100 s, told in minutes, would be 1 or 2. */
export const STEPS_S = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5],
  ...[1, 60].flatMap((unitS) => [1, 2, 5, 10, 15, 30].map((one) => one * unitS)),
  ...[1, 2, 3, 6, 12].map((hours) => 3600 * hours),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000].map((days) => DAY_S * days),
];

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
