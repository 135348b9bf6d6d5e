/** One watched stream over a socket of its own: its frames as they arrive, and its state. No display. */

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
 * @typedef {import("./state.js").ConnectionState} ConnectionState
 * @typedef {import("./state.js").Refusal} Refusal
 * @typedef {import("./connection.js").Message} Message
 *
 * @typedef {object} Listener
 * @property {(state: ConnectionState) => void} onConnectionState
 * @property {() => void} [onRefusal] the server refused the rendition; another one may be chosen now
 * @property {(frame: Frame) => void} onFrame each frame newer than all before; it waits in `latest`
 * @property {(pulses: Message) => void} [onPulses] of a frame that was not sent over this connection
 * @property {(status: Message) => void} [onStatus]
 * @property {() => void} onChange of the state or its message
 * @property {(text: string) => void} [onNotice] an announcement of the server to all its viewers
 */

export class Subscription {
  /** @type {Message | null} */
  status = null;
  /** @type {Message | null} */
  schema = null;
  clock = new ServerClock();
  latest = new LatestFrame();
  /** counts of this page */
  totals = { bytes: 0, frames: 0, unreadable: 0 };
  /** @type {ConnectionState} */
  connectionState = "opening";
  /** @type {Refusal | null} */
  refusal = null;
  #listener;
  #connection;
  #socket;
  #reporter;
  #lastError = "";
  /**
   * When things last happened, in seconds on this page's clock; null: not in this watch.
   * @type {Record<"watching" | "status" | "state" | "drawn" | "unreadable", number | null>}
   */
  #at = { watching: null, status: null, state: null, drawn: null, unreadable: null };

  /** @param {string} stream @param {Listener} listener */
  constructor(stream, listener) {
    this.stream = stream;
    this.#listener = listener;
    this.#socket = createSocket(stream);
    this.#connection = new Connection(
      this.#socket,
      stream,
      {
        onConnectionState: (state, refusal) => this.#onConnectionState(state, refusal),
        onRefusal: () => listener.onRefusal?.(),
        onConnect: () => this.clock.restart(),
        onAnswer: (sentS, serverS, arrivedS) => this.clock.observeAnswer(sentS, serverS, arrivedS),
        onFrame: (message, arrivedS) => this.#onMessage(message, arrivedS),
        onPulses: (pulses) => listener.onPulses?.(pulses),
        onStatus: (status) => this.#onStatus(status),
        onSchema: (schema) => (this.schema = schema),
        onNotice: (text) => listener.onNotice?.(text),
      },
      timers,
      fetchRejection,
    );
    this.#reporter = new DrawnReporter(this.#connection, this.latest, this.clock, timers);
  }

  open() {
    this.#connection.open();
  }

  /** End the subscription for good. */
  close() {
    this.#reporter.stop();
    this.latest.clear();
    this.#connection.close();
  }

  /** Watch only while the stream is visible. @param {boolean} isVisible */
  setVisible(isVisible) {
    this.#connection.setVisible(isVisible);
  }

  /** @param {string} rendition to watch from now on */
  setRendition(rendition) {
    this.#connection.setRendition(rendition);
  }

  /** Reconnect now: the network is back. */
  retryNow() {
    this.#connection.retryNow();
  }

  /** Report that a frame, and all before it, was drawn or is undrawable. @param {Frame} frame */
  reportDrawn(frame) {
    this.#reporter.report(frame);
  }

  /** Remember that a frame was drawn now. */
  markDrawn() {
    this.#at.drawn = nowS();
  }

  /** Count a frame that cannot be drawn; any other error is a fault of this page. @param {unknown} error */
  countUnreadable(error) {
    if (!(error instanceof BadEnvelope || error instanceof DOMException)) {
      throw error;
    }
    this.totals.unreadable += 1;
    this.#at.unreadable = nowS();
    if (error.message !== this.#lastError) {
      this.#lastError = error.message; // logged once, not for every frame
      console.warn("Frame skipped:", this.#lastError);
    }
  }

  get transport() {
    return this.#socket.connected ? this.#socket.io.engine.transport.name : "none";
  }

  /** Whether the numbers of the status are current. */
  get isStatusCurrent() {
    return isStatusCurrent(this.status, secondsSince(this.#at.status));
  }

  /** What the state is determined from, as far as it is known here. @returns {import("./state.js").Facts} */
  get facts() {
    return {
      stream: this.stream,
      connection: this.connectionState,
      refusal: this.refusal,
      status: this.status,
      statusS: secondsSince(this.#at.status),
      stateS: secondsSince(this.#at.state) ?? Infinity,
      watchingS: secondsSince(this.#at.watching) ?? 0,
      drawnS: secondsSince(this.#at.drawn),
      unreadableS: secondsSince(this.#at.unreadable),
    };
  }

  /** @param {ConnectionState} state @param {Refusal | null} refusal */
  #onConnectionState(state, refusal) {
    this.connectionState = state;
    this.refusal = refusal;
    this.#reporter.stop();
    this.latest.clear(); // the waiting frame and the displayed one are of an earlier watch
    this.#at.status = this.#at.drawn = this.#at.unreadable = null;
    if (state === "watching") {
      this.#at.watching = nowS();
      this.#reporter.restart();
    }
    this.#listener.onConnectionState(state);
    this.#listener.onChange();
  }

  /** @param {Message} status */
  #onStatus(status) {
    this.#at.status = nowS();
    if (status.state !== this.status?.state) {
      this.#at.state = this.#at.status;
    }
    this.status = status;
    this.#listener.onStatus?.(status);
    this.#listener.onChange();
  }

  /** @param {ArrayBuffer} message @param {number} arrivedS */
  #onMessage(message, arrivedS) {
    this.totals.bytes += message?.byteLength ?? 0;
    let frame;
    try {
      frame = unpack(message);
    } catch (error) {
      this.countUnreadable(error);
      return;
    }
    if (frame.header.stream !== this.stream) {
      return;
    }
    this.clock.observe(frame.header.t_published, arrivedS);
    if (this.latest.offer(frame)) {
      this.#listener.onFrame(frame);
    }
  }
}

/** Return the seconds since a time of this page's clock; null: never. @param {number | null} then */
export function secondsSince(then) {
  return then === null ? null : nowS() - then;
}
