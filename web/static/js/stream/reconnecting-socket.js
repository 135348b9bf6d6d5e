/**
 * Keeps a socket connected: connects it again after each disconnection, and when a connection is not confirmed in time.
 *
 * The socket (socket.io's, without its own reconnection) and the timers are passed in.
 */

const MIN_DELAY_MS = 200;
const MAX_DELAY_MS = 1000; // all clients retry within a second of the server's return
/**
 * A server closes sessions without a Socket.IO connection after this time (web/server/connect_timeout.py); a client whose
 * confirmation was lost or damaged on the way would wait for ever, since the server has it as connected.
 */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * @typedef {import("./connection.js").Socket} Socket
 * @typedef {import("../lib/timers.js").Timers} Timers
 *
 * @typedef {object} Listener
 * @property {() => void} onConnect
 * @property {() => void} onDisconnect also when a connection could not be made
 * @property {() => void} onReject after `onDisconnect`: the server or the network rejected the connection
 */

export class ReconnectingSocket {
  #socket;
  #timers;
  #listener;
  #failures = 0;
  /** @type {any} a timer until the next attempt, or null */
  #retryTimer = null;
  /** @type {any} a timer while an attempt lasts, or null */
  #attemptTimer = null;

  /** @param {Socket} socket @param {Timers} timers @param {Listener} listener */
  constructor(socket, timers, listener) {
    this.#socket = socket;
    this.#timers = timers;
    this.#listener = listener;
    socket.on("connect", () => this.#onConnect());
    socket.on("connect_error", (error) => {
      this.#chooseTransport(error?.message === "timeout");
      this.#onDisconnect();
      listener.onReject();
    });
    socket.on("disconnect", () => this.#onDisconnect());
  }

  open() {
    this.#attemptTimer = this.#timers.start(() => {
      this.#attemptTimer = null;
      this.#socket.disconnect(); // of which socket.io says nothing, since it was not connected
      this.#onDisconnect();
    }, CONNECT_TIMEOUT_MS);
    this.#socket.connect();
  }

  /** Disconnect for good. */
  close() {
    this.#stopTimers();
    this.#socket.off();
    this.#socket.disconnect();
  }

  /** Connect now rather than after the delay: the network is back, or the page is visible again. */
  retryNow() {
    if (!this.#socket.connected && this.#retryTimer !== null) {
      this.#stopTimers();
      this.#failures = 0;
      this.open();
    }
  }

  #onConnect() {
    this.#failures = 0;
    this.#stopTimers();
    this.#listener.onConnect();
  }

  #onDisconnect() {
    this.#stopTimers();
    this.#listener.onDisconnect();
    const delayMs = Math.min(MAX_DELAY_MS, MIN_DELAY_MS * 2 ** this.#failures);
    this.#failures += 1;
    // Random, so that not all viewers of a restarted server connect at the same moment.
    this.#retryTimer = this.#timers.start(() => {
      this.#retryTimer = null;
      this.open();
    }, delayMs * (0.5 + this.#timers.random() / 2));
  }

  /**
   * Try the other transport. Where WebSocket is rejected, socket.io falls back to polling automatically; a network
   * that drops WebSocket silently is detected here. The fallback is tried once: if polling fails, as between
   * workers without sticky sessions, the cause was a server that hung.
   * @param {boolean} timedOut whether the last attempt timed out
   */
  #chooseTransport(timedOut) {
    const options = this.#socket.io.opts;
    if (timedOut || options.transports[0] === "polling") {
      options.transports = [...options.transports].reverse();
    }
  }

  #stopTimers() {
    for (const timer of [this.#retryTimer, this.#attemptTimer]) {
      if (timer !== null) {
        this.#timers.stop(timer);
      }
    }
    this.#retryTimer = null;
    this.#attemptTimer = null;
  }
}
