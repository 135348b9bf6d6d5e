/** The ticks at the edges of the picture, at round numbers of its axes. Pure. */

import { formatShort } from "../lib/format.js";
import { gridLines } from "./grid.js";

/**
 * @typedef {{px: number, text: string}} Tick `px`: from the corner of the picture's visible part, CSS pixels
 *
 * @param {import("./placement.js").Placement} placement
 * @param {{x: import("../lib/calibration.js").Axis, y: import("../lib/calibration.js").Axis}} axes
 * @param {{left: number, top: number}} corner of the visible part on the stage
 * @returns {{across: Tick[], down: Tick[], acrossUnit: string, downUnit: string}} along the lower edge and the left one
 */
export function axisTicks(placement, axes, corner) {
  const { left, top, right, bottom } = placement.visibleBox();
  const isTurned = placement.turns % 2 === 1;
  const alongX = gridLines(left, right, placement.zoom, axes.x).map(({ at, value }) => ({
    place: placement.toPlace(at, top),
    text: formatShort(value),
  }));
  const alongY = gridLines(top, bottom, placement.zoom, axes.y).map(({ at, value }) => ({
    place: placement.toPlace(left, at),
    text: formatShort(value),
  }));
  const [horizontal, vertical] = isTurned ? [alongY, alongX] : [alongX, alongY];
  const [acrossUnit, downUnit] = isTurned ? [axes.y.unit, axes.x.unit] : [axes.x.unit, axes.y.unit];
  return {
    across: horizontal.map(({ place, text }) => ({ px: place.x - corner.left, text })),
    down: vertical.map(({ place, text }) => ({ px: place.y - corner.top, text })),
    acrossUnit,
    downUnit,
  };
}
