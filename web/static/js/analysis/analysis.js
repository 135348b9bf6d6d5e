/** The analysis of the picture: regions with their results. */

import { Processing } from "./processing.js";
import { RegionCard } from "./region-card.js";
import { StreamResults } from "./stream-results.js";
import { covers } from "../picture/pixels.js";
import { shareAbove } from "./region-pixels.js";
import { fitProfiles } from "./profile-fits.js";
import { project } from "./projection.js";
import { Regions } from "./regions.js";
import { results, scalars } from "./results.js";
import { statistics } from "./statistics.js";

const MIN_INTERVAL_S = 0.1;
const MAX_LOAD = 0.25; // share of the main thread's time
const SAVE_DELAY_MS = 400;
const MARGIN_PX = 64; // around a region, for its background
const MAX_CLIPPED = 0.1; // of the spot's ellipse at 1 σ: the widths' error is then below 1 %
const CLIPPED = "The spot's top is saturated, or above the picture's range.";

/**
 * @typedef {import("../picture/pixels.js").Pixels} Pixels
 * @typedef {import("../stream/envelope.js").Frame} Frame
 * @typedef {import("./aperture.js").Ellipse} Ellipse
 * @typedef {import("./region.js").Region} Region
 *
 * @typedef {object} Parts
 * @property {(id: string) => HTMLElement} getById
 * @property {import("../picture/picture.js").Picture} picture
 * @property {import("../picture/overlay.js").Overlay} overlay for the axes
 * @property {import("../lib/preferences.js").Preferences} preferences
 * @property {import("../lib/shortcuts.js").Shortcuts} shortcuts
 * @property {(frame: Frame, results: Record<string, number | null>) => void} onResults takes a frame's results by name
 * @property {(name: string) => void} toggleTrend opens or closes the trend of a result
 * @property {import("../plots/maximise.js").Maximiser} maximiser
 * @property {() => void} onAnalysed called after a frame was analysed
 * @property {() => boolean} isFrozen whether past pictures are shown
 * @property {() => number} nowS
 */

