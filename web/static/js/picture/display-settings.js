/** This viewer's display settings: colour map, scale and range, also as a text for the address. */

import { COLORMAPS, colormap } from "./colormap.js";
import { Levels } from "./levels.js";
import { SCALES, transferTable } from "./transfer.js";

/** Red, green and blue of saturated pixels, in no colour map. */
export const SATURATED_COLOUR = [255, 0, 128];

const PERCENT = /^([\d.]+)%\.\.([\d.]+)%$/;
const RANGE = /^(-?[\d.]+(?:e[+-]?\d+)?)\.\.(-?[\d.]+(?:e[+-]?\d+)?)$/i;
const DIGITS = 7; // of a range's ends, or more where they are close together
const MAX_DIGITS = 17; // of a number
const TOLERANCE = 1e-3; // by how much of the range its ends may change in the address

export class DisplaySettings {
  levels = new Levels();
  map = COLORMAPS[0];
  inverted = false;
  scale = SCALES[0];
  /** whether saturated and bad pixels are marked */
  marks = false;

  /** @param {string} map one of COLORMAPS; others are ignored */
  setMap(map) {
    this.map = COLORMAPS.includes(map) ? map : this.map;
  }

  /** @param {string} scale one of SCALES; others are ignored */
  setScale(scale) {
    this.scale = SCALES.includes(scale) ? scale : this.scale;
  }

  /** The 256 colours, from that of the lowest displayed value to that of the highest. */
  get colours() {
    return colormap(this.map, this.inverted);
  }

  /**
   * Return the colour for each level. A picture in colour keeps its colours, and its whole range unless another
   * one is fixed.
   * @param {import("./transfer.js").LevelRange & {n_saturated?: number}} image
   * @param {boolean} isColour
   * @returns {Uint8Array<ArrayBuffer>} as `transferTable` returns it
   */
  table(image, isColour) {
    const colours = isColour ? colormap(COLORMAPS[0], this.inverted) : this.colours;
    const isWhole = isColour && this.levels.isAuto;
    const range = isWhole ? { low: image.min, high: image.max } : this.levels;
    const table = transferTable(image, range, this.scale, colours);
    if (this.marks && (image.n_saturated ?? 0) > 0 && !isColour) {
      table.set(SATURATED_COLOUR, 4 * 255); // saturated pixels always have the highest level
    }
    return table;
  }

  /** Return the settings as a text such as "viridis,inverted,log,12..500" or "1%..99%"; "": all defaults. */
  toText() {
    const { low, high, isAuto, percentiles } = this.levels;
    return [
      this.map !== COLORMAPS[0] && this.map,
      this.inverted && "inverted",
      this.scale !== SCALES[0] && this.scale,
      this.marks && "marks",
      percentiles && percentiles.map((percent) => `${percent}%`).join(".."),
      !isAuto && rangeText(low, high),
    ]
      .filter(Boolean)
      .join(",");
  }

  /** Apply a text as toText() returns it; invalid parts are ignored. @param {string} text */
  fromText(text) {
    for (const part of text.split(",")) {
      this.setMap(part);
      this.setScale(part);
      this.inverted ||= part === "inverted";
      this.marks ||= part === "marks";
      const [, from, to] = PERCENT.exec(part)?.map(Number) ?? [];
      if (from < to && to <= 100) {
        this.levels.setAuto([from, to]);
      }
      const [, low, high] = RANGE.exec(part)?.map(Number) ?? [];
      if (Number.isFinite(low) && Number.isFinite(high) && low < high) {
        this.levels.setFixed(low, high);
      }
    }
  }
}

/** Format a range with as few digits as keep it the same. @param {number} low @param {number} high */
function rangeText(low, high) {
  const tolerance = (high - low) * TOLERANCE;
  const size = Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high)))) + 1;
  let digits = DIGITS;
  while (digits < MAX_DIGITS && 10 ** (size - digits) > tolerance) {
    digits += 1;
  }
  return [low, high].map((end) => Number(end.toPrecision(digits))).join("..");
}
