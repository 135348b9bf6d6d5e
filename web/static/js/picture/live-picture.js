/** One stream on this page: subscribes to it and displays its newest frame. */

import { describeBoard } from "../stream/board-state.js";
import { chooseLayout, describe } from "../stream/state.js";
import { RenderLoop } from "./render-loop.js";
import { BadEnvelope } from "../stream/envelope.js";
import { Rate } from "../stream/rate.js";
import { Rendition, cameraSize, statusSize } from "../stream/rendition.js";
import { nowS } from "../lib/timers.js";
import { Subscription, secondsSince } from "../stream/subscription.js";

const OLD_S = 1; // such a frame is not drawn where newer ones arrived

/**
 * @typedef {import("../stream/latest-frame.js").Frame} Frame
 *
 * @typedef {object} Listener
 * @property {(frame: Frame) => void} [onFrame] each frame newer than all before, drawn or not
 * @property {(header: Record<string, any>) => void} [onPulses] of each frame, including those that were not
 *   sent over this connection
 * @property {(frame: Frame) => void} onShown a frame is displayed now
 * @property {() => void} onChange of the state or its message
 * @property {(text: string) => void} [onNotice] an announcement of the server to all its viewers
 */

export class LivePicture {
  /** @type {Frame | null} the displayed frame */
  frame = null;
  /** @type {Frame | null} the frame of the displayed picture: an earlier one, where the newest has no picture */
  pictured = null;
  /** whether the viewer froze the picture */
  frozen = false;
  /** whether it is a board, whose frames have no picture */
  isBoard = false;
  rendition = new Rendition();
  /** @type {((held: import("./render-loop.js").Held) => Promise<void> | null) | null} see Painter of render-loop.js */
  hold = null;
  #picture;
  #listener;
  #subscription;
  #renderLoop;
  #arrivals = new Rate();
  #displayRate = new Rate();
  #requested = "full";
  /** @type {import("../stream/rendition.js").Size | null} the camera's size, of the displayed picture */
  #camera = null;
  /** @type {number | null} when an image was last displayed, in seconds on this page's clock */
  #imageAt = null;

