/** Every scalar of every pulse that came to this page, with its statistics since the start. Pure. */

import { RunningStatistics } from "./running-statistics.js";
import { PulseIds } from "./pulse-ids.js";
import { RingColumns } from "./ring-columns.js";

const MOST_ROWS = 80_000; // 625 × 128: thirteen minutes at 100 Hz
const MOST_VALUES = 8_000_000;
const MOST_NAMES = 2000;
const LAST_S = 8.64e12; // what a Date can tell
const LATE_ROWS = 1000; // a picture is drawn long before so many more pulses came
const TIME = 0;
const PULSE = 1;
export const NO_ID = -Infinity; // of a pulse whose message had none that can be read
const NOTHING_TOLD = { missed: 0, restarted: false };

/**
 * @typedef {object} Bounds
 * @property {number} rows pulses
 * @property {number} values numbers in all, of which each pulse has two for its time and id
 * @property {number} names
 */

/** One name: what it last was, and what all its numbers tell. */
class Channel {
  /** @type {unknown} a number, a boolean, a text or null */
  value = undefined;
  /** the pulse since which it has this value */
  since = NaN;
  /** pulses without a value: null, which stands for NaN and infinity too */
  gaps = 0;
  moments = new RunningStatistics();
  /** the column of its numbers; -1 while it had none */
  column = -1;

  /** @param {unknown} value @param {number} pulse */
  take(value, pulse) {
    if (value !== this.value) {
      this.value = value;
      this.since = pulse;
    }
    if (isNumber(value)) {
      this.moments.add(Number(value));
    } else if (typeof value !== "string") {
      this.gaps += 1;
    }
  }

  get isScalar() {
    return this.column >= 0;
  }
}

export class ScalarHistory {
  #rings;
  #mostNames;
  /** @type {Map<string, Channel>} */
  #channels = new Map();
  #ids = new PulseIds();
  #last = { epoch: -Infinity, seq: -Infinity };
  #shiftS = 0;
  #receivedS = NaN;

  /** @type {string[]} the names that have numbers or booleans; another list when there are more */
  scalars = [];
  /** the time of the newest row */
  lastS = NaN;
  /** pulses that never came to this page, by their ids: lost on the way, or while it did not watch */
  missed = 0;
  /** times the source began anew: the pulse id went back */
  restarts = 0;
  /** scalars of the newest frame for which there was no room */
  leftOut = 0;

  /** @param {Bounds} bounds */
  constructor({ rows, values, names } = { rows: MOST_ROWS, values: MOST_VALUES, names: MOST_NAMES }) {
    this.#rings = new RingColumns(rows, values);
    this.#rings.open(2);
    this.#mostNames = names;
  }

  /**
   * Takes what is new of a frame's pulses; one that was taken before, in whatever rendition, has nothing new.
   * @param {Record<string, any>} header docs/protocol.md
   */
  add({ epoch, seq, t_received: receivedS, pulses }) {
    const last = this.#last;
    if (epoch < last.epoch || (epoch === last.epoch && seq <= last.seq) || !Array.isArray(pulses?.pulse_id)) {
      return;
    }
    this.#last = { epoch, seq };
    const columns = Object.entries(pulses.values ?? {}).filter(([, column]) => Array.isArray(column));
    this.#know(columns);
    const rows = this.#rows(pulses, receivedS);
    for (const [name, column] of columns) {
      const channel = this.#channels.get(name);
      if (channel) {
        this.#take(channel, column, pulses.pulse_id, rows);
      }
    }
  }

  /**
   * Adds what this page has found in a pulse's picture, if the pulse is one of the last.
   * @param {unknown} pulse its id
   * @param {Record<string, number | null>} found
   */
  note(pulse, found) {
    const oldest = Math.max(this.first, this.end - LATE_ROWS);
    const row = oldest + this.pulses(oldest, this.end).lastIndexOf(Number(pulse ?? NO_ID));
    if (row < oldest) {
      return;
    }
    const columns = Object.entries(found).map(([name, value]) => [name, [value]]);
    const { leftOut } = this;
    this.#know(columns);
    this.leftOut = leftOut;
    for (const [name, column] of columns) {
      const channel = this.#channels.get(name);
      if (channel) {
        this.#take(channel, column, [pulse], [row]);
      }
    }
  }