export class Analysis {
  regions;
  /** of the values before they are displayed and measured */
  processing;
  #parts;
  #getById;
  /** @type {RegionCard[]} */
  #cards = [];
  #streamResults;
  #analysedS = -Infinity;
  #intervalS = MIN_INTERVAL_S;
  #saveTimer = 0;
  /** @type {Frame | null} the frame whose results are shown */
  #frame = null;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#getById = parts.getById;
    const { picture, preferences, shortcuts, maximiser, toggleTrend } = parts;
    const [svg, stage] = [this.#getById("overlay"), this.#getById("stage")];
    this.regions = new Regions(svg, stage, picture.placement, () => this.#onRegionsChange());
    this.#streamResults = new StreamResults(this.#getById("carried-panel"), maximiser, toggleTrend);
    this.regions.fromText(preferences.get("regions"));
    for (const [id, kind, key, description] of /** @type {const} */ ([
      ["region-rect", "rect", "d", "draw a rectangle (Shift: a square)"],
      ["region-ellipse", "ellipse", "e", "draw an ellipse (Shift: a circle)"],
    ])) {
      this.regions.attachButton(kind, this.#getById(id));
      shortcuts.add({ [key]: () => this.regions.draw(kind) }, description);
    }
    this.processing = new Processing(parts, () => this.refresh());
    this.#updateButtons();
  }

  /**
   * Analyse a frame if it is due. To be called again with the same frame, which is then analysed when it is due.
   * @param {Frame} frame
   */
  onFrame(frame) {
    const nowS = this.#parts.nowS();
    this.#updateButtons();
    this.processing.updateControls();
    if (frame === this.#frame || nowS - this.#analysedS < this.#intervalS) {
      return;
    }
    this.#frame = frame;
    this.#analysedS = nowS;
    this.#streamResults.show(frame);
    if (frame.header.image) {
      this.#analyse(frame);
      this.#parts.onAnalysed();
    }
    this.#intervalS = Math.max(MIN_INTERVAL_S, (this.#parts.nowS() - nowS) / MAX_LOAD);
  }

  /** Place the regions over the picture. @param {import("../picture/placement.js").Placement} placement */
  place(placement) {
    this.regions.place(placement);
  }

  /** Analyse the frame that is shown again, when that is due. */
  refresh() {
    this.#frame = null;
  }

  restyle() {
    this.#cards.forEach((card) => card.restyle());
    this.#streamResults.restyle();
  }

  #updateButtons() {
    const { drawing } = this.regions;
    this.#setPressed("region-rect", drawing === "rect");
    this.#setPressed("region-ellipse", drawing === "ellipse");
  }

  /** Measure all regions on the picture that is shown. @param {Frame} frame */
  #analyse(frame) {
    const { list } = this.regions;
    this.#getById("regions-panel").hidden = list.length === 0;
    this.#cards.splice(list.length).forEach((card) => card.remove());
    /** @type {Record<string, number | null>} */
    const scalarsByName = {};
    list.forEach((region, index) => Object.assign(scalarsByName, this.#analyseRegion(region, index)));
    if (list.length) {
      this.#parts.onResults(frame, scalarsByName);
    }
  }

  /** @param {Region} region @param {number} index @returns {Record<string, number | null>} results by name */
  #analyseRegion(region, index) {
    const { picture, overlay: { axes } } = this.#parts;
    const card = (this.#cards[index] ??= this.#createCard(index));
    const pixels = picture.pixels(withMargin(region));
    const reason = reasonForNoResults(pixels, region, picture.placement.camera);
    card.describe(index, region, reason);
    if (!pixels || reason) {
      return {};
    }
    const projection = project(pixels, region);
    const measured = statistics(pixels, region, projection);
    const { profiles, fits } = fitProfiles(pixels, region, projection, measured);
    const found = results(measured, fits, axes, this.#isClipped(measured.ellipse, region) ? CLIPPED : "");
    card.show(found, profiles, fits, axes);
    return scalars(found, regionName(index));
  }

  /** Return whether clipping of the spot makes widths wrong. @param {Ellipse | null} ellipse @param {Region} region */
  #isClipped(ellipse, region) {
    const raw = ellipse && this.#parts.picture.unprocessed(withMargin(region));
    return Boolean(raw && raw.top < Infinity && shareAbove(raw.pixels, ellipse, raw.top) > MAX_CLIPPED);
  }

  /** @param {number} index */
  #createCard(index) {
    const card = new RegionCard(index, {
      onRemove: () => this.regions.remove(index),
      toggleTrend: (name) => this.#parts.toggleTrend(`${regionName(index)} ${name}`),
      maximiser: this.#parts.maximiser,
    });
    this.#getById("regions").append(card.element);
    return card;
  }

  #onRegionsChange() {
    this.#frame = null; // the same frame has other results now
    this.#updateButtons();
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => this.#parts.preferences.set("regions", this.regions.toText()), SAVE_DELAY_MS);
  }

  /** @param {string} id @param {boolean} isPressed */
  #setPressed(id, isPressed) {
    this.#getById(id).setAttribute("aria-pressed", String(isPressed));
  }
}

/**
 * @param {Pixels | null} pixels
 * @param {Region} region
 * @param {import("../stream/rendition.js").Size} camera
 * @returns {string} empty: the region has results
 */
function reasonForNoResults(pixels, region, camera) {
  if (!pixels) {
    return "A picture in colour has no values to measure.";
  }
  if (region.x >= camera.width || region.y >= camera.height) {
    return "The region lies outside this picture.";
  }
  return covers(pixels, region) ? "" : "Precise covers only the visible part; the region extends beyond it: zoom out.";
}

/** The name of a region's results among the trends. @param {number} index */
function regionName(index) {
  return `region ${index + 1}`;
}

/** The camera pixels that the analysis of a region needs. @param {Region} region */
function withMargin({ x, y, width, height }) {
  return {
    left: Math.floor(x) - MARGIN_PX,
    top: Math.floor(y) - MARGIN_PX,
    right: Math.ceil(x + width) + MARGIN_PX,
    bottom: Math.ceil(y + height) + MARGIN_PX,
  };
}
