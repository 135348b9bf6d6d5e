/** Shows the ticks of the picture's axes at its left and lower edge. */

import { axisTicks } from "../picture/axis-ticks.js";
import { visiblePart } from "../picture/visible-part.js";

export class Axes {
  #across;
  #down;
  #stage;
  #key = "";

  /** @param {(id: string) => HTMLElement} getById */
  constructor(getById) {
    this.#across = getById("axis-across");
    this.#down = getById("axis-down");
    this.#stage = getById("stage");
  }

  /**
   * @param {import("../picture/placement.js").Placement} placement
   * @param {Parameters<typeof axisTicks>[1]} axes
   */
  show(placement, axes) {
    if (!placement.ready) {
      return;
    }
    const { clientWidth: width, clientHeight: height } = this.#stage;
    const key = JSON.stringify([placement.matrix, axes, width, height]);
    if (key === this.#key) {
      return;
    }
    this.#key = key;
    const part = visiblePart(placement, { width, height });
    const { across, down, acrossUnit, downUnit } = axisTicks(placement, axes, part);
    fill(this.#across, across, part.width, acrossUnit);
    fill(this.#down, down, part.height, downUnit);
  }
}

/**
 * @param {HTMLElement} axis
 * @param {import("../picture/axis-ticks.js").Tick[]} ticks
 * @param {number} length CSS pixels
 * @param {string} unit
 */
function fill(axis, ticks, length, unit) {
  const inside = ticks.filter(({ px }) => px >= 0 && px <= length);
  const last = inside.reduce((most, { px }, index) => (px > inside[most].px ? index : most), 0);
  axis.replaceChildren(
    ...inside.map(({ px, text }, index) => {
      const tick = document.createElement("span");
      tick.style.setProperty("--at", `${px}px`);
      tick.textContent = index === last && unit ? `${text} ${unit}` : text;
      return tick;
    }),
  );
}