  /** @param {string} name */
  channel(name) {
    return this.#channels.get(name);
  }

  /** How many pulses are kept. */
  get kept() {
    return this.pulses(this.first, this.end).filter((pulse) => !Number.isNaN(pulse)).length;
  }

  /** Rows are counted since the start; `first` is the oldest that is kept, `end` comes after the newest. */
  get first() {
    return this.#rings.first;
  }

  get end() {
    return this.#rings.end;
  }

  /**
   * The times of rows [Unix seconds, never falling], by the source's clock as far as it tells.
   * @param {number} from
   * @param {number} to exclusive
   */
  times(from, to) {
    return this.#rings.slice(TIME, from, to);
  }

  /** The pulse ids of rows; -Infinity: it had none; NaN is no pulse but a place where some are missing. */
  pulses(/** @type {number} */ from, /** @type {number} */ to) {
    return this.#rings.slice(PULSE, from, to);
  }

  /**
   * The numbers of a scalar, booleans as 0 and 1; NaN where there is none.
   * @param {string} name one of `scalars`
   * @param {number} from
   * @param {number} to exclusive
   */
  values(name, from, to) {
    return this.#rings.slice(this.#channels.get(name).column, from, to);
  }

  /** The first row that is not before a time. @param {number} timeS */
  rowAt(timeS) {
    let [low, high] = [this.first, this.end];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#rings.get(TIME, middle) < timeS) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Makes room for what is new, as far as there is any. */
  #know(columns) {
    this.leftOut = 0;
    const opened = [];
    for (const [name, column] of columns) {
      let channel = this.#channels.get(name);
      if (!channel && this.#channels.size < this.#mostNames) {
        channel = new Channel();
        this.#channels.set(name, channel);
      }
      if (!channel) {
        this.leftOut += 1;
      } else if (!channel.isScalar && column.some(isNumber)) {
        opened.push(name);
      }
    }
    if (opened.length) {
      const first = this.#rings.open(opened.length);
      opened.forEach((name, index) => (this.#channels.get(name).column = first + index));
      this.scalars = [...this.scalars, ...opened];
    }
  }

  /** Begins a row for each pulse that is new, and one of nothing where some are missing. */
  #rows({ pulse_id: ids, t_source: times }, receivedS) {
    const beforeS = isTime(this.#receivedS) ? this.#receivedS : receivedS;
    this.#receivedS = receivedS;
    const { last } = this.#ids;
    const seen = last === null ? -1 : ids.lastIndexOf(last); // what is up to there came with a frame before
    return ids.map((id, index) => {
      if (id !== null && (index <= seen || id === this.#ids.last)) {
        return -1;
      }
      const { missed, restarted } = id === null ? NOTHING_TOLD : this.#ids.observe(id);
      const shareS = beforeS + ((receivedS - beforeS) * (index + 1)) / ids.length;
      const timeS = this.#timeS([times?.[index], shareS, this.lastS].find(isTime) ?? 0);
      this.missed += missed;
      this.restarts += restarted ? 1 : 0;
      if (missed || restarted) {
        this.#begin(timeS, NaN);
      }
      return this.#begin(timeS, id ?? NO_ID);
    });
  }

  #begin(timeS, pulse) {
    const row = this.#rings.begin();
    this.#rings.set(TIME, row, timeS);
    this.#rings.set(PULSE, row, pulse);
    return row;
  }

  /** A clock that was set back goes on from where it was, until it has caught up. */
  #timeS(timeS) {
    if (!(timeS < this.lastS)) {
      this.#shiftS = 0;
    } else if (timeS + this.#shiftS < this.lastS) {
      this.#shiftS = this.lastS - timeS;
    }
    this.lastS = timeS + this.#shiftS;
    return this.lastS;
  }

  #take(channel, column, ids, rows) {
    rows.forEach((row, index) => {
      if (row < 0) {
        return;
      }
      const value = column[index] ?? null;
      channel.take(value, ids[index]);
      if (isNumber(value)) {
        this.#rings.set(channel.column, row, Number(value));
      }
    });
  }
}

/** @param {unknown} value */
function isNumber(value) {
  return typeof value === "boolean" || Number.isFinite(value);
}

/** @param {unknown} value */
function isTime(value) {
  return typeof value === "number" && Math.abs(value) <= LAST_S;
}
