/**
 * A socket that opens and watches a stream before the page's own modules are loaded. It keeps what arrives until the
 * page connects; from then on it is the page's socket.
 */

const EVENTS = ["connect", "connect_error", "disconnect", "frame", "pulses", "status", "schema", "notice"];
const UNUSED_MS = 20_000;

/**
 * @typedef {import("./connection.js").Socket} Socket
 * @typedef {import("./connection.js").OnAnswer} OnAnswer
 * @typedef {import("../lib/timers.js").Timers} Timers
 */

/** @implements {Socket} */
export class EarlySocket {
  connected = false;
  #socket;
  #stream;
  #timers;
  /** @type {{event: string, payload: any, arrivedS: number}[] | null} null: the page is there */
  #kept = [];
  /** @type {Record<string, (payload: any, arrivedS: number) => void>} */
  #handlers = {};
  /** @type {OnAnswer | null} waits for the answer to the watch with which the socket connects */
  #onWatched = null;
  #hasWatched = false; // whether the page has requested a watch
  #openedS; // since when the socket can send
  #unusedTimer;

  /**
   * @param {Socket & {auth: any, io: {on: (event: string, handler: () => void) => unknown}}} socket socket.io's, not yet open
   * @param {string} stream
   * @param {Timers} timers
   */
  constructor(socket, stream, timers) {
    this.#socket = socket;
    this.#stream = stream;
    this.#timers = timers;
    for (const event of EVENTS) {
      socket.on(event, (payload) => this.#receive(event, payload));
    }
    socket.on("watched", (answer) => this.#receive("watched", { answer, sentS: this.#openedS }));
    this.#openedS = timers.nowS();
    socket.io.on("open", () => (this.#openedS = timers.nowS()));
    this.#unusedTimer = timers.start(() => this.#discard(), UNUSED_MS);
    socket.auth = { drawn: {}, watch: { stream, rendition: "full" } };
    socket.connect();
  }

  get io() {
    return this.#socket.io;
  }

  /** Pass on what was kept; later, connect again. */
  connect() {
    if (!this.#kept) {
      this.#socket.auth = {}; // a later connection watches what the page then requests
      this.#hasWatched = true; // by a message
      this.#socket.connect();
      return;
    }
    this.#timers.stop(this.#unusedTimer);
    const kept = this.#kept;
    this.#kept = null;
    kept.forEach(({ event, payload, arrivedS }) => this.#passOn(event, payload, arrivedS));
  }

  disconnect() {
    this.#socket.disconnect();
  }

  /** @param {string} event @param {(payload: any, arrivedS: number) => void} handler */
  on(event, handler) {
    this.#handlers[event] = handler;
  }

  off() {
    this.#handlers = {};
  }

  /** @param {string} event @param {object} payload */
  emit(event, payload) {
    this.#socket.emit(event, payload);
  }

  /** @param {number} ms */
  timeout(ms) {
    return {
      emit: (/** @type {string} */ event, /** @type {any} */ payload, /** @type {OnAnswer} */ onAnswer) => {
        const isFirst = event === "watch" && !this.#hasWatched;
        this.#hasWatched ||= isFirst;
        if (isFirst && payload.stream === this.#stream && payload.rendition === "full") {
          this.#awaitWatched(ms, onAnswer);
        } else {
          this.#socket.timeout(ms).emit(event, payload, onAnswer);
        }
      },
    };
  }

  /** @param {number} ms @param {OnAnswer} onAnswer */
  #awaitWatched(ms, onAnswer) {
    const timer = this.#timers.start(() => {
      this.#onWatched = null;
      onAnswer(new Error("timeout"));
    }, ms);
    this.#onWatched = (...results) => {
      this.#timers.stop(timer);
      onAnswer(...results);
    };
  }

  /** @param {string} event @param {any} payload */
  #receive(event, payload) {
    const arrivedS = this.#timers.nowS();
    if (this.#kept) {
      this.#kept.push({ event, payload, arrivedS });
    } else {
      this.#passOn(event, payload, arrivedS);
    }
  }

  /** @param {string} event @param {any} payload @param {number} arrivedS */
  #passOn(event, payload, arrivedS) {
    if (event === "watched") {
      this.#passOnAnswer(payload, arrivedS);
      return;
    }
    if (event === "connect" || event === "disconnect") {
      this.connected = event === "connect";
    }
    this.#handlers[event]?.(payload, arrivedS);
  }

  /** @param {{answer: any, sentS: number}} payload the answer is untrusted @param {number} arrivedS */
  #passOnAnswer({ answer, sentS }, arrivedS) {
    if (!this.#hasWatched) {
      this.#socket.emit("unwatch", { stream: this.#stream }); // the page was hidden meanwhile
    }
    const onWatched = this.#onWatched;
    this.#onWatched = null;
    onWatched?.(null, answer, sentS, arrivedS);
  }

  #discard() {
    this.#socket.disconnect();
    this.#kept = [{ event: "connect_error", payload: null, arrivedS: this.#timers.nowS() }];
  }
}
