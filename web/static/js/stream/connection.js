/**
 * Keeps one stream watched over one socket: requests the watch whenever the socket connects and repeats the request,
 * changes the rendition, and stops while the page is hidden.
 *
 * The socket (socket.io's, without its own reconnection), the timers, and the function that finds out why a
 * connection was rejected are passed in.
 */

import { ReconnectingSocket } from "./reconnecting-socket.js";

const RETRY_WATCH_MS = 1000;
const ANSWER_TIMEOUT_MS = 5000;

/**
 * @typedef {import("./state.js").ConnectionState} ConnectionState
 * @typedef {import("./state.js").Refusal} Refusal
 * @typedef {import("../lib/timers.js").Timers} Timers
 * @typedef {Record<string, any>} Message JSON of the server
 *
 * @typedef {object} Listener
 * @property {(state: ConnectionState, refusal: Refusal | null) => void} onConnectionState
 * @property {() => void} onRefusal the server refused the rendition; another one may be chosen now
 * @property {() => void} onConnect a new connection to the server
 * @property {(sentS: number, serverS: unknown, arrivedS: number) => void} onAnswer a request that was sent at
 *   `sentS` of our clock was answered at `arrivedS`; the server's time of the answer
 * @property {(message: ArrayBuffer, arrivedS: number) => void} onFrame with the time of its arrival
 * @property {(pulses: Message) => void} onPulses of a frame that was not sent over this connection
 * @property {(status: Message) => void} onStatus
 * @property {(schema: Message) => void} onSchema
 * @property {(text: string) => void} onNotice
 *
 * @typedef {object} Socket the used part of a socket.io client
 * @property {boolean} connected
 * @property {() => unknown} connect
 * @property {() => unknown} disconnect
 * @property {(event: string, handler: (payload: any, arrivedS?: number) => void) => unknown} on
 * @property {() => unknown} off
 * @property {(event: string, payload: object) => unknown} emit
 * @property {(ms: number) => {emit: (event: string, payload: object, onAnswer: OnAnswer) => unknown}} timeout
 * @property {{opts: {transports: string[]}, engine: {transport: {name: string}}}} io
 *
 * @typedef {(timeout: Error | null, answer?: any, sentS?: number, arrivedS?: number) => void} OnAnswer with
 *   the times of request and answer, if they are earlier than those of the two calls
 */

export class Connection {
  /** @type {ConnectionState} */
  state = "opening";
  #socket;
  #reconnecting;
  #stream;
  #listener;
  #timers;
  #fetchRejection;
  #rendition = "full";
  /** @type {any} a timer until the watch is requested again, or null */
  #timer = null;
  #generation = 0; // answers to requests of an earlier one are ignored
  /** @type {[ArrayBuffer, number] | null} the last frame that overtook the answer to its watch, and its arrival */
  #earlyFrame = null;
  #isVisible = true;

