/** One stream on this page: watches it over a socket of its own, and shows its newest frame. */

import { isOfNow, view } from "../page/state.js";
import { Drawing } from "../picture/drawing.js";
import { ServerClock } from "./clock.js";
import { Connection } from "./connection.js";
import { BadEnvelope, unpack } from "./envelope.js";
import { Newest } from "./newest.js";
import { Rate } from "./rate.js";
import { Rendition, cameraSize } from "./rendition.js";
import { Reporting } from "./reporting.js";
import { socket, whyNot } from "./socket.js";
import { nowS, timers } from "./timers.js";

const OLD_S = 1; // not worth drawing where newer frames have come

/**
 * @typedef {import("./newest.js").Frame} Frame
 *
 * @typedef {object} Listener
 * @property {(frame: Frame) => void} [came] each frame that came in its order, drawn or not
 * @property {(header: Record<string, any>) => void} [pulses] of each frame, also of those that the line did
 *   not carry
 * @property {(frame: Frame) => void} shown the frame that is seen now
 * @property {() => void} changed something there is to say
 * @property {(text: string) => void} [notice] what the server tells all its viewers
 */

export class Live {
  /** @type {Record<string, any> | null} */
  status = null;
  /** @type {Record<string, any> | null} */
  schema = null;
  /** @type {Frame | null} the frame that is seen */
  frame = null;
  /** whether that one stays, whatever comes */
  frozen = false;
  rendition = new Rendition();
  clock = new ServerClock();
  /** counts of this page */
  here = { bytes: 0, frames: 0, unreadable: 0 };
  #picture;
  #listener;
  #connection;
  #socket;
  #drawing;
  #newest = new Newest();
  #reporting;
  #arrivals = new Rate();
  #shown = new Rate();
  /** @type {{to: import("../page/state.js").Link, refusal: {error: string, hint: string} | null}} */
  #link = { to: "opening", refusal: null };
  #complaint = "";
  #watched = "full";
  /** When things last happened, in seconds on this page's clock; null: not in this watch. */
  #at = { watching: null, status: null, state: null, drawn: null, unreadable: null, image: null };

