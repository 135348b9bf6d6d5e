/** The browser's clock and timers, as the modules that know no browser take them. */

/** @type {() => number} */
export const nowS = () => performance.now() / 1000;

/** @type {import("../stream/connection.js").Timers} */
export const timers = {
  start: (run, ms) => setTimeout(run, ms),
  stop: (timer) => clearTimeout(timer),
  random: Math.random,
  nowS,
};
