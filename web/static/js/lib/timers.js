/** The browser's clock and timers, passed to modules that do not use the browser themselves. */

/** @type {() => number} */
export const nowS = () => performance.now() / 1000;

/**
 * @typedef {object} Timers a timer is an opaque handle
 * @property {(run: () => void, ms: number) => any} start
 * @property {(timer: any) => void} stop
 * @property {() => number} random
 * @property {() => number} nowS a steady clock
 */

/** @type {Timers} */
export const timers = {
  start: (run, ms) => setTimeout(run, ms),
  stop: (timer) => clearTimeout(timer),
  random: Math.random,
  nowS,
};
