/** A card's rows as a configuration of Chart.js, which draws it. Pure. */

import { formatShort } from "../lib/format.js";
import { labelledRows, seriesCount, seriesNames } from "./line-columns.js";
import { checkConfiguration } from "./custom.js";
import { drawable, extent, fitTicks, numberTicks, withMargin, withWholeSteps, withZero } from "./ticks.js";

const DOT_PX = 4;
const WIDE_RATIO = 1.2; // from which the legend is beside the chart
const Y_AXIS_EM = 6;
const EM_PER_ROW = 3;
const MAX_ROWS = 7;
const RADIAL_STEPS = 3;
const AREA_TYPES = new Set(["pie", "doughnut", "polarArea"]);
const PART_TYPES = new Set(["pie", "doughnut", "polarArea", "radar"]);
const DOT_TYPES = new Set(["bubble", "scatter"]);

/** What the page decides: cards have their own size, and data that change all the time are not animated. */
const FIXED_OPTIONS = { responsive: false, maintainAspectRatio: false, animation: false };

/**
 * @typedef {Pick<import("./colours.js").Colours, "described" | "ofSeries" | "translucent" | "variable">} Palette
 * @typedef {{widthEm: number, heightEm: number}} Size of the chart
 * @typedef {import("./cards.js").About} About
 * @typedef {import("./card-rows.js").Row} Row
 * @typedef {import("./ticks.js").Range} Range
 * @typedef {Record<string, any>} Config of Chart.js
 */

/** A chart that would show nothing, or something wrong; the message says why. */
export class BadChart extends Error {}

/**
 * Return the configuration of a card. Throws BadChart.
 * @param {Pick<import("./card-views.js").Content, "about" | "list">} content
 * @param {Palette} palette
 * @param {Size} size
 * @returns {Config}
 */
export function chartConfig({ about, list }, palette, size) {
  const rows = list.filter((row) => row !== undefined);
  if (PART_TYPES.has(about.type)) {
    return partsConfig(about, rows, palette, size);
  }
  return DOT_TYPES.has(about.type) ? dotsConfig(about, rows, palette, size) : barsConfig(about, list, palette, size);
}

/**
 * Return the configuration that a program pushed, with FIXED_OPTIONS. Throws BadOption.
 * @param {any} value
 * @returns {Config}
 */
export function customConfig(value) {
  checkConfiguration(value);
  const copy = structuredClone(value); // Chart.js writes into it
  return { ...copy, options: { ...copy.options, ...FIXED_OPTIONS } };
}

/**
 * @param {About} about
 * @param {(Row | undefined)[]} list
 * @param {Palette} palette
 * @param {Size} size
 * @returns {Config}
 */
function barsConfig(about, list, palette, size) {
  const count = seriesCount(list, about.series);
  const names = seriesNames(about.series, count);
  const isHorizontal = about.type === "horizontalBar";
  const { rows, labels } = labelledRows(list, about.axis);
  const columns = names.map((_, series) => rows.map((row) => drawable(row?.[series + 1]))); // a hole is no bar
  const range = withZero(extent(columns.flat()));
  return {
    type: "bar",
    data: {
      labels,
      datasets: names.map((label, series) => {
        const colour = (/** @type {unknown} */ colours) =>
          count === 1 && Array.isArray(colours)
            ? rows.map((_, bar) => palette.described(colours, bar))
            : palette.described(colours, series);
        const border = colour(about.borderColor);
        const fill = typeof border === "string" ? palette.translucent(border) : palette.ofSeries(series);
        return {
          label,
          data: columns[series],
          backgroundColor: colour(about.backgroundColor) ?? fill,
          borderColor: border ?? undefined,
          borderWidth: border ? 1 : 0,
          maxBarThickness: 60,
          minBarLength: 2, // 0 has a bar, null has none
        };
      }),
    },
    options: {
      ...FIXED_OPTIONS,
      indexAxis: isHorizontal ? "y" : "x",
      scales: isHorizontal ? { x: xAxis(range, size), y: labelAxis() } : { x: labelAxis(), y: yAxis(range, size) },
      plugins: { legend: { display: names.length > 1 || names[0] !== "1" } },
    },
  };
}

/** An axis of labels, without grid lines. */
function labelAxis() {
  return { grid: { display: false }, ticks: { maxRotation: 0, autoSkip: true } };
}

/** @param {Range} range @param {Size} size */
function xAxis([low, high], { widthEm }) {
  return numberAxis(low, high, fitTicks((max) => numberTicks(low, high, max), widthEm - Y_AXIS_EM));
}

/** @param {Range} range @param {Size} size */
function yAxis([low, high], { heightEm }) {
  const max = Math.min(MAX_ROWS, Math.max(2, Math.floor(heightEm / EM_PER_ROW)));
  return numberAxis(low, high, numberTicks(low, high, max));
}

/**
 * Return an axis with given ticks: Chart.js' own are not always distinct, and may loop for ever.
 * @param {number} min
 * @param {number} max
 * @param {import("./ticks.js").Ticks} ticks
 */
function numberAxis(min, max, { values, texts }) {
  return {
    min,
    max,
    afterBuildTicks: (/** @type {{ticks: {value: number}[]}} */ scale) => {
      scale.ticks = values.map((value) => ({ value }));
    },
    ticks: {
      autoSkip: false,
      maxRotation: 0,
      callback: (/** @type {unknown} */ _, /** @type {number} */ index) => texts[index],
    },
  };
}

