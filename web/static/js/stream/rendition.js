/**
 * Which rendition this screen watches: precise tiles or what somebody insisted on, or else the smallest that
 * still has about as many pixels as are drawn, or one that the line carries. The names are of docs/protocol.md.
 */

import { preciseName, steadyTiles } from "./tile-region.js";
import { LinkQuality } from "./link-quality.js";

/** Each has half the pixels a side of the one before it. */
export const RENDITIONS = ["full", "half", "quarter"];
const MOST_STEPS = RENDITIONS.length - 1;
const ENOUGH = 1.1; // screen pixels a picture pixel that nobody misses
const STILL_ENOUGH = 1.2; // a window that is being dragged must not flap
const STEADY_S = 1;
const MARGIN_PX = 16; // of precise tiles around what is seen

/**
 * @typedef {object} Size
 * @property {number} width
 * @property {number} height
 *
 * @typedef {"" | "insisted" | "size" | "line" | "precise"} Reason why the rendition is not simply full
 */

export class Rendition {
  linkQuality = new LinkQuality(MOST_STEPS);
  /** whether the camera's own values are wanted */
  precise = false;
  /** which of the stream's images; "": its own */
  image = "";
  /** @type {import("./tile-region.js").Box | null} */
  #tiles = null;
  #insisted = "";
  /** @type {number | null} */
  #sizeSteps = null;
  #wanted = { steps: 0, s: 0 };

  /** @param {string} insisted a rendition's name, or anything else for the automatic choice */
  force(insisted) {
    this.#insisted = RENDITIONS.includes(insisted) ? insisted : "";
  }

  get forced() {
    return this.#insisted;
  }

  /** What is asked for. */
  get name() {
    return this.#of(this.#tiles ? preciseName(this.#tiles) : this.#size);
  }

  /** What its frames are called. */
  get channel() {
    return this.#of(this.#tiles ? "precise" : this.#size);
  }

  /** @returns {Reason} */
  get reason() {
    if (this.#tiles) {
      return "precise";
    }
    if (this.#insisted) {
      return "insisted";
    }
    return this.#steps === 0 ? "" : this.linkQuality.steps > this.#sizeSteps ? "line" : "size";
  }

  /**
   * Learns in what size the picture is drawn.
   * @param {Size | null} drawn the whole picture, in device pixels; null: unknown
   * @param {Size | null} camera its own size
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
    if (steps !== this.#wanted.steps) {
      this.#wanted = { steps, s: nowS };
    } else if (nowS - this.#wanted.s >= STEADY_S) {
      this.#sizeSteps = steps;
    }
  }

  /**
   * Learns which part of the picture is seen.
   * @param {import("./tile-region.js").Box | null} seen camera pixels
   * @param {Size | null} camera
   */
  setVisibleBox(seen, camera) {
    this.#tiles = this.precise && seen && camera ? steadyTiles(this.#tiles, seen, MARGIN_PX, camera) : null;
  }

  /** A frame has come; see `Line.came`. Of precise tiles ingest's limit decides how many come. */
  onFrame(totals, nowS) {
    if (!this.#tiles) {
      this.linkQuality.onFrame(totals, RENDITIONS.indexOf(this.#size), nowS);
    }
  }

  /** None has; see `Line.waited`. */
  onIdle(perSecond, nowS) {
    if (!this.#tiles) {
      this.linkQuality.onIdle(perSecond, RENDITIONS.indexOf(this.#size), nowS);
    }
  }

  #of(/** @type {string} */ name) {
    return this.image ? `${name}@${this.image}` : name;
  }

  get #size() {
    return this.#insisted || RENDITIONS[this.#steps];
  }

  get #steps() {
    return Math.max(this.#sizeSteps ?? 0, this.linkQuality.steps);
  }
}

/** @param {Size} drawn @param {Size} camera @param {number} now the steps in use */
function stepsFor(drawn, camera, now) {
  const side = camera.width >= camera.height ? "width" : "height";
  const density = drawn[side] / camera[side];
  const enough = (/** @type {number} */ factor) => {
    const steps = Math.floor(Math.log2(factor / density) + 1e-9);
    return Math.min(MOST_STEPS, Math.max(0, steps));
  };
  return Math.max(enough(ENOUGH), Math.min(now, enough(STILL_ENOUGH)));
}

/**
 * The camera's own size, from an image's header. The sides of a smaller rendition are rounded up, so
 * that the status, which has it exactly, goes first where both agree.
 * @param {Record<string, any> | null} image
 * @param {Record<string, any> | null} status
 * @returns {Size | null}
 */
export function cameraSize(image, status) {
  const told = { width: status?.width, height: status?.height };
  if (!image) {
    return told.width > 0 && told.height > 0 ? told : null;
  }
  const reduced = image.reduced > 0 ? image.reduced : 1;
  const fits = (/** @type {"width" | "height"} */ side) => Math.ceil(told[side] / reduced) === image[side];
  return fits("width") && fits("height")
    ? told
    : { width: image.width * reduced, height: image.height * reduced };
}