  /**
   * @param {Socket} socket
   * @param {string} stream
   * @param {Listener} listener
   * @param {Timers} timers
   * @param {() => Promise<{state: ConnectionState, refusal: Refusal} | null>} fetchRejection called when a
   *   connection is rejected; null: no reason is known
   */
  constructor(socket, stream, listener, timers, fetchRejection) {
    this.#socket = socket;
    this.#stream = stream;
    this.#listener = listener;
    this.#timers = timers;
    this.#fetchRejection = fetchRejection;
    this.#reconnecting = new ReconnectingSocket(socket, timers, {
      onConnect: () => this.#onConnect(),
      onDisconnect: () => this.#onDisconnect(),
      onReject: () => this.#explainRejection(),
    });
    socket.on("frame", (message, arrivedS) => this.#onFrame(message, arrivedS ?? timers.nowS()));
    socket.on("pulses", (pulses) => this.#isOurs(pulses) && listener.onPulses(pulses));
    socket.on("status", (status) => this.#isOurs(status) && listener.onStatus(status));
    socket.on("schema", (schema) => this.#isOurs(schema) && listener.onSchema(schema));
    socket.on("notice", (notice) => listener.onNotice(String(notice?.text ?? "")));
  }

  open() {
    this.#reconnecting.open();
  }

  /** Disconnect for good. */
  close() {
    this.#stopTimer();
    this.#generation += 1;
    this.#reconnecting.close();
  }

  /** Watch only while the page is visible: a hidden tab does not. @param {boolean} isVisible */
  setVisible(isVisible) {
    if (isVisible === this.#isVisible) {
      return;
    }
    this.#isVisible = isVisible;
    if (!this.#socket.connected) {
      if (isVisible) {
        this.retryNow();
      }
      return;
    }
    this.#stopTimer();
    this.#generation += 1;
    if (isVisible) {
      this.#watch();
    } else {
      this.#socket.emit("unwatch", { stream: this.#stream });
      this.#setState("hidden");
    }
  }

  /**
   * Choose the rendition to watch. The present one continues until the new one has taken over.
   * @param {string} rendition
   */
  setRendition(rendition) {
    if (rendition === this.#rendition) {
      return;
    }
    this.#rendition = rendition;
    if (this.state === "watching" || this.state === "asking" || this.state === "refused") {
      this.#stopTimer();
      this.#watch();
    }
  }

  /**
   * Report to the server which frame was drawn, from which it learns what this connection carries.
   * @param {{epoch: number, seq: number}} frame
   * @param {number} ago how many seconds ago
   * @param {boolean} wantsTime whether to request the server's time too
   */
  report({ epoch, seq }, ago, wantsTime) {
    const drawn = { stream: this.#stream, epoch, seq, ago };
    if (this.state !== "watching") {
      return; // a disconnected socket would queue it and send it too late
    }
    if (wantsTime) {
      this.#request("drawn", drawn, () => {});
    } else {
      this.#socket.emit("drawn", drawn);
    }
  }

  /** Connect now rather than after the delay: the network is back, or the page is visible again. */
  retryNow() {
    this.#reconnecting.retryNow();
  }

  #onConnect() {
    this.#stopTimer();
    this.#listener.onConnect();
    if (this.#isVisible) {
      this.#watch();
    } else {
      this.#setState("hidden");
    }
  }

  #onDisconnect() {
    this.#generation += 1;
    this.#stopTimer();
    if (this.state !== "logged_out" && this.state !== "turned_away") {
      this.#setState("unreachable");
    }
  }

  async #explainRejection() {
    const generation = this.#generation;
    const rejection = await this.#fetchRejection();
    if (generation === this.#generation && (rejection || this.state !== "unreachable")) {
      this.#setState(rejection?.state ?? "unreachable", rejection?.refusal ?? null);
    }
  }

  /** Start a watch, or change the rendition of the present one, whose frames continue meanwhile. */
  #watch() {
    const generation = ++this.#generation;
    if (this.state !== "watching") {
      this.#earlyFrame = null;
      if (this.state !== "refused") {
        this.#setState("asking");
      }
      this.#socket.emit("drawn", {}); // announces that reports will follow
    }
    const request = { stream: this.#stream, rendition: this.#rendition };
    this.#request("watch", request, (answer) => generation === this.#generation && this.#onWatchAnswer(answer));
  }

  /** @param {string} event @param {object} payload @param {(answer: any) => void} onAnswer */
  #request(event, payload, onAnswer) {
    const sentS = this.#timers.nowS();
    this.#socket.timeout(ANSWER_TIMEOUT_MS).emit(event, payload, (timeout, answer, fromS = sentS, toS = this.#timers.nowS()) => {
      if (!timeout) {
        this.#listener.onAnswer(fromS, answer?.t, toS);
      }
      onAnswer(timeout ? TIMED_OUT : answer);
    });
  }

  /** @param {any} answer untrusted */
  #onWatchAnswer(answer) {
    if (!answer || typeof answer !== "object" || answer.error !== undefined) {
      const refused = this.#rendition;
      if (answer !== TIMED_OUT) {
        this.#listener.onRefusal();
      }
      if (this.#rendition !== refused) {
        return; // another one has been requested instead
      }
      if (this.state !== "watching") {
        this.#setState("refused", {
          error: String(answer?.error ?? "The server's answer is invalid"),
          ...(answer?.part && { part: String(answer.part) }),
          hint: String(answer?.hint ?? ""),
        });
      }
      this.#timer = this.#timers.start(() => {
        this.#timer = null;
        this.#watch();
      }, RETRY_WATCH_MS);
      return;
    }
    if (this.state !== "watching") {
      this.#setState("watching");
    }
    if (answer.status) {
      this.#listener.onStatus(answer.status);
    }
    if (answer.schema) {
      this.#listener.onSchema(answer.schema);
    }
    if (this.#earlyFrame) {
      this.#listener.onFrame(...this.#earlyFrame);
      this.#earlyFrame = null;
    }
  }

  /**
   * Keep an early frame: one that is dropped is never reported, and the server would wait for the report.
   * @param {[message: ArrayBuffer, arrivedS: number]} frame
   */
  #onFrame(...frame) {
    if (this.state === "watching") {
      this.#listener.onFrame(...frame);
    } else if (this.state === "asking" || this.state === "refused") {
      this.#earlyFrame = frame;
    }
  }

  /** @param {Message | null | undefined} message */
  #isOurs(message) {
    return message?.stream === this.#stream && this.state === "watching";
  }

  /** @param {ConnectionState} state @param {Refusal | null} [refusal] */
  #setState(state, refusal = null) {
    this.state = state;
    this.#listener.onConnectionState(state, refusal);
  }

  #stopTimer() {
    if (this.#timer !== null) {
      this.#timers.stop(this.#timer);
      this.#timer = null;
    }
  }
}

const TIMED_OUT = {
  error: "The server did not answer in time",
  hint: "It is overloaded, or Redis does not answer it.",
};
