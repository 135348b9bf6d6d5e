/** The scalars of every pulse that this page received, with statistics since it was opened. Pure. */

import { Channel, toNumber } from "./channel.js";
import { ExactColumns } from "./exact-columns.js";
import { PulseIds } from "./pulse-ids.js";
import { scalarNumber } from "../lib/format.js";

const MAX_ROWS = 80_000; // 625 × 128: thirteen minutes at 100 Hz
const MAX_VALUES = 8_000_000;
const MAX_NAMES = 2000;
const MAX_TIME_S = 8.64e12; // the range of `Date`
const MAX_RESULT_DELAY_ROWS = 1000; // a picture is drawn long before this many more pulses arrive
const TIME = 0;
const PULSE = 1;
export const NO_ID = -Infinity; // of a pulse whose message has no readable id
const NO_CHANGE = { missed: 0, restarted: false };

/**
 * @typedef {object} Limits
 * @property {number} rows pulses
 * @property {number} values numbers in all, of which each pulse needs two for its time and id
 * @property {number} names
 *
 * @typedef {number | string | null} PulseId ids beyond 2⁵³ are strings
 *
 * @typedef {[name: string, column: unknown[]]} NamedColumn
 */

export class ScalarHistory {
  #columns;
  #maxNames;
  /** @type {Map<string, Channel>} */
  #channels = new Map();
  #ids = new PulseIds();
  #last = { epoch: -Infinity, seq: -Infinity };
  #clockShiftS = 0;
  #receivedS = NaN;

  /** @type {string[]} the names that have numbers or booleans; a new list whenever there are more */
  scalars = [];
  /** the time of the newest row */
  newestS = NaN;
  /** pulses that did not reach this page, by their ids: lost, or sent while it was not watching */
  missed = 0;
  /** times the pulse id went back: the source restarted */
  restarts = 0;
  /** scalars of the newest frame beyond the limit of names */
  omitted = 0;

  /** @param {Limits} limits */
  constructor({ rows, values, names } = { rows: MAX_ROWS, values: MAX_VALUES, names: MAX_NAMES }) {
    this.#columns = new ExactColumns(rows, values);
    this.#columns.addColumns(2);
    this.#maxNames = names;
  }

  /**
   * Add the new pulses of a frame. A frame that was added before, in any rendition, has none.
   * @param {Record<string, any>} header docs/protocol.md
   */
  add({ epoch, seq, t_received: receivedS, pulses }) {
    const last = this.#last;
    if (epoch < last.epoch || (epoch === last.epoch && seq <= last.seq) || !Array.isArray(pulses?.pulse_id)) {
      return;
    }
    this.#last = { epoch, seq };
    const columns = /** @type {NamedColumn[]} */ (
      Object.entries(pulses.values ?? {}).filter(([, column]) => Array.isArray(column))
    );
    this.#addChannels(columns);
    const rows = this.#addRows(pulses, receivedS);
    this.#addValues(columns, pulses.pulse_id, rows);
  }

  /**
   * Add the results measured on a pulse's picture, if the pulse is one of the latest.
   * @param {unknown} pulse its id
   * @param {Record<string, number | null>} results
   */
  addResults(pulse, results) {
    const oldest = Math.max(this.first, this.end - MAX_RESULT_DELAY_ROWS);
    const row = oldest + this.pulses(oldest, this.end).lastIndexOf(Number(pulse ?? NO_ID));
    if (row < oldest) {
      return;
    }
    const columns = Object.entries(results).map(([name, value]) => /** @type {NamedColumn} */ ([name, [value]]));
    const { omitted } = this;
    this.#addChannels(columns);
    this.omitted = omitted;
    this.#addValues(columns, [pulse], [row]);
  }

  /** @param {string} name */
  channel(name) {
    return this.#channels.get(name);
  }

  /** The number of pulses kept. */
  get pulseCount() {
    return this.pulses(this.first, this.end).filter((pulse) => !Number.isNaN(pulse)).length;
  }

  /** The number of the oldest row kept; rows are numbered from the start. */
  get first() {
    return this.#columns.first;
  }

  /** The number of the row after the newest. */
  get end() {
    return this.#columns.end;
  }

  /**
   * The times of rows [Unix seconds, never falling], by the source's clock where it is known.
   * @param {number} from
   * @param {number} to exclusive
   */
  times(from, to) {
    return this.#columns.slice(TIME, from, to);
  }

  /**
   * The pulse ids of rows; -Infinity: the pulse has none; NaN: no pulse, but a place where some are missing.
   * @param {number} from
   * @param {number} to exclusive
   */
  pulses(from, to) {
    return this.#columns.slice(PULSE, from, to);
  }

  /**
   * The numbers of a scalar, booleans as 0 and 1, missing ones as NaN.
   * @param {string} name one of `scalars`
   * @param {number} from
   * @param {number} to exclusive
   */
  values(name, from, to) {
    return this.#columns.slice(this.#scalarColumn(name), from, to);
  }

