/** What pulse ids tell: pulses that did not come, and a source that began anew. Pure. */

const WINDOW = 32;
const JUMP = 10_000; // a step of more than so many periods is another start, not a loss

/** As ingest/sources/pulse_ids.py counts: a camera at 25 Hz in a 100 Hz machine has the ids 0, 4, 8, … */
export class PulseIds {
  /** @type {number | null} */
  last = null;
  /** @type {number[]} */
  #steps = [];

  /**
   * Takes the next one.
   * @param {number} id
   * @returns {{missed: number, restarted: boolean}} what lies between it and the last one
   */
  observe(id) {
    const step = this.last === null ? 0 : id - this.last;
    this.last = id;
    const period = this.#steps.length ? Math.min(...this.#steps) : step;
    if (step < 0 || step > JUMP * period) {
      this.#steps = [];
      return { missed: 0, restarted: true };
    }
    if (step === 0) {
      return { missed: 0, restarted: false };
    }
    this.#steps.push(step);
    if (this.#steps.length > WINDOW) {
      this.#steps.shift();
    }
    return { missed: Math.max(0, Math.round(step / period) - 1), restarted: false };
  }
}
