/**
 * Keeps one stream watched over one socket: connects, asks, asks again, changes the rendition, and
 * stops while nobody looks.
 *
 * The socket (socket.io's, made without reconnection of its own), the timers, and whom to ask why a
 * line is not taken are passed in.
 */

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 1000; // within a second of the cure all try
const ASK_AGAIN_MS = 1000;
const ANSWER_WITHIN_MS = 5000;

/**
 * @typedef {import("./state.js").Link} Link
 * @typedef {import("../lib/timers.js").Timers} Timers
 * @typedef {{error: string, hint: string, part?: string}} Refusal `part`: of the wish, that is at fault
 *
 * @typedef {object} Listener
 * @property {(link: Link, refusal: Refusal | null) => void} onLinkChange
 * @property {() => void} onConnect a new line to the server
 * @property {(sentS: number, serverS: unknown) => void} onAnswer a question, sent then on our clock,
 *   was answered now; the server's time of the answer
 * @property {(message: ArrayBuffer) => void} onFrame
 * @property {(held: Record<string, any>) => void} onPulses of a frame that this line did not carry
 * @property {(status: Record<string, any>) => void} onStatus
 * @property {(schema: Record<string, any>) => void} onSchema
 * @property {(text: string) => void} onNotice
 */

export class Connection {
  /** @type {Link} */
  link = "opening";
  #socket;
  #stream;
  #listener;
  #timers;
  #whyNot;
  #rendition = "full";
  #timer = null;
  #failures = 0;
  #asked = 0; // answers to earlier questions are not ours any more
  /** @type {ArrayBuffer | null} the last frame that overtook the answer to its watch */
  #early = null;
  #seen = true;

