/**
 * Chooses the rendition that this screen watches: precise tiles or the one the viewer forced, or else the
 * smallest that still has about as many pixels as are drawn, or one that the connection carries. The names are
 * those of docs/protocol.md.
 */

import { preciseName, steadyTiles } from "./tile-region.js";
import { LinkQuality } from "./link-quality.js";

/** Each has half as many pixels along each side as the one before it. */
export const RENDITIONS = ["full", "half", "quarter"];
const MAX_STEPS = RENDITIONS.length - 1;
const LOG = "-log"; // after the size: the levels are on a logarithmic scale
const REFUSED_S = 30; // after a refusal, until the logarithmic scale is requested again
const SHARP_DENSITY = 1.1; // screen pixels per picture pixel without a visible loss
const MAX_DENSITY = 1.2; // hysteresis: the rendition must not flap while a window is resized
const STEADY_S = 1;
const MARGIN_PX = 16; // of precise tiles around the visible part

/**
 * @typedef {object} Size
 * @property {number} width
 * @property {number} height
 *
 * @typedef {"" | "forced" | "size" | "connection" | "precise"} Reason why the rendition is not simply full:
 *   forced by the viewer, the size on the screen, a slow connection, precise tiles
 */

export class Rendition {
  linkQuality = new LinkQuality(MAX_STEPS);
  /** whether to request the camera's own values */
  precise = false;
  /** which of the stream's images; "": the default one */
  image = "";
  /** @type {import("./tile-region.js").Box | null} */
  #tiles = null;
  #forced = "";
  #isLog = false;
  #logFromS = -Infinity;
  /** @type {number | null} */
  #sizeSteps = null;
  #candidate = { steps: 0, s: 0 };

  /** @param {string} name a rendition's, or anything else for the automatic choice */
  force(name) {
    this.#forced = RENDITIONS.includes(name) ? name : "";
  }

  /** The rendition that was forced; "": none. */
  get forced() {
    return this.#forced;
  }

  /** The rendition to request. */
  get name() {
    return this.#withImage(this.#tiles ? preciseName(this.#tiles) : this.#size + this.#scale);
  }

  /** The rendition in the headers of its frames. */
  get channel() {
    return this.#withImage(this.#tiles ? "precise" : this.#size + this.#scale);
  }

  /**
   * Set the scale on which the picture is displayed. Levels on a logarithmic one are requested only of a stream
   * that says it has them: of another one no frames would come.
   * @param {string} scale
   * @param {Record<string, any> | null} status null or without an ingest: it says nothing
   * @param {number} nowS
   */
  setScale(scale, status, nowS) {
    const isKnown = status !== null && status.state !== "no_ingest";
    const isOffered = isKnown ? Array.isArray(status.scales) && status.scales.includes("log") : this.#isLog;
    this.#isLog = scale === "log" && isOffered && nowS >= this.#logFromS;
  }

  /** Learn that the server refused the rendition, as one that knows no logarithmic scale does. @param {number} nowS */
  onRefusal(nowS) {
    if (this.#isLog && !this.#tiles) {
      this.#isLog = false;
      this.#logFromS = nowS + REFUSED_S;
    }
  }

  /** @returns {Reason} */
  get reason() {
    if (this.#tiles) {
      return "precise";
    }
    if (this.#forced) {
      return "forced";
    }
    return this.#steps === 0 ? "" : this.linkQuality.steps > (this.#sizeSteps ?? 0) ? "connection" : "size";
  }

  /**
   * Set the size in which the picture is drawn.
   * @param {Size | null} drawn the whole picture, in device pixels; null: unknown
   * @param {Size | null} camera the camera's size
   * @param {number} nowS
   */
  setDrawnSize(drawn, camera, nowS) {
    if (!drawn || !camera) {
      return;
    }
    const steps = stepsFor(drawn, camera, this.#sizeSteps ?? 0);
    if (this.#sizeSteps === null) {
      this.#sizeSteps = steps;
    }
    if (steps !== this.#candidate.steps) {
      this.#candidate = { steps, s: nowS };
    } else if (nowS - this.#candidate.s >= STEADY_S) {
      this.#sizeSteps = steps;
    }
  }

  /**
   * Set the visible part of the picture.
   * @param {import("./tile-region.js").Box | null} visible camera pixels
   * @param {Size | null} camera the camera's size
   */
  setVisibleBox(visible, camera) {
    this.#tiles = this.precise && visible && camera ? steadyTiles(this.#tiles, visible, MARGIN_PX, camera) : null;
  }

  /**
   * Count a frame that arrived; see `LinkQuality.onFrame`. How many precise tiles arrive depends on ingest's limit,
   * so they are not counted.
   * @param {import("./link-quality.js").Totals} totals
   * @param {number} nowS
   */
  onFrame(totals, nowS) {
    if (!this.#tiles) {
      this.linkQuality.onFrame(totals, RENDITIONS.indexOf(this.#size), nowS);
    }
  }

  /** Learn that no frame arrived; see `LinkQuality.onIdle`. @param {number} perSecond @param {number} nowS */
  onIdle(perSecond, nowS) {
    if (!this.#tiles) {
      this.linkQuality.onIdle(perSecond, RENDITIONS.indexOf(this.#size), nowS);
    }
  }

  #withImage(/** @type {string} */ name) {
    return this.image ? `${name}@${this.image}` : name;
  }

  get #scale() {
    return this.#isLog ? LOG : "";
  }

  get #size() {
    return this.#forced || RENDITIONS[this.#steps];
  }

  get #steps() {
    return Math.max(this.#sizeSteps ?? 0, this.linkQuality.steps);
  }
}

/** @param {Size} drawn @param {Size} camera @param {number} current the steps in use */
function stepsFor(drawn, camera, current) {
  const side = camera.width >= camera.height ? "width" : "height";
  const density = drawn[side] / camera[side];
  const stepsWithin = (/** @type {number} */ limit) => {
    const steps = Math.floor(Math.log2(limit / density) + 1e-9);
    return Math.min(MAX_STEPS, Math.max(0, steps));
  };
  return Math.max(stepsWithin(SHARP_DENSITY), Math.min(current, stepsWithin(MAX_DENSITY)));
}

/** Return the size that a rendition has: "half-log@CAM2" → "half". @param {unknown} rendition */
export function sizeOf(rendition) {
  const size = String(rendition).split("@")[0];
  return size.endsWith(LOG) ? size.slice(0, -LOG.length) : size;
}

/**
 * Return the camera's size from an image's header. The sides of a smaller rendition are rounded up, so the
 * exact size in the status is preferred where both agree.
 * @param {Record<string, any>} image
 * @param {Record<string, any> | null} status
 * @returns {Size}
 */
export function cameraSize(image, status) {
  const exact = statusSize(status);
  const reduced = image.reduced > 0 ? image.reduced : 1;
  const fits = (/** @type {"width" | "height"} */ side) => exact && Math.ceil(exact[side] / reduced) === image[side];
  return exact && fits("width") && fits("height")
    ? exact
    : { width: image.width * reduced, height: image.height * reduced };
}

/**
 * Return the camera's size according to the status.
 * @param {Record<string, any> | null} status
 * @returns {Size | null}
 */
export function statusSize(status) {
  return status && status.width > 0 && status.height > 0 ? { width: status.width, height: status.height } : null;
}