  /**
   * @param {string} stream
   * @param {import("./picture.js").Picture} picture where it is displayed
   * @param {Listener} listener
   */
  constructor(stream, picture, listener) {
    this.#picture = picture;
    this.#listener = listener;
    this.#subscription = new Subscription(stream, {
      onConnectionState: (state) => state === "watching" && this.#restart(),
      onRefusal: () => {
        this.rendition.onRefusal(nowS());
        this.updateRendition();
      },
      onFrame: (frame) => this.#onFrame(frame),
      onPulses: (pulses) => listener.onPulses?.(pulses),
      onStatus: ({ kind }) => (this.isBoard ||= kind === "board"),
      onChange: () => listener.onChange(),
      onNotice: (text) => listener.onNotice?.(text),
    });
    this.#renderLoop = new RenderLoop(this.#subscription.latest, {
      decode: async (frame) => (this.frozen ? null : picture.decoder.decode(frame)),
      paint: (frame, decoded, wasHeld) => this.#paint(frame, decoded, wasHeld),
      hold: (held) => this.#hold(held),
      discard: (decoded) => picture.decoder.discard(decoded),
      onError: (frame, error) => {
        this.countUnreadable(error);
        this.#subscription.reportDrawn(frame); // the connection carried it
      },
      animationFrame: () => new Promise((now) => requestAnimationFrame(() => now())),
      isOld: ({ header }) => (this.#subscription.clock.ageS(header.t_received, nowS()) ?? 0) > OLD_S,
      nowS,
    });
  }

  open() {
    this.#subscription.open();
  }

  /** End the subscription for good. */
  close() {
    this.#subscription.close();
  }

  /** Watch only while the stream is visible. @param {boolean} isVisible */
  setVisible(isVisible) {
    this.#subscription.setVisible(isVisible);
  }

  /** Reconnect now: the network is back. */
  retryNow() {
    this.#subscription.retryNow();
  }

  /** Freeze the displayed picture, or continue with the newest. @param {boolean} frozen */
  freeze(frozen) {
    this.frozen = frozen;
    this.#listener.onChange();
  }

  /** Display a frame; throws BadEnvelope. @param {Frame} frame @param {any} decoded its image */
  show(frame, decoded) {
    const { image } = frame.header;
    if (image && !decoded) {
      throw new BadEnvelope("the camera's own values cannot be shown in colour");
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

  /** Count a frame that cannot be drawn; any other error is a fault of this page. @param {unknown} error */
  countUnreadable(error) {
    this.#subscription.countUnreadable(error);
  }

  /** Choose the rendition again; to be called when the size, the link quality or a setting changed. */
  updateRendition() {
    const camera = this.camera;
    this.rendition.setDrawnSize(this.#picture.drawnSize(camera), camera, nowS());
    this.rendition.setScale(this.#picture.scale, this.status, nowS());
    this.rendition.setVisibleBox(this.#picture.visibleBox, camera);
    if (this.rendition.name !== this.#requested) {
      this.#requested = this.rendition.name;
      this.rendition.linkQuality.restart(nowS());
      this.#subscription.setRendition(this.#requested);
    }
  }

  /** Learn that no frame arrived; to be called a few times a second. */
  onIdle() {
    const publishing = this.#subscription.connectionState === "watching" && this.status?.state === "live";
    this.rendition.onIdle((publishing && this.status.fps_out) || 0, nowS());
  }

  get stream() {
    return this.#subscription.stream;
  }

  get status() {
    return this.#subscription.status;
  }

  get schema() {
    return this.#subscription.schema;
  }

  /** Counts of this page. */
  get totals() {
    return this.#subscription.totals;
  }

  /** The camera's size: of the displayed picture, or before the first one according to the status. */
  get camera() {
    return this.#camera ?? statusSize(this.status);
  }

  /** @returns {number | null} seconds since the server received the displayed frame */
  get ageS() {
    return this.frame && this.#subscription.clock.ageS(this.frame.header.t_received, nowS());
  }

  /** @param {number} t on the server's clock @returns {number | null} seconds since then */
  ageOf(t) {
    return this.#subscription.clock.ageS(t, nowS());
  }

  /** Seconds since a picture was last displayed. */
  get imageS() {
    return secondsSince(this.#imageAt);
  }

  /** Pictures drawn per second. */
  get rate() {
    return this.#displayRate.perSecond(nowS());
  }

  /** Why the server refuses. */
  get refusal() {
    return this.#subscription.refusal;
  }

  /** Whether the numbers of the status are current. */
  get isStatusCurrent() {
    return this.#subscription.isStatusCurrent;
  }

  /** Whether new pictures arrive, displayed or not. */
  get isArriving() {
    const { state } = this.message;
    return state === "live" || state === "frozen";
  }

  /** The state and its message. @returns {import("../stream/state.js").StateMessage} */
  get message() {
    const fps = this.status?.fps_in;
    const periodS = this.#arrivals.periodS ?? (fps > 0 ? 1 / fps : null);
    const { isPageSlow } = this.rendition.linkQuality;
    const hasPicture = this.frame !== null;
    const { ageS, frozen } = this;
    const facts = { ...this.#subscription.facts, hasPicture, ageS, frozen, periodS, isPageSlow };
    return this.isBoard ? describeBoard(facts) : describe(facts);
  }

  /** What the stream's frames contain, as far as is known. @returns {import("../stream/presentation.js").Content} */
  get content() {
    if (this.isBoard) {
      return "board";
    }
    const { frame, imageS } = this;
    const layout = chooseLayout({ image: Boolean(frame?.header.image), imageS, curves: false });
    return frame && layout !== "picture" ? "values" : "pictures";
  }

  /** What is displayed of the picture, for presentation.js. */
  get shown() {
    const { message, frozen, content, ageS } = this;
    const hasPicture = content === "pictures" && this.pictured !== null;
    return { message, frozen, content, hasPicture, ageS, pulseId: this.frame?.header.pulse_id, since: "" };
  }

  get transport() {
    return this.#subscription.transport;
  }

  /** This page's counters, for table-rows.js. */
  get counts() {
    const { skipped, disordered } = this.#subscription.latest;
    const { share } = this.rendition.linkQuality;
    const { transport } = this;
    return { ...this.totals, skipped, disordered, transport, rendition: this.#requested, share };
  }

  /** Start with a new watch. */
  #restart() {
    this.#arrivals.restart();
    this.#displayRate.restart();
    this.rendition.linkQuality.restart(nowS());
  }

  /** @param {Frame} frame */
  #onFrame(frame) {
    this.#arrivals.mark(nowS());
    const { missed, skipped } = this.#subscription.latest;
    this.rendition.onFrame({ missed, skipped, busyS: this.#renderLoop.busyS }, nowS());
    this.#listener.onPulses?.(frame.header);
    this.#listener.onFrame?.(frame);
    this.#renderLoop.wake();
  }

  /**
   * Let another module decide when a frame is painted. It is reported now: the connection carried it.
   * @param {import("./render-loop.js").Held} held
   */
  #hold(held) {
    const taken = this.hold?.(held) ?? null;
    if (taken) {
      this.#subscription.reportDrawn(held.frame);
    }
    return taken;
  }

  /** @param {Frame} next @param {any} decoded its image, if it has one @param {boolean} wasHeld */
  #paint(next, decoded, wasHeld) {
    this.#subscription.markDrawn();
    if (!wasHeld) {
      this.#subscription.reportDrawn(next);
    }
    if (this.frozen || (next.header.image && !decoded)) {
      this.#picture.decoder.discard(decoded);
      return;
    }
    this.totals.frames += 1;
    this.#displayRate.mark(nowS());
    this.show(next, decoded);
  }
}