  /**
   * @param {any} socket
   * @param {string} stream
   * @param {Listener} listener
   * @param {Timers} timers
   * @param {() => Promise<{link: Link, refusal: Refusal} | null>} whyNot asked when a line is not taken;
   *   null: nobody says
   */
  constructor(socket, stream, listener, timers, whyNot) {
    this.#socket = socket;
    this.#stream = stream;
    this.#listener = listener;
    this.#timers = timers;
    this.#whyNot = whyNot;
    socket.on("connect", () => this.#connected());
    socket.on("connect_error", (problem) => {
      this.#chooseTransport(problem?.message === "timeout");
      this.#failed();
      this.#understand();
    });
    socket.on("disconnect", () => this.#failed());
    socket.on("frame", (message) => this.#came(message));
    socket.on("pulses", (held) => this.#isOurs(held) && listener.onPulses(held));
    socket.on("status", (status) => this.#isOurs(status) && listener.onStatus(status));
    socket.on("schema", (schema) => this.#isOurs(schema) && listener.onSchema(schema));
    socket.on("notice", (notice) => listener.onNotice(String(notice?.text ?? "")));
  }

  open() {
    this.#socket.connect();
  }

  /** Ends for good. */
  close() {
    this.#stopTimer();
    this.#asked += 1;
    this.#socket.off();
    this.#socket.disconnect();
  }

  /** Whether anybody can see the page: a hidden tab does not watch. @param {boolean} seen */
  setVisible(seen) {
    if (seen === this.#seen) {
      return;
    }
    this.#seen = seen;
    if (!this.#socket.connected) {
      if (seen) {
        this.retryNow();
      }
      return;
    }
    this.#stopTimer();
    this.#asked += 1;
    if (seen) {
      this.#ask();
    } else {
      this.#socket.emit("unwatch", { stream: this.#stream });
      this.#enter("hidden");
    }
  }

  /**
   * Which rendition to watch. One that is watched goes on until the other has taken over.
   * @param {string} rendition
   */
  setRendition(rendition) {
    if (rendition === this.#rendition) {
      return;
    }
    this.#rendition = rendition;
    if (this.link === "watching" || this.link === "asking") {
      this.#stopTimer();
      this.#ask();
    }
  }

  /**
   * Tells the server what was drawn, so that it knows what this line carries.
   * @param {{epoch: number, seq: number}} frame
   * @param {number} ago how many seconds ago
   * @param {boolean} asks whether to ask for the server's time too
   */
  report({ epoch, seq }, ago, asks) {
    const drawn = { stream: this.#stream, epoch, seq, ago };
    if (this.link !== "watching") {
      return; // a socket without a line would keep it, and send it when it is of no use
    }
    if (asks) {
      this.#question("drawn", drawn, () => {});
    } else {
      this.#socket.emit("drawn", drawn);
    }
  }

  /** Connects now rather than after the delay: the network is back, or somebody looks again. */
  retryNow() {
    if (!this.#socket.connected && this.#timer !== null) {
      this.#stopTimer();
      this.#failures = 0;
      this.#socket.connect();
    }
  }

  #connected() {
    this.#failures = 0;
    this.#stopTimer();
    this.#listener.onConnect();
    if (this.#seen) {
      this.#ask();
    } else {
      this.#enter("hidden");
    }
  }

  #failed() {
    this.#asked += 1;
    this.#stopTimer();
    if (this.link !== "logged_out" && this.link !== "turned_away") {
      this.#enter("unreachable");
    }
    const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures);
    this.#failures += 1;
    // Spread out: a restarted server must not meet all its viewers in one instant.
    this.#startTimer(() => this.#socket.connect(), delayMs * (0.5 + this.#timers.random() / 2));
  }

  /** Finds out why the line was not taken. */
  async #understand() {
    const asked = this.#asked;
    const why = await this.#whyNot();
    if (asked === this.#asked && (why || this.link !== "unreachable")) {
      this.#enter(why?.link ?? "unreachable", why?.refusal ?? null);
    }
  }

  /**
   * Where WebSocket is refused, socket.io polls by itself; a network that swallows it has to be found
   * out. One try: where polling fails, as between workers that share no session, the server hung.
   * @param {boolean} late the last try was given up
   */
  #chooseTransport(late) {
    const options = this.#socket.io.opts;
    if (late || options.transports[0] === "polling") {
      options.transports = [...options.transports].reverse();
    }
  }

  /** Begins a watch, or changes over to another rendition within one, whose frames still flow. */
  #ask() {
    const number = ++this.#asked;
    if (this.link !== "watching") {
      this.#early = null;
      if (this.link !== "refused") {
        this.#enter("asking");
      }
      this.#socket.emit("drawn", {}); // reports will come
    }
    const wish = { stream: this.#stream, rendition: this.#rendition };
    this.#question("watch", wish, (answer) => number === this.#asked && this.#answered(answer));
  }

  #question(event, payload, answered) {
    const sentS = this.#timers.nowS();
    this.#socket.timeout(ANSWER_WITHIN_MS).emit(event, payload, (late, answer) => {
      if (!late) {
        this.#listener.onAnswer(sentS, answer?.t);
      }
      answered(late ? SILENT : answer);
    });
  }

  #answered(answer) {
    if (!answer || typeof answer !== "object" || answer.error !== undefined) {
      if (this.link !== "watching") {
        this.#enter("refused", {
          error: String(answer?.error ?? "The server gave no answer that this page understands"),
          ...(answer?.part && { part: String(answer.part) }),
          hint: String(answer?.hint ?? ""),
        });
      }
      this.#startTimer(() => this.#ask(), ASK_AGAIN_MS);
      return;
    }
    if (this.link !== "watching") {
      this.#enter("watching");
    }
    if (answer.status) {
      this.#listener.onStatus(answer.status);
    }
    if (answer.schema) {
      this.#listener.onSchema(answer.schema);
    }
    if (this.#early) {
      this.#listener.onFrame(this.#early);
      this.#early = null;
    }
  }

  /** One that is not taken is not reported either, and the server would wait for that. */
  #came(message) {
    if (this.link === "watching") {
      this.#listener.onFrame(message);
    } else if (this.link === "asking" || this.link === "refused") {
      this.#early = message;
    }
  }

  #isOurs(message) {
    return message?.stream === this.#stream && this.link === "watching";
  }

  /** @param {Link} link @param {Refusal | null} [refusal] */
  #enter(link, refusal = null) {
    this.link = link;
    this.#listener.onLinkChange(link, refusal);
  }

  #startTimer(run, ms) {
    this.#timer = this.#timers.start(() => {
      this.#timer = null;
      run();
    }, ms);
  }

  #stopTimer() {
    if (this.#timer !== null) {
      this.#timers.stop(this.#timer);
      this.#timer = null;
    }
  }
}

const SILENT = {
  error: "The server did not answer in time",
  hint: "It is overloaded, or its broker (Redis) does not answer it.",
};
