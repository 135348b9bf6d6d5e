/** How this viewer shows the picture: colour map, scale and range. As a text it fits into a link. */

import { COLORMAPS, colormap } from "./colormap.js";
import { Levels } from "./levels.js";
import { SCALES, transferTable } from "./transfer.js";

/** Red, green and blue of a marked pixel: in no colour map. */
export const SATURATED = [255, 0, 128];

const PERCENT = /^([\d.]+)%\.\.([\d.]+)%$/;
const RANGE = /^(-?[\d.]+(?:e[+-]?\d+)?)\.\.(-?[\d.]+(?:e[+-]?\d+)?)$/i;
const DIGITS = 7; // of a range's ends, or more where they lie close together
const ALL_DIGITS = 17; // that a number has
const SAME = 1e-3; // of the range: what its ends may be off in a link

/** @typedef {{min: number, max: number}} Span camera values of the received levels 0 and 255 */

export class DisplaySettings {
  levels = new Levels();
  map = COLORMAPS[0];
  inverted = false;
  scale = SCALES[0];
  /** whether saturated and bad pixels are marked */
  marks = false;

  /** @param {string} map one of COLORMAPS; another one is ignored */
  setMap(map) {
    this.map = COLORMAPS.includes(map) ? map : this.map;
  }

  /** @param {string} scale one of SCALES; another one is ignored */
  setScale(scale) {
    this.scale = SCALES.includes(scale) ? scale : this.scale;
  }

  /** The 256 colours, from that of the lowest value shown to that of the highest. */
  get colours() {
    return colormap(this.map, this.inverted);
  }

  /**
   * What colour each received level becomes. A picture in colour keeps its colours, and its whole range
   * unless another one is fixed.
   * @param {Span & {n_saturated?: number}} image
   * @param {boolean} isColour
   * @returns {Uint8Array} as `transfer` gives it
   */
  table(image, isColour) {
    const colours = isColour ? colormap(COLORMAPS[0], this.inverted) : this.colours;
    const whole = isColour && this.levels.isAuto;
    const range = whole ? { low: image.min, high: image.max } : this.levels;
    const table = transferTable(image, range, this.scale, colours);
    if (this.marks && image.n_saturated > 0 && !isColour) {
      table.set(SATURATED, 4 * 255); // what saturates is never below the highest level
    }
    return table;
  }

  /** Empty when all is as at first; else such as "viridis,inverted,log,12..500" or "1%..99%". */
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

  /** Takes what it understands of such a text. @param {string} text */
  fromText(text) {
    for (const part of text.split(",")) {
      this.setMap(part);
      this.setScale(part);
      this.inverted ||= part === "inverted";
      this.marks ||= part === "marks";
      const [, least, most] = PERCENT.exec(part)?.map(Number) ?? [];
      if (least < most && most <= 100) {
        this.levels.setAuto([least, most]);
      }
      const [, low, high] = RANGE.exec(part)?.map(Number) ?? [];
      if (Number.isFinite(low) && Number.isFinite(high) && low < high) {
        this.levels.setFixed(low, high);
      }
    }
  }
}

/** As short as it still is the same range. @param {number} low @param {number} high */
function rangeText(low, high) {
  const most = (high - low) * SAME;
  const size = Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high)))) + 1;
  let digits = DIGITS;
  while (digits < ALL_DIGITS && 10 ** (size - digits) > most) {
    digits += 1;
  }
  return [low, high].map((end) => Number(end.toPrecision(digits))).join("..");
}
