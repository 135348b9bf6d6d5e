/** Regions, averaging and background of the picture: what the page computes of its values, and tells. */

import { Average } from "./average.js";
import { Background } from "./background.js";
import { Card } from "./region-card.js";
import { Carried } from "./stream-results.js";
import { covers } from "../picture/pixels.js";
import { shareFrom } from "./region-pixels.js";
import { profileFits } from "./profile-fits.js";
import { project } from "./projection.js";
import { Regions } from "./regions.js";
import { results, scalars } from "./results.js";
import { statistics } from "./statistics.js";

const EVERY_S = 0.1;
const SHARE = 0.25; // of this computer's time, at most
const AROUND_PX = 64; // of a region's surroundings, for its background
const MAX_CLIPPED = 0.1; // of the spot's ellipse of 1 σ: then a width is wrong by less than 1 %
const CLIPPED = "The spot's top is saturated, or above the picture's range.";

/**
 * @typedef {object} Parts
 * @property {(id: string) => HTMLElement} element
 * @property {import("../picture/picture.js").Picture} picture
 * @property {import("../picture/overlay.js").Overlay} overlay for the axes
 * @property {import("../lib/preferences.js").Kept} kept
 * @property {import("../page/shortcuts.js").Keys} keys
 * @property {(frame: import("../stream/envelope.js").Frame, found: Record<string, number | null>) => void} onResults
 *   takes the results of a frame, by name
 * @property {(name: string) => void} toggleTrend opens the trend of such a result, or closes it
 * @property {import("../plots/maximise.js").Maximiser} maximiser
 * @property {() => boolean} isFrozen whether pictures of before are shown, which count for no mean
 * @property {() => number} nowS
 */

export class Analysis {
  regions;
  #parts;
  #of;
  #average = new Average();
  #background = new Background();
  /** @type {Card[]} */
  #cards = [];
  #carried;
  #lookedAtS = -Infinity;
  #everyS = EVERY_S;
  #keeping = 0;
  /** @type {import("../stream/envelope.js").Frame | null} the frame that the results are of */
  #told = null;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#of = parts.element;
    const { picture, kept, keys } = parts;
    this.regions = new Regions(this.#of("overlay"), this.#of("stage"), picture.placement, () => this.#changed());
    this.#carried = new Carried(this.#of("carried-panel"), parts.maximiser, parts.toggleTrend);
    this.regions.fromText(kept.get("regions"));
    for (const [id, kind, key, what] of /** @type {const} */ ([
      ["region-rect", "rect", "d", "draw a rectangle (Shift: a square)"],
      ["region-ellipse", "ellipse", "e", "draw an ellipse (Shift: a circle)"],
    ])) {
      this.regions.offer(kind, this.#of(id));
      keys.add({ [key]: () => this.regions.draw(kind) }, what);
    }
    const average = /** @type {HTMLSelectElement} */ (this.#of("average"));
    average.addEventListener("change", () => this.#averageOver(Number(average.value)));
    this.#of("background").addEventListener("click", () => this.#toggleBackground());
    this.show();
  }

  /**
   * A frame is seen: tells what its regions hold, unless it is too soon; to be called again until it is time.
   * @param {import("../stream/envelope.js").Frame} frame
   */
  onFrame(frame) {
    const nowS = this.#parts.nowS();
    this.show();
    if (frame === this.#told || nowS - this.#lookedAtS < this.#everyS) {
      return;
    }
    this.#told = frame;
    this.#lookedAtS = nowS;
    this.#carried.show(frame);
    if (frame.header.image) {
      this.#tell(frame);
    }
    this.#everyS = Math.max(EVERY_S, (this.#parts.nowS() - nowS) / SHARE);
  }

  /** Lays the regions over the picture. @param {import("../picture/placement.js").Placement} placement */
  place(placement) {
    this.regions.place(placement);
  }

  restyle() {
    this.#cards.forEach((card) => card.restyle());
    this.#carried.restyle();
  }

  /** Says how things are. */
  show() {
    const { drawing } = this.regions;
    this.#press("region-rect", drawing === "rect");
    this.#press("region-ellipse", drawing === "ellipse");
    const { state, collected, wanted } = this.#background;
    const button = this.#of("background");
    this.#press("background", state !== "none");
    const text = {
      none: "Background",
      collecting: `Background ${collected}/${wanted}`,
      ready: "− Background",
      mismatch: "Background: other size",
    }[state];
    if (button.textContent !== text) {
      button.textContent = text;
    }
  }

  /** @param {import("../stream/envelope.js").Frame} frame */
  #tell(frame) {
    const { list } = this.regions;
    const { picture, overlay: { axes } } = this.#parts;
    this.#of("regions-panel").hidden = list.length === 0;
    while (this.#cards.length > list.length) {
      this.#cards.pop().remove();
    }
    /** @type {Record<string, number | null>} */
    const found = {};
    list.forEach((region, index) => {
      const card = (this.#cards[index] ??= this.#made(index));
      const pixels = picture.pixels(around(region));
      const why = lacking(pixels, region, picture.placement.camera);
      card.say(index, region, why);
      if (why) {
        return;
      }
      const projection = project(pixels, region);
      const measured = statistics(pixels, region, projection);
      const { lanes, fits } = profileFits(pixels, region, projection, measured);
      const told = results(measured, fits, axes, this.#clipped(measured.ellipse, region));
      card.show(told, lanes, fits, axes);
      Object.assign(found, scalars(told, named(index)));
    });
    if (list.length) {
      this.#parts.onResults(frame, found);
    }
  }

  /** Why a spot's widths would be wrong: its top is cut off. Empty: it is not. */
  #clipped(/** @type {import("./aperture.js").Ellipse | null} */ ellipse, region) {
    const found = ellipse && this.#parts.picture.unprocessed(around(region));
    return found && found.top < Infinity && shareFrom(found.pixels, ellipse, found.top) > MAX_CLIPPED ? CLIPPED : "";
  }

  #made(index) {
    const card = new Card(index, {
      remove: () => this.regions.remove(index),
      trend: (name) => this.#parts.toggleTrend(`${named(index)} ${name}`),
      maximiser: this.#parts.maximiser,
    });
    this.#of("regions").append(card.element);
    return card;
  }

  #changed() {
    this.#told = null; // this frame's results are others now
    this.show();
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => this.#parts.kept.set("regions", this.regions.toText()), 400);
  }

  #averageOver(frames) {
    this.#average.set(frames);
    this.#process(frames);
  }