  /**
   * @param {string} stream
   * @param {import("../picture/picture.js").Picture} picture where it is shown
   * @param {Listener} listener
   */
  constructor(stream, picture, listener) {
    this.stream = stream;
    this.#picture = picture;
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
    this.#reporting = new Reporting(this.#connection, this.#newest, this.clock, timers);
    this.#drawing = new Drawing(this.#newest, {
      decode: async (frame) => (this.frozen ? null : picture.decoded(frame)),
      paint: (frame, decoded) => this.#paint(frame, decoded),
      drop: (decoded) => picture.drop(decoded),
      failed: (frame, problem) => {
        this.unreadable(problem);
        this.#reporting.done(frame); // it has passed the line all the same
      },
      animationFrame: () => new Promise((now) => requestAnimationFrame(() => now())),
      isOld: ({ header }) => this.clock.ageS(header.t_received, nowS()) > OLD_S,
      nowS,
    });
  }

  /** Begins. */
  open() {
    this.#connection.open();
  }

  /** Ends for good. */
  close() {
    this.#reporting.stop();
    this.#newest.clear();
    this.#connection.close();
  }

  /** Whether anybody can see it: what nobody sees is not watched. @param {boolean} seen */
  setSeen(seen) {
    this.#connection.setSeen(seen);
  }

  /** Tries again at once: the network is back. */
  hurry() {
    this.#connection.hurry();
  }

  /** Holds the picture that is seen, or goes on with the newest. @param {boolean} frozen */
  freeze(frozen) {
    this.frozen = frozen;
    this.#listener.changed();
  }

  /** Shows a frame from now on; throws BadEnvelope. @param {Frame} frame @param {any} decoded its image */
  show(frame, decoded) {
    const { image } = frame.header;
    if (image && !decoded) {
      throw new BadEnvelope("own values in colour are not shown");
    }
    if (image) {
      this.#picture.show(decoded, image, cameraSize(image, this.status), nowS());
      this.#at.image = nowS();
    }
    this.frame = frame;
    this.#listener.shown(frame);
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

  /** Watches the rendition that is wanted now; to be called when the size, the line or a wish changed. */
  choose() {
    const camera = this.camera;
    this.rendition.drawn(this.#picture.drawnSize(camera), camera, nowS());
    this.rendition.seen(this.#picture.seen, camera);
    if (this.rendition.name !== this.#watched) {
      this.#watched = this.rendition.name;
      this.rendition.line.restart(nowS());
      this.#connection.setRendition(this.#watched);
    }
  }

  /** Learns that nothing came; to be called a few times a second. */
  waited() {
    const publishing = this.#link.to === "watching" && this.status?.state === "live";
    this.rendition.waited((publishing && this.status.fps_out) || 0, nowS());
  }

  /** The camera's own size, as far as it is known. */
  get camera() {
    return cameraSize(this.frame?.header.image ?? null, this.status);
  }

  /** @returns {number | null} of the frame that is seen, since the server received it */
  get ageS() {
    return this.frame && this.clock.ageS(this.frame.header.t_received, nowS());
  }

  /** Since a picture was last seen. */
  get imageS() {
    return since(this.#at.image);
  }

  /** Pictures drawn in a second. */
  get rate() {
    return this.#shown.perSecond(nowS());
  }

  /** Why the server does not let us watch. */
  get refusal() {
    return this.#link.refusal;
  }

  get transport() {
    return this.#socket.connected ? this.#socket.io.engine.transport.name : "none";
  }

  /** Whether the status has the numbers of now. */
  get isTold() {
    return isOfNow(this.status, since(this.#at.status));
  }

  /** What there is to say. @returns {import("../page/state.js").View} */
  get view() {
    const periodS = this.#arrivals.periodS ?? (this.status?.fps_in > 0 ? 1 / this.status.fps_in : null);
    return view({
      stream: this.stream,
      link: this.#link.to,
      refusal: this.#link.refusal,
      status: this.status,
      statusS: since(this.#at.status),
      stateS: since(this.#at.state) ?? Infinity,
      watchingS: since(this.#at.watching) ?? 0,
      drawnS: since(this.#at.drawn),
      unreadableS: since(this.#at.unreadable),
      ageS: this.ageS,
      frozen: this.frozen,
      periodS,
    });
  }

  /** This page's counters, for rows.js. */
  get counts() {
    const { skipped, disordered } = this.#newest;
    const { share } = this.rendition.line;
    const { transport } = this;
    return { ...this.here, skipped, disordered, transport, rendition: this.#watched, share };
  }

  #linked(to, refusal) {
    this.#link = { to, refusal };
    this.#reporting.stop();
    this.#newest.clear(); // what waits to be drawn is of an earlier watch, as is what is shown
    this.#at.status = this.#at.drawn = this.#at.unreadable = null;
    if (to === "watching") {
      this.#at.watching = nowS();
      this.#arrivals.restart();
      this.#shown.restart();
      this.#reporting.restart();
      this.rendition.line.restart(this.#at.watching);
    }
    this.#listener.changed();
  }

  #told(status) {
    this.#at.status = nowS();
    if (status.state !== this.status?.state) {
      this.#at.state = this.#at.status;
    }
    this.status = status;
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
    if (this.#newest.offer(came)) {
      this.#arrivals.mark(nowS());
      const { missed, skipped } = this.#newest;
      this.rendition.came({ missed, skipped, busyS: this.#drawing.busyS }, nowS());
      this.#listener.pulses?.(came.header);
      this.#listener.came?.(came);
      this.#drawing.wake();
    }
  }

  /** @param {Frame} next @param {any} decoded its image, if it has one */
  #paint(next, decoded) {
    this.#at.drawn = nowS();
    this.#reporting.done(next);
    if (this.frozen || (next.header.image && !decoded)) {
      this.#picture.drop(decoded);
      return;
    }
    this.here.frames += 1;
    this.#shown.mark(this.#at.drawn);
    this.show(next, decoded);
  }
}

/** @param {number | null} then */
function since(then) {
  return then === null ? null : nowS() - then;
}
