/** One stream over a socket of its own: its frames as they come, and what is known of it. Shows nothing. */

import { isOfNow } from "./state.js";
import { ServerClock } from "./server-clock.js";
import { Connection } from "./connection.js";
import { BadEnvelope, unpack } from "./envelope.js";
import { Newest } from "./latest-frame.js";
import { Reporting } from "./report-drawn.js";
import { socket, whyNot } from "./socket.js";
import { nowS, timers } from "../lib/timers.js";

/**
 * @typedef {import("./latest-frame.js").Frame} Frame
 *
 * @typedef {object} Listener
 * @property {(to: import("./state.js").Link) => void} linked another state of the line
 * @property {(frame: Frame) => void} came each frame that came in its order; it waits in `newest`
 * @property {(held: Record<string, any>) => void} [pulses] of a frame that the line did not carry
 * @property {(status: Record<string, any>) => void} [told]
 * @property {() => void} changed something there is to say
 * @property {(text: string) => void} [notice] what the server tells all its viewers
 */

export class Watch {
  /** @type {Record<string, any> | null} */
  status = null;
  /** @type {Record<string, any> | null} */
  schema = null;
  clock = new ServerClock();
  newest = new Newest();
  /** counts of this page */
  here = { bytes: 0, frames: 0, unreadable: 0 };
  /** @type {{to: import("./state.js").Link, refusal: import("./connection.js").Refusal | null}} */
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
    this.#socket = socket();
    this.#connection = new Connection(
      this.#socket,
      stream,
      {
        link: (to, refusal) => this.#linked(to, refusal),
        connected: () => this.clock.renew(),
        answered: (sentS, serverS) => this.clock.answered(sentS, serverS, nowS()),
        frame: (message) => this.#received(message),
        pulses: (held) => listener.pulses?.(held),
        status: (told) => this.#told(told),
        schema: (told) => (this.schema = told),
        notice: (text) => listener.notice?.(text),
      },
      timers,
      whyNot,
    );
    this.#reporting = new Reporting(this.#connection, this.newest, this.clock, timers);
  }

  /** Begins. */
  open() {
    this.#connection.open();
  }

  /** Ends for good. */
  close() {
    this.#reporting.stop();
    this.newest.clear();
    this.#connection.close();
  }

  /** Whether anybody can see it: what nobody sees is not watched. @param {boolean} seen */
  setSeen(seen) {
    this.#connection.setSeen(seen);
  }

  /** @param {string} rendition to be watched from now on */
  setRendition(rendition) {
    this.#connection.setRendition(rendition);
  }

  /** Tries again at once: the network is back. */
  hurry() {
    this.#connection.hurry();
  }

  /** A frame, and with it all before, has been shown, or cannot be. @param {Frame} frame */
  done(frame) {
    this.#reporting.done(frame);
  }

  /** Something was shown now. */
  drew() {
    this.#at.drawn = nowS();
  }

  /** Counts a frame that cannot be shown; anything else is a fault of this page. @param {unknown} problem */
  unreadable(problem) {
    if (!(problem instanceof BadEnvelope || problem instanceof DOMException)) {
      throw problem;
    }
    this.here.unreadable += 1;
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
  get isTold() {
    return isOfNow(this.status, since(this.#at.status));
  }

  /** What the words about this stream are made of, as far as it is known here. */
  get known() {
    return {
      stream: this.stream,
      link: this.link.to,
      refusal: this.link.refusal,
      status: this.status,
      statusS: since(this.#at.status),
      stateS: since(this.#at.state) ?? Infinity,
      watchingS: since(this.#at.watching) ?? 0,
      drawnS: since(this.#at.drawn),
      unreadableS: since(this.#at.unreadable),
    };
  }

  #linked(to, refusal) {
    this.link = { to, refusal };
    this.#reporting.stop();
    this.newest.clear(); // what waits to be drawn is of an earlier watch, as is what is shown
    this.#at.status = this.#at.drawn = this.#at.unreadable = null;
    if (to === "watching") {
      this.#at.watching = nowS();
      this.#reporting.restart();
    }
    this.#listener.linked(to);
    this.#listener.changed();
  }

  #told(status) {
    this.#at.status = nowS();
    if (status.state !== this.status?.state) {
      this.#at.state = this.#at.status;
    }
    this.status = status;
    this.#listener.told?.(status);
    this.#listener.changed();
  }

  /** @param {ArrayBuffer} message */
  #received(message) {
    this.here.bytes += message?.byteLength ?? 0;
    let came;
    try {
      came = unpack(message);
    } catch (problem) {
      this.unreadable(problem);
      return;
    }
    if (came.header.stream !== this.stream) {
      return;
    }
    this.clock.learn(came.header.t_published, nowS());
    if (this.newest.offer(came)) {
      this.#listener.came(came);
    }
  }
}

/** @param {number | null} then */
export function since(then) {
  return then === null ? null : nowS() - then;
}