  /**
   * The numbers of a scalar as `values`, but integers beyond 2⁵³ exactly.
   * @param {string} name one of `scalars`
   * @param {number} from
   * @param {number} to exclusive
   * @returns {ArrayLike<number | bigint>}
   */
  exactValues(name, from, to) {
    return this.#columns.exactSlice(this.#scalarColumn(name), from, to);
  }

  /**
   * The pulse ids as `pulses`, but those beyond 2⁵³ exactly.
   * @param {number} from
   * @param {number} to exclusive
   * @returns {ArrayLike<number | bigint>}
   */
  exactPulses(from, to) {
    return this.#columns.exactSlice(PULSE, from, to);
  }

  /** @param {string} name one of `scalars` */
  #scalarColumn(name) {
    const channel = this.#channels.get(name);
    if (!channel?.isScalar) {
      throw new RangeError(`${name} is not a scalar of this stream`);
    }
    return channel.column;
  }

  /** Find the first row at or after a time. @param {number} timeS */
  rowAt(timeS) {
    let [low, high] = [this.first, this.end];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#columns.get(TIME, middle) < timeS) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Add channels for new names, and ring columns for new scalars. @param {NamedColumn[]} columns */
  #addChannels(columns) {
    this.omitted = 0;
    /** @type {[name: string, channel: Channel][]} */
    const newScalars = [];
    for (const [name, column] of columns) {
      let channel = this.#channels.get(name);
      if (!channel && this.#channels.size < this.#maxNames) {
        channel = new Channel();
        this.#channels.set(name, channel);
      }
      if (!channel) {
        this.omitted += 1;
      } else if (!channel.isScalar && column.some((value) => toNumber(value) !== null)) {
        newScalars.push([name, channel]);
      }
    }
    if (newScalars.length) {
      const first = this.#columns.addColumns(newScalars.length);
      newScalars.forEach(([, channel], index) => (channel.column = first + index));
      this.scalars = [...this.scalars, ...newScalars.map(([name]) => name)];
    }
  }

  /**
   * Add a row for each new pulse, and an empty one where pulses are missing.
   * @param {{pulse_id: PulseId[], t_source?: unknown[]}} pulses
   * @param {number} receivedS
   * @returns {number[]} the row of each pulse; -1 for one that is in the history already
   */
  #addRows({ pulse_id: ids, t_source: times }, receivedS) {
    const beforeS = isTime(this.#receivedS) ? this.#receivedS : receivedS;
    this.#receivedS = receivedS;
    const { last } = this.#ids;
    const lastKnown = last === null ? -1 : ids.lastIndexOf(last); // pulses up to here were in an earlier frame
    return ids.map((id, index) => {
      if (id !== null && (index <= lastKnown || id === this.#ids.last)) {
        return -1;
      }
      const { missed, restarted } = id === null ? NO_CHANGE : this.#ids.observe(id);
      const interpolatedS = beforeS + ((receivedS - beforeS) * (index + 1)) / ids.length;
      const timeS = this.#monotonicS([times?.[index], interpolatedS, this.newestS].find(isTime) ?? 0);
      this.missed += missed;
      this.restarts += restarted ? 1 : 0;
      if (missed || restarted) {
        this.#addRow(timeS, NaN);
      }
      return this.#addRow(timeS, id ?? NO_ID);
    });
  }

  /** @param {number} timeS @param {number | string} pulse */
  #addRow(timeS, pulse) {
    const row = this.#columns.addRow();
    this.#columns.set(TIME, row, timeS);
    this.#columns.setNumber(PULSE, row, scalarNumber(pulse) ?? Number(pulse));
    return row;
  }

  /** Shift the times of a clock that was set back, until it has caught up. @param {number} timeS */
  #monotonicS(timeS) {
    if (!(timeS < this.newestS)) {
      this.#clockShiftS = 0;
    } else if (timeS + this.#clockShiftS < this.newestS) {
      this.#clockShiftS = this.newestS - timeS;
    }
    this.newestS = timeS + this.#clockShiftS;
    return this.newestS;
  }

  /** @param {NamedColumn[]} columns @param {unknown[]} ids @param {number[]} rows of the pulses; -1: skip */
  #addValues(columns, ids, rows) {
    for (const [name, column] of columns) {
      const channel = this.#channels.get(name);
      if (!channel) {
        continue;
      }
      rows.forEach((row, index) => {
        if (row < 0) {
          return;
        }
        const value = column[index] ?? null;
        channel.add(value, ids[index]);
        const number = toNumber(value);
        if (number !== null) {
          this.#columns.setNumber(channel.column, row, number);
        }
      });
    }
  }
}

/** @param {unknown} value @returns {value is number} */
function isTime(value) {
  return typeof value === "number" && Math.abs(value) <= MAX_TIME_S;
}
