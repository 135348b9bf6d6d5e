/** Detects missing pulses and restarts of the source by the pulse ids. Pure. */

const MAX_STEPS = 32; // the latest steps, of which the smallest is the period
const MAX_JUMP_PERIODS = 10_000; // a larger step is a restart, not a loss

/**
 * A tracker of pulse ids that estimates their period, as ingest/sources/pulse_ids.py does: a camera at 25 Hz in a
 * 100 Hz machine has the ids 0, 4, 8, …
 */
export class PulseIds {
  /** @type {number | string | null} ids beyond 2⁵³ are strings */
  last = null;
  /** @type {number[]} */
  #steps = [];

  /**
   * @param {number | string} id the next pulse's
   * @returns {{missed: number, restarted: boolean}} number of pulses missing before it
   */
  observe(id) {
    const step = this.last === null ? 0 : Number(id) - Number(this.last);
    this.last = id;
    const period = this.#steps.length ? Math.min(...this.#steps) : step;
    if (step < 0 || step > MAX_JUMP_PERIODS * period) {
      this.#steps = [];
      return { missed: 0, restarted: true };
    }
    if (step === 0) {
      return { missed: 0, restarted: false };
    }
    this.#steps.push(step);
    if (this.#steps.length > MAX_STEPS) {
      this.#steps.shift();
    }
    return { missed: Math.max(0, Math.round(step / period) - 1), restarted: false };
  }
}
