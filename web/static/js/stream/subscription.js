/** One stream over a socket of its own: its frames as they come, and what is known of it. Shows nothing. */

import { isStatusCurrent } from "./state.js";
import { ServerClock } from "./server-clock.js";
import { Connection } from "./connection.js";
import { BadEnvelope, unpack } from "./envelope.js";
import { LatestFrame } from "./latest-frame.js";
import { DrawnReporter } from "./report-drawn.js";
import { createSocket, fetchRejection } from "./socket.js";
import { nowS, timers } from "../lib/timers.js";

/**
 * @typedef {import("./latest-frame.js").Frame} Frame
 *
 * @typedef {object} Listener
 * @property {(to: import("./state.js").Link) => void} onLinkChange another state of the line
 * @property {(frame: Frame) => void} onFrame each frame that came in its order; it waits in `newest`
 * @property {(held: Record<string, any>) => void} [onPulses] of a frame that the line did not carry
 * @property {(status: Record<string, any>) => void} [onStatus]
 * @property {() => void} onChange something there is to say
 * @property {(text: string) => void} [onNotice] what the server tells all its viewers
 */

export class Subscription {
  /** @type {Record<string, any> | null} */
  status = null;
  /** @type {Record<string, any> | null} */
  schema = null;
  clock = new ServerClock();
  latest = new LatestFrame();
  /** counts of this page */
  totals = { bytes: 0, frames: 0, unreadable: 0 };
  /** @type {{to: import("./state.js").Link, refusal: {error: string, hint: string} | null}} */
  link = { to: "opening", refusal: null };
  #listener;
  #connection;
  #socket;
  #reporting;
  #complaint = "";
  /** When things last happened, in seconds on this page's clock; null: not in this watch. */
  #at = { watching: null, status: null, state: null, drawn: null, unreadable: null };

  /** @param {string} stream @param {Listener} listener */
  constructor(stream, listener) {
    this.stream = stream;
    this.#listener = listener;
    this.#socket = createSocket();
    this.#connection = new Connection(
      this.#socket,
      stream,
      {
        onLinkChange: (to, refusal) => this.#linked(to, refusal),
        onConnect: () => this.clock.restart(),
        onAnswer: (sentS, serverS) => this.clock.observeAnswer(sentS, serverS, nowS()),
        onFrame: (message) => this.#received(message),
        onPulses: (held) => listener.onPulses?.(held),
        onStatus: (told) => this.#told(told),
        onSchema: (told) => (this.schema = told),
        onNotice: (text) => listener.onNotice?.(text),
      },
      timers,
      fetchRejection,
    );
    this.#reporting = new DrawnReporter(this.#connection, this.latest, this.clock, timers);
  }

  /** Begins. */
  open() {
    this.#connection.open();
  }

  /** Ends for good. */
  close() {
    this.#reporting.stop();
    this.latest.clear();
    this.#connection.close();
  }

  /** Whether anybody can see it: what nobody sees is not watched. @param {boolean} seen */
  setVisible(seen) {
    this.#connection.setVisible(seen);
  }

  /** @param {string} rendition to be watched from now on */
  setRendition(rendition) {
    this.#connection.setRendition(rendition);
  }

  /** Tries again at once: the network is back. */
  retryNow() {
    this.#connection.retryNow();
  }

  /** A frame, and with it all before, has been shown, or cannot be. @param {Frame} frame */
  reportDrawn(frame) {
    this.#reporting.done(frame);
  }

  /** Something was shown now. */
  markDrawn() {
    this.#at.drawn = nowS();
  }

  /** Counts a frame that cannot be shown; anything else is a fault of this page. @param {unknown} problem */
  countUnreadable(problem) {
    if (!(problem instanceof BadEnvelope || problem instanceof DOMException)) {
      throw problem;
    }
    this.totals.unreadable += 1;
    this.#at.unreadable = nowS();
    if (problem.message !== this.#complaint) {
      this.#complaint = problem.message; // once, not for every frame
      console.warn("Frame left out:", this.#complaint);
    }
  }

  get transport() {
    return this.#socket.connected ? this.#socket.io.engine.transport.name : "none";
  }

  /** Whether the status has the numbers of now. */
  get isStatusCurrent() {
    return isStatusCurrent(this.status, secondsSince(this.#at.status));
  }

  /** What the words about this stream are made of, as far as it is known here. */
  get facts() {
    return {
      stream: this.stream,
      link: this.link.to,
      refusal: this.link.refusal,
      status: this.status,
      statusS: secondsSince(this.#at.status),
      stateS: secondsSince(this.#at.state) ?? Infinity,
      watchingS: secondsSince(this.#at.watching) ?? 0,
      drawnS: secondsSince(this.#at.drawn),
      unreadableS: secondsSince(this.#at.unreadable),
    };
  }

  #linked(to, refusal) {
    this.link = { to, refusal };
    this.#reporting.stop();
    this.latest.clear(); // what waits to be drawn is of an earlier watch, as is what is shown
    this.#at.status = this.#at.drawn = this.#at.unreadable = null;
    if (to === "watching") {
      this.#at.watching = nowS();
      this.#reporting.restart();
    }
    this.#listener.onLinkChange(to);
    this.#listener.onChange();
  }

  #told(status) {
    this.#at.status = nowS();
    if (status.state !== this.status?.state) {
      this.#at.state = this.#at.status;
    }
    this.status = status;
    this.#listener.onStatus?.(status);
    this.#listener.onChange();
  }

  /** @param {ArrayBuffer} message */
  #received(message) {
    this.totals.bytes += message?.byteLength ?? 0;
    let came;
    try {
      came = unpack(message);
    } catch (problem) {
      this.countUnreadable(problem);
      return;
    }
    if (came.header.stream !== this.stream) {
      return;
    }
    this.clock.observe(came.header.t_published, nowS());
    if (this.latest.offer(came)) {
      this.#listener.onFrame(came);
    }
  }
}

/** @param {number | null} then */
export function secondsSince(then) {
  return then === null ? null : nowS() - then;
}
