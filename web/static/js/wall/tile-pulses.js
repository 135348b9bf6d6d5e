/** The frames of one tile that wait to be drawn, and what is known of their pulses. Pure; see pulse-matcher.js. */

import { PulseSequence } from "./pulse-sequence.js";

export const MAX_WAIT_S = 0.2;
export const MAX_FRAMES = 3;
export const HISTORY_S = 1; // how long arrivals are compared
export const INTERVALS = 3; // a stream has stopped after as many of its intervals

/**
 * @template Item
 * @typedef {{pulse: unknown, item: Item, sinceS: number}} Waiting
 */

/** @template Item */
export class TilePulses {
  sequence = new PulseSequence();
  /** @type {Waiting<Item>[]} the newest last; at most MAX_FRAMES, and one more until the next animation frame */
  waiting = [];
  /** @type {unknown} the pulse that is shown */
  shown = null;
  /** how many of the latest frames arrived too late, without one in time */
  lateFrames = 0;
  /** how often another tile gave way to it since its latest frame */
  missing = 0;
  frames = 0;
  newestS = -Infinity;
  intervalS = 0;
  /** @type {Map<TilePulses<Item>, number>} when they last had a pulse in common */
  partners = new Map();

  /** Whether it is too late to be waited for; once may be by chance. */
  get isLagging() {
    return this.missing > 1 || this.lateFrames > 1;
  }

  get isFull() {
    return this.waiting.length > MAX_FRAMES;
  }

  /** @param {unknown} pulse */
  holds(pulse) {
    return this.shown === pulse || this.waiting.some((frame) => frame.pulse === pulse);
  }

  /** Forget the pulses in common. */
  separate() {
    for (const partner of this.partners.keys()) {
      partner.partners.delete(this);
    }
    this.partners.clear();
  }

  /** Whether frames still arrive. @param {number} nowS */
  isCurrent(nowS) {
    return nowS - this.newestS <= Math.max(HISTORY_S, INTERVALS * this.intervalS);
  }

  /** @param {number} nowS */
  mustGiveWay(nowS) {
    return this.waiting.length > 0 && (this.isFull || nowS - this.waiting[0].sinceS >= MAX_WAIT_S);
  }
}
