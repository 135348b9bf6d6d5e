/** The page's figures of a masked picture, for test_bad_pixel_mask.py. */

import { autoRange } from "../../../web/static/js/analysis/auto-range.js";
import { BadPixelMask, thresholdMask } from "../../../web/static/js/analysis/bad-pixel-mask.js";
import { projections } from "../../../web/static/js/analysis/edge-profiles.js";
import { lineCut } from "../../../web/static/js/analysis/line-cut.js";
import { project } from "../../../web/static/js/analysis/projection.js";
import { statistics } from "../../../web/static/js/analysis/statistics.js";
import { extremes, histogram } from "../../../web/static/js/picture/pixel-statistics.js";

export function figures(pixels, marks, region, box, line) {
  const masked = new BadPixelMask(pixels, marks).apply(pixels);
  return {
    region: statistics(masked, region, project(masked, region)),
    extremes: extremes(masked),
    histogram: histogram(masked).counts,
    columns: projections(masked, box, "mean").x.values,
    cut: lineCut(masked, line).values,
    range: autoRange(masked, null, null),
  };
}

/** Return the indices of the pixels that thresholds mask. */
export function maskedBy(pixels, thresholds) {
  const { data } = thresholdMask(pixels, thresholds, pixels).apply(pixels);
  return [...data.keys()].filter((index) => Number.isNaN(data[index]));
}