  #toggleBackground() {
    if (this.#background.state === "none") {
      this.#background.collect();
    } else {
      this.#background.clear();
    }
    this.#process(this.#frames);
    this.show();
  }

  get #frames() {
    return Number(/** @type {HTMLSelectElement} */ (this.#of("average")).value);
  }

  /** Has the picture's values worked on only while there is something to do. */
  #process(frames) {
    const idle = frames <= 1 && this.#background.state === "none";
    this.#parts.picture.process = idle ? null : (pixels) => this.#processed(pixels);
  }

  #processed(pixels) {
    if (this.#parts.isFrozen()) {
      return this.#background.subtract(pixels);
    }
    if (this.#background.state === "collecting") {
      this.#background.add(pixels);
    }
    return this.#background.subtract(this.#average.add(pixels));
  }

  #press(id, on) {
    this.#of(id).setAttribute("aria-pressed", String(on));
  }
}

/** Why a region has no results; empty: it has. */
function lacking(/** @type {import("../picture/pixels.js").Pixels | null} */ pixels, region, camera) {
  if (!pixels) {
    return "A picture in colour has no values to measure.";
  }
  if (region.x >= camera.width || region.y >= camera.height) {
    return "It lies outside this picture.";
  }
  return covers(pixels, region) ? "" : "Not all of it is in sight, and Precise has only that.";
}

/** What a region's results are called among the trends. */
function named(/** @type {number} */ index) {
  return `region ${index + 1}`;
}

/** The camera pixels that a region needs. @param {import("./region.js").Region} region */
function around({ x, y, width, height }) {
  return {
    left: Math.floor(x) - AROUND_PX,
    top: Math.floor(y) - AROUND_PX,
    right: Math.ceil(x + width) + AROUND_PX,
    bottom: Math.ceil(y + height) + AROUND_PX,
  };
}
