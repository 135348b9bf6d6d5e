/** One stream on this page: watches it over a socket of its own, and shows its newest frame. */

import { describeBoard as viewOfBoard } from "../stream/board-state.js";
import { describe } from "../stream/state.js";
import { RenderLoop } from "./render-loop.js";
import { BadEnvelope } from "../stream/envelope.js";
import { Rate } from "../stream/rate.js";
import { Rendition, cameraSize, statusSize } from "../stream/rendition.js";
import { nowS } from "../lib/timers.js";
import { Subscription, secondsSince } from "../stream/subscription.js";

const OLD_S = 1; // not worth drawing where newer frames have come

/**
 * @typedef {import("../stream/latest-frame.js").Frame} Frame
 *
 * @typedef {object} Listener
 * @property {(frame: Frame) => void} [onFrame] each frame that came in its order, drawn or not
 * @property {(header: Record<string, any>) => void} [onPulses] of each frame, also of those that the line did
 *   not carry
 * @property {(frame: Frame) => void} onShown the frame that is seen now
 * @property {() => void} onChange something there is to say
 * @property {(text: string) => void} [onNotice] what the server tells all its viewers
 */

export class LivePicture {
  /** @type {Frame | null} the frame that is seen */
  frame = null;
  /** @type {Frame | null} the one whose picture is seen: an earlier frame, where the newest has none */
  pictured = null;
  /** whether that one stays, whatever comes */
  frozen = false;
  /** whether it is a board, whose frames have no picture */
  isBoard = false;
  rendition = new Rendition();
  #picture;
  #listener;
  #watch;
  #drawing;
  #arrivals = new Rate();
  #shown = new Rate();
  #watched = "full";
  /** @type {import("../stream/rendition.js").Size | null} the camera's size in the picture that is seen */
  #camera = null;
  /** @type {number | null} when an image was last seen, in seconds on this page's clock */
  #imageAt = null;

