/**
 * The memory of the last seconds: keeps the frames that came, bounded by time and by bytes.
 *
 * Nothing is copied: a frame is kept as it came, and with it the message it lies in. A stretch that
 * is held, as while the picture is frozen, stays whole; new frames go on into what it leaves of the
 * bound, and where it leaves too little they are not kept. So nobody loses what they look at, and
 * all together never passes the bound. A new watch and a new ingest forget nothing: each frame knows
 * how many are missing before it.
 */

import { Clip } from "./clip.js";

const SECONDS = 10;
const MOST_SECONDS = 600;
const MOST_BYTES = 64 * 1024 * 1024;
const PARSED = 2; // a header takes up to so many times its text once it is parsed

/**
 * @typedef {import("./clip.js").BufferedFrame} Kept
 * @typedef {import("../stream/envelope.js").Frame} Frame
 */

export class FrameBuffer {
  /** how far back it reaches from the newest frame on; a new value counts from the next frame on */
  seconds;
  /** of all that is kept or held */
  bytes = 0;
  #mostBytes;
  /** @type {Kept[]} the newest last */
  #kept = [];
  /** @type {Map<Clip, Kept[]>} */
  #held = new Map();
  #last = { epoch: -Infinity, seq: -Infinity };

  /** @param {string} text how many seconds a link asks for; what is no number from 1 to 600 is not taken */
  static fromText(text) {
    const seconds = Number(text);
    return new FrameBuffer(seconds >= 1 && seconds <= MOST_SECONDS ? { seconds } : {});
  }

  constructor({ seconds = SECONDS, mostBytes: maxBytes = MOST_BYTES } = {}) {
    this.seconds = seconds;
    this.#mostBytes = maxBytes;
  }

  get count() {
    return this.#kept.length;
  }

  /** From the arrival of the oldest frame kept to that of the newest. */
  get spanS() {
    return new Clip(this.#kept).spanS;
  }

  /**
   * @param {Frame} frame
   * @param {number} nowS on a steady clock
   * @returns {boolean} whether it is kept: it is newer than all before, and finds room
   */
  add(frame, nowS) {
    const { epoch, seq } = frame.header;
    const last = this.#last;
    if (!(epoch > last.epoch || (epoch === last.epoch && seq > last.seq))) {
      return false;
    }
    const bytes = size(frame);
    while (this.#kept[0]?.atS < nowS - this.seconds) {
      this.#leave(this.#kept.shift());
    }
    if (!this.#makeRoom(bytes)) {
      return false;
    }
    const kept = { frame, atS: nowS, bytes, lost: lost(last, frame.header), holders: 0 };
    this.#have(kept);
    this.#kept.push(kept);
    this.#last = { epoch, seq };
    return true;
  }

  /** What is kept now, until it is released. */
  hold() {
    const kept = [...this.#kept];
    const stretch = new Clip(kept);
    kept.forEach((one) => this.#have(one));
    this.#held.set(stretch, kept);
    return stretch;
  }

  /** Its frames are no longer held; again is no fault. @param {Clip} stretch */
  release(stretch) {
    this.#held.get(stretch)?.forEach((one) => this.#leave(one));
    this.#held.delete(stretch);
  }

  /** Forgets the oldest where that gives enough; nothing where it would not. @param {number} bytes */
  #makeRoom(bytes) {
    const over = () => this.bytes + bytes > this.#mostBytes;
    if (over()) {
      const own = this.#kept.filter(({ holders }) => holders === 1);
      const held = this.bytes - own.reduce((sum, one) => sum + one.bytes, 0);
      if (held + bytes > this.#mostBytes) {
        return false;
      }
    }
    while (over()) {
      this.#leave(this.#kept.shift());
    }
    return true;
  }

  /** @param {Kept} kept */
  #have(kept) {
    this.bytes += kept.holders ? 0 : kept.bytes;
    kept.holders += 1;
  }

  /** @param {Kept} kept */
  #leave(kept) {
    kept.holders -= 1;
    this.bytes -= kept.holders ? 0 : kept.bytes;
  }
}

/** The body is a view of the whole message, whose header stands before it. @param {Frame} frame */
function size({ body }) {
  return body.buffer.byteLength + PARSED * body.byteOffset;
}

/** @param {{epoch: number, seq: number}} last @param {Frame["header"]} header */
function lost(last, { epoch, seq, image }) {
  if (last.epoch === -Infinity) {
    return 0;
  }
  const never = image?.left_out | 0; // by ingest's limit
  return epoch === last.epoch ? Math.max(0, seq - last.seq - 1 - never) : null;
}
