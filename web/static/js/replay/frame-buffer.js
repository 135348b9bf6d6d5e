/**
 * A buffer of the last seconds: keeps the frames that arrived, bounded by time and by bytes.
 *
 * Nothing is copied: a frame is kept with the message it is part of. A clip that is held, as while the picture is
 * frozen, stays whole; new frames get the rest of the memory, and where the rest is too small they are not kept.
 * So no held frame is lost, and the total never exceeds the bound. A new watch or a restart of ingest clears
 * nothing: each frame knows how many are missing before it.
 */

import { Clip } from "./clip.js";

const DEFAULT_SECONDS = 10;
const MAX_SECONDS = 600;
const MAX_BYTES = 64 * 1024 * 1024;
const PARSED_FACTOR = 2; // a parsed header takes up to this many times the bytes of its text

/**
 * @typedef {import("./clip.js").BufferedFrame} BufferedFrame
 * @typedef {import("../stream/envelope.js").Frame} Frame
 */

export class FrameBuffer {
  /** how long before the newest frame it reaches; a new value takes effect with the next frame */
  seconds;
  /** of all frames, buffered or held by clips */
  bytes = 0;
  #maxBytes;
  /** @type {BufferedFrame[]} the newest last */
  #frames = [];
  /** @type {Map<Clip, BufferedFrame[]>} */
  #clips = new Map();
  #last = { epoch: -Infinity, seq: -Infinity };

  /** @param {string} text the seconds in the page's address; anything but a number from 1 to 600 is ignored */
  static fromText(text) {
    const seconds = Number(text);
    return new FrameBuffer(seconds >= 1 && seconds <= MAX_SECONDS ? { seconds } : {});
  }

  constructor({ seconds = DEFAULT_SECONDS, maxBytes = MAX_BYTES } = {}) {
    this.seconds = seconds;
    this.#maxBytes = maxBytes;
  }

  get count() {
    return this.#frames.length;
  }

  /** From the arrival of the oldest frame to that of the newest. */
  get spanS() {
    return new Clip(this.#frames).spanS;
  }

  /**
   * @param {Frame} frame
   * @param {number} nowS on a steady clock
   * @returns {boolean} whether it was kept: it is newer than all before, and there is room for it
   */
  add(frame, nowS) {
    const { epoch, seq } = frame.header;
    const last = this.#last;
    if (!(epoch > last.epoch || (epoch === last.epoch && seq > last.seq))) {
      return false;
    }
    const bytes = sizeOf(frame);
    while (this.#frames[0]?.atS < nowS - this.seconds) {
      this.#dropOldest();
    }
    if (!this.#makeRoom(bytes)) {
      return false;
    }
    const buffered = { frame, atS: nowS, bytes, lost: lostBetween(last, frame.header), holders: 0 };
    this.#addHolder(buffered);
    this.#frames.push(buffered);
    this.#last = { epoch, seq };
    return true;
  }

  /** Return the buffered frames as a clip, which stays in memory until it is released. */
  hold() {
    const frames = [...this.#frames];
    const clip = new Clip(frames);
    frames.forEach((one) => this.#addHolder(one));
    this.#clips.set(clip, frames);
    return clip;
  }

  /** Release a clip's frames; a second call does nothing. @param {Clip} clip */
  release(clip) {
    this.#clips.get(clip)?.forEach((one) => this.#removeHolder(one));
    this.#clips.delete(clip);
  }

  /** Drop the oldest frames where that makes enough room, and none where it does not. @param {number} bytes */
  #makeRoom(bytes) {
    const isFull = () => this.bytes + bytes > this.#maxBytes;
    if (isFull()) {
      const own = this.#frames.filter(({ holders }) => holders === 1);
      const heldBytes = this.bytes - own.reduce((sum, one) => sum + one.bytes, 0);
      if (heldBytes + bytes > this.#maxBytes) {
        return false;
      }
    }
    while (isFull()) {
      this.#dropOldest();
    }
    return true;
  }

  #dropOldest() {
    const oldest = this.#frames.shift();
    if (oldest) {
      this.#removeHolder(oldest);
    }
  }

  /** @param {BufferedFrame} frame */
  #addHolder(frame) {
    this.bytes += frame.holders ? 0 : frame.bytes;
    frame.holders += 1;
  }

  /** @param {BufferedFrame} frame */
  #removeHolder(frame) {
    frame.holders -= 1;
    this.bytes -= frame.holders ? 0 : frame.bytes;
  }
}

/** The body is a view of the whole message, in which the header precedes it. @param {Frame} frame */
function sizeOf({ body }) {
  return body.buffer.byteLength + PARSED_FACTOR * body.byteOffset;
}

/** @param {{epoch: number, seq: number}} last @param {Frame["header"]} header */
function lostBetween(last, { epoch, seq, image }) {
  if (last.epoch === -Infinity) {
    return 0;
  }
  const leftOut = image?.left_out | 0; // by the rate limit of ingest
  return epoch === last.epoch ? Math.max(0, seq - last.seq - 1 - leftOut) : null;
}