  /**
   * @param {string} stream
   * @param {import("./picture.js").Picture} picture where it is shown
   * @param {Listener} listener
   */
  constructor(stream, picture, listener) {
    this.#picture = picture;
    this.#listener = listener;
    this.#watch = new Subscription(stream, {
      onLinkChange: (to) => to === "watching" && this.#restart(),
      onFrame: (frame) => this.#came(frame),
      onPulses: (held) => listener.onPulses?.(held),
      onStatus: ({ kind }) => (this.isBoard ||= kind === "board"),
      onChange: () => listener.onChange(),
      onNotice: (text) => listener.onNotice?.(text),
    });
    this.#drawing = new RenderLoop(this.#watch.latest, {
      decode: async (frame) => (this.frozen ? null : picture.decode(frame)),
      paint: (frame, decoded) => this.#paint(frame, decoded),
      discard: (decoded) => picture.discard(decoded),
      onError: (frame, problem) => {
        this.countUnreadable(problem);
        this.#watch.reportDrawn(frame); // it has passed the line all the same
      },
      animationFrame: () => new Promise((now) => requestAnimationFrame(() => now())),
      isOld: ({ header }) => this.#watch.clock.ageS(header.t_received, nowS()) > OLD_S,
      nowS,
    });
  }

  /** Begins. */
  open() {
    this.#watch.open();
  }

  /** Ends for good. */
  close() {
    this.#watch.close();
  }

  /** Whether anybody can see it: what nobody sees is not watched. @param {boolean} seen */
  setVisible(seen) {
    this.#watch.setVisible(seen);
  }

  /** Tries again at once: the network is back. */
  retryNow() {
    this.#watch.retryNow();
  }

  /** Holds the picture that is seen, or goes on with the newest. @param {boolean} frozen */
  freeze(frozen) {
    this.frozen = frozen;
    this.#listener.onChange();
  }

  /** Shows a frame from now on; throws BadEnvelope. @param {Frame} frame @param {any} decoded its image */
  show(frame, decoded) {
    const { image } = frame.header;
    if (image && !decoded) {
      throw new BadEnvelope("own values in colour are not shown");
    }
    if (image) {
      const camera = cameraSize(image, this.status);
      this.#picture.show(decoded, image, camera, nowS());
      this.#camera = camera;
      this.pictured = frame;
      this.#imageAt = nowS();
    }
    this.frame = frame;
    this.#listener.onShown(frame);
  }

  /** Counts a frame that cannot be shown; anything else is a fault of this page. @param {unknown} problem */
  countUnreadable(problem) {
    this.#watch.countUnreadable(problem);
  }

  /** Watches the rendition that is wanted now; to be called when the size, the line or a wish changed. */
  updateRendition() {
    const camera = this.camera;
    this.rendition.setDrawnSize(this.#picture.drawnSize(camera), camera, nowS());
    this.rendition.setVisibleBox(this.#picture.visibleBox, camera);
    if (this.rendition.name !== this.#watched) {
      this.#watched = this.rendition.name;
      this.rendition.linkQuality.restart(nowS());
      this.#watch.setRendition(this.#watched);
    }
  }

  /** Learns that nothing came; to be called a few times a second. */
  onIdle() {
    const publishing = this.#watch.link.to === "watching" && this.status?.state === "live";
    this.rendition.onIdle((publishing && this.status.fps_out) || 0, nowS());
  }

  get stream() {
    return this.#watch.stream;
  }

  get status() {
    return this.#watch.status;
  }

  get schema() {
    return this.#watch.schema;
  }

  /** Counts of this page. */
  get totals() {
    return this.#watch.totals;
  }

  /** The camera's own size: of the picture that is seen, or before the first one as the status has it. */
  get camera() {
    return this.#camera ?? statusSize(this.status);
  }

  /** @returns {number | null} of the frame that is seen, since the server received it */
  get ageS() {
    return this.frame && this.#watch.clock.ageS(this.frame.header.t_received, nowS());
  }

  /** @param {number} t on the server's clock @returns {number | null} seconds since then */
  ageOf(t) {
    return this.#watch.clock.ageS(t, nowS());
  }

  /** Since a picture was last seen. */
  get imageS() {
    return secondsSince(this.#imageAt);
  }

  /** Pictures drawn in a second. */
  get rate() {
    return this.#shown.perSecond(nowS());
  }

  /** Why the server does not let us watch. */
  get refusal() {
    return this.#watch.link.refusal;
  }

  /** Whether the status has the numbers of now. */
  get isStatusCurrent() {
    return this.#watch.isStatusCurrent;
  }

  /** What there is to say. @returns {import("../stream/state.js").StateMessage} */
  get message() {
    const periodS = this.#arrivals.periodS ?? (this.status?.fps_in > 0 ? 1 / this.status.fps_in : null);
    const known = { ...this.#watch.facts, ageS: this.ageS, frozen: this.frozen, periodS };
    return this.isBoard ? viewOfBoard(known) : describe(known);
  }

  get transport() {
    return this.#watch.transport;
  }

  /** This page's counters, for rows.js. */
  get counts() {
    const { skipped, disordered } = this.#watch.latest;
    const { share } = this.rendition.linkQuality;
    const { transport } = this;
    return { ...this.totals, skipped, disordered, transport, rendition: this.#watched, share };
  }

  /** A watch begins. */
  #restart() {
    this.#arrivals.restart();
    this.#shown.restart();
    this.rendition.linkQuality.restart(nowS());
  }

  /** @param {Frame} frame */
  #came(frame) {
    this.#arrivals.mark(nowS());
    const { missed, skipped } = this.#watch.latest;
    this.rendition.onFrame({ missed, skipped, busyS: this.#drawing.busyS }, nowS());
    this.#listener.onPulses?.(frame.header);
    this.#listener.onFrame?.(frame);
    this.#drawing.wake();
  }

  /** @param {Frame} next @param {any} decoded its image, if it has one */
  #paint(next, decoded) {
    this.#watch.markDrawn();
    this.#watch.reportDrawn(next);
    if (this.frozen || (next.header.image && !decoded)) {
      this.#picture.discard(decoded);
      return;
    }
    this.totals.frames += 1;
    this.#shown.mark(nowS());
    this.show(next, decoded);
  }
}