/** @param {About} about @param {Row[]} rows @param {Palette} palette @param {Size} size @returns {Config} */
function partsConfig(about, rows, palette, size) {
  const { type, borderColor, backgroundColor } = about;
  const values = rows.map((row) => drawable(row[1]));
  checkParts(type, rows, values);
  const isRadar = type === "radar";
  const stroke = palette.described(borderColor, 0) ?? (isRadar ? palette.ofSeries(0) : palette.variable("--panel"));
  const fill = isRadar
    ? palette.described(backgroundColor, 0) ?? palette.translucent(stroke)
    : rows.map((_, part) => palette.described(backgroundColor, part) ?? palette.ofSeries(part));
  const hasBorders = !isRadar && Array.isArray(borderColor);
  return {
    type,
    data: {
      labels: rows.map(([label]) => String(label ?? "")),
      datasets: [
        {
          label: nameOf(about),
          data: values,
          backgroundColor: fill,
          borderColor: hasBorders ? rows.map((_, part) => palette.described(borderColor, part)) : stroke,
          borderWidth: isRadar ? 2 : 1,
          pointBackgroundColor: stroke,
          pointRadius: 2,
          ...(isRadar && about.fill !== undefined && { fill: about.fill }),
        },
      ],
    },
    options: {
      ...FIXED_OPTIONS,
      ...(type === "polarArea" || isRadar ? { scales: { r: radialAxis(extent(values), palette) } } : {}),
      plugins: {
        legend: {
          display: !isRadar,
          position: size.widthEm > WIDE_RATIO * size.heightEm ? "right" : "bottom",
          labels: { generateLabels: legendEntries },
        },
      },
    },
  };
}

/**
 * The axis of a radar or polar area chart, from its centre.
 * @param {Range | null} range
 * @param {Palette} palette
 */
function radialAxis(range, palette) {
  const [low, high] = withWholeSteps(range, RADIAL_STEPS);
  const axis = numberAxis(low, high, numberTicks(low, high, RADIAL_STEPS + 1));
  return { ...axis, ticks: { ...axis.ticks, backdropColor: palette.variable("--panel"), backdropPadding: 1, z: 1 } };
}

/**
 * Throws BadChart where parts of a whole are negative, or none is above 0.
 * @param {string} type
 * @param {Row[]} rows
 * @param {(number | null)[]} values
 */
function checkParts(type, rows, values) {
  const negative = values.findIndex((value) => value !== null && value < 0);
  if (AREA_TYPES.has(type) && negative >= 0) {
    const [label, value] = rows[negative];
    const cause = `“${label}” is ${formatShort(value)}, but a ${type} cannot show values below 0.`;
    throw new BadChart(`${cause} Push it as bar or radar.`);
  }
  const hasParts = values.some((value) => value !== null && value > 0);
  if (rows.length > 0 && (type === "pie" || type === "doughnut") && !hasParts) {
    const isZero = values.includes(0);
    throw new BadChart(isZero ? "All values are 0: there are no parts to show." : "There are no values to show.");
  }
}

/** Return the legend's entries: each part with its value. @param {any} chart of Chart.js */
function legendEntries(chart) {
  const { labels, datasets: [set] } = chart.data;
  return labels.map((/** @type {string} */ label, /** @type {number} */ index) => ({
    text: `${label}  ${formatShort(set.data[index] ?? NaN)}`,
    fillStyle: Array.isArray(set.backgroundColor) ? set.backgroundColor[index] : set.backgroundColor,
    strokeStyle: "transparent",
    fontColor: chart.legend?.options.labels.color,
    hidden: !chart.getDataVisibility(index),
    index,
  }));
}

/** @param {About} about @param {Row[]} rows @param {Palette} palette @param {Size} size @returns {Config} */
function dotsConfig(about, rows, palette, size) {
  const stroke = palette.described(about.borderColor, 0) ?? palette.ofSeries(0);
  const fill = palette.described(about.backgroundColor, 0) ?? palette.translucent(stroke);
  const drawn = rows.filter(([x, y]) => drawable(x) !== null && drawable(y) !== null);
  const data = drawn.map(([x, y, r]) => ({ x, y, r: r ?? DOT_PX }));
  const hasFills = Array.isArray(about.backgroundColor);
  return {
    type: about.type,
    data: {
      datasets: [
        {
          label: nameOf(about),
          data,
          backgroundColor: hasFills ? drawn.map((_, dot) => palette.described(about.backgroundColor, dot)) : fill,
          borderColor: stroke,
          ...(about.type === "scatter" && {
            pointRadius: data.map(({ r }) => r),
            pointHoverRadius: data.map(({ r }) => r + 2),
          }),
        },
      ],
    },
    options: {
      ...FIXED_OPTIONS,
      clip: 8, // a dot at the edge is not cut
      scales: {
        x: xAxis(withMargin(extent(data.map(({ x }) => x))), size),
        y: yAxis(withMargin(extent(data.map(({ y }) => y))), size),
      },
      plugins: { legend: { display: false } },
    },
  };
}

/** @param {About} about */
function nameOf({ legend, series, name, id }) {
  const first = Array.isArray(legend) ? legend[0] : legend;
  return String(first ?? series[0] ?? name ?? id);
}
