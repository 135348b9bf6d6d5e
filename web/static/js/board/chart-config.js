/** A card's rows as a configuration of Chart.js, which draws it. Pure. */

import { formatShort } from "../lib/format.js";
import { places, seriesCount, seriesNames } from "./line-columns.js";
import { check } from "./custom.js";
import { drawable, extent, fitting, fromZero, numberTicks, roomy, wholeSteps } from "./ticks.js";

const DOT_PX = 4;
const WIDE = 1.2;
const Y_AXIS_EM = 6;
const EM_PER_ROW = 3;
const MAX_ROWS = 7;
const WEB_STEPS = 3;
const AREAS = new Set(["pie", "doughnut", "polarArea"]);
const PARTS = new Set(["pie", "doughnut", "polarArea", "radar"]);
const DOTS = new Set(["bubble", "scatter"]);

/** What this page decides itself: cards have their size, and what changes all the time is not animated. */
const OURS = { responsive: false, maintainAspectRatio: false, animation: false };

/**
 * @typedef {object} Look colours, as Colours has them
 * @property {(told: any, index: number) => string | null} told
 * @property {(index: number) => string} usual
 * @property {(colour: string) => string} faint
 * @property {(name: string) => string} of
 */

/** @typedef {{widthEm: number, heightEm: number}} Room of the chart */

/** A chart that would show nothing, or something wrong; the message says why. */
export class BadChart extends Error {}

/**
 * @param {import("./card-views.js").Shown} shown
 * @param {Look} look
 * @param {Room} room
 * @returns {Record<string, any>} throws BadChart
 */
export function chartConfig({ about, list }, look, room) {
  const { type } = about;
  const rows = list.filter((row) => row !== undefined);
  if (PARTS.has(type)) {
    return parts(type, about, rows, look, room);
  }
  return DOTS.has(type) ? dots(type, about, rows, look, room) : bars(about, list, look, room);
}

/**
 * What a program configured, as it is but for OURS; throws BadOption.
 * @param {any} value
 */
export function customConfig(value) {
  check(value);
  const copy = structuredClone(value); // Chart.js writes into it
  return { ...copy, options: { ...copy.options, ...OURS } };
}

function bars(about, list, look, room) {
  const count = seriesCount(list, about.series);
  const names = seriesNames(about.series, count);
  const isLying = about.type === "horizontalBar";
  const { rows, labels } = places(list, about.axis);
  const columns = names.map((_, index) => rows.map((row) => drawable(row?.[index + 1]))); // a hole is no bar
  const range = fromZero(extent(columns.flat()));
  return {
    type: "bar",
    data: {
      labels,
      datasets: names.map((label, index) => {
        const colour = (told) => (count === 1 && Array.isArray(told) ? rows.map((_, bar) => look.told(told, bar)) : look.told(told, index));
        const border = colour(about.borderColor);
        return {
          label,
          data: columns[index],
          backgroundColor: colour(about.backgroundColor) ?? (typeof border === "string" ? look.faint(border) : look.usual(index)),
          borderColor: border ?? undefined,
          borderWidth: border ? 1 : 0,
          maxBarThickness: 60,
          minBarLength: 2, // 0 is a bar, null is none
        };
      }),
    },
    options: {
      ...OURS,
      indexAxis: isLying ? "y" : "x",
      scales: isLying ? { x: across(range, room), y: thin() } : { x: thin(), y: upward(range, room) },
      plugins: { legend: { display: isNamed(names) } },
    },
  };
}

/** Only the lines of the values, not those of the labels. */
function thin() {
  return { grid: { display: false }, ticks: { maxRotation: 0, autoSkip: true } };
}

/** An axis of numbers from left to right. @param {[number, number]} range @param {Room} room */
function across([low, high], { widthEm }) {
  return linear(low, high, fitting((most) => numberTicks(low, high, most), widthEm - Y_AXIS_EM));
}

/** One from below. @param {[number, number]} range @param {Room} room */
function upward([low, high], { heightEm }) {
  const most = Math.min(MAX_ROWS, Math.max(2, Math.floor(heightEm / EM_PER_ROW)));
  return linear(low, high, numberTicks(low, high, most));
}

/** An axis with these ticks: Chart.js' own are not always distinct, and may loop for ever. */
function linear(min, max, { values, texts }) {
  return {
    min,
    max,
    afterBuildTicks: (/** @type {any} */ scale) => (scale.ticks = values.map((value) => ({ value }))),
    ticks: { autoSkip: false, maxRotation: 0, callback: (/** @type {any} */ _, /** @type {number} */ index) => texts[index] },
  };
}

function parts(type, about, rows, look, room) {
  const values = rows.map((row) => drawable(row[1]));
  refuseEmpty(type, rows, values);
  const isRadar = type === "radar";
  const stroke = look.told(about.borderColor, 0) ?? (isRadar ? look.usual(0) : look.of("--panel"));
  const of = (_, index) => look.told(about.backgroundColor, index) ?? look.usual(index);
  const fill = isRadar ? look.told(about.backgroundColor, 0) ?? look.faint(stroke) : rows.map(of);
  const told = about.borderColor;
  return {
    type,
    data: {
      labels: rows.map(([label]) => String(label ?? "")),
      datasets: [
        {
          label: nameOf(about),
          data: values,
          backgroundColor: fill,
          borderColor: !isRadar && Array.isArray(told) ? rows.map((_, index) => look.told(told, index)) : stroke,
          borderWidth: isRadar ? 2 : 1,
          pointBackgroundColor: stroke,
          pointRadius: 2,
          ...(isRadar && about.fill !== undefined && { fill: about.fill }),
        },
      ],
    },
    options: {
      ...OURS,
      ...(type === "polarArea" || isRadar
        ? { scales: { r: web(extent(values), look) } }
        : {}),
      plugins: {
        legend: { display: !isRadar, position: room.widthEm > WIDE * room.heightEm ? "right" : "bottom", labels: { generateLabels: valued } },
      },
    },
  };
}

/** The axis of a radar or polar area chart, from the middle to a whole number of steps. */
function web(found, look) {
  const [low, high] = wholeSteps(found, WEB_STEPS);
  const axis = linear(low, high, numberTicks(low, high, WEB_STEPS + 1));
  return { ...axis, ticks: { ...axis.ticks, backdropColor: look.of("--panel"), backdropPadding: 1, z: 1 } };
}

/** Areas show parts of a whole, which none can be below. */
function refuseEmpty(type, rows, values) {
  const negative = values.findIndex((value) => value !== null && value < 0);
  if (AREAS.has(type) && negative >= 0) {
    const [label, value] = rows[negative];
    throw new BadChart(`“${label}” is ${formatShort(value)}: a ${type} shows parts from 0 on. Push it as bar or radar`);
  }
  if (rows.length > 0 && (type === "pie" || type === "doughnut") && !values.some((value) => value !== null && value > 0)) {
    const isZero = values.includes(0);
    throw new BadChart(isZero ? "All values are 0: there are no parts to show" : "There are no values to show");
  }
}

/** The legend's entries: each part with its value. @param {any} chart Chart.js' */
function valued(chart) {
  const { labels, datasets: [set] } = chart.data;
  return labels.map((label, index) => ({
    text: `${label}  ${formatShort(set.data[index] ?? NaN)}`,
    fillStyle: Array.isArray(set.backgroundColor) ? set.backgroundColor[index] : set.backgroundColor,
    strokeStyle: "transparent",
    fontColor: chart.legend?.options.labels.color,
    hidden: !chart.getDataVisibility(index),
    index,
  }));
}

function dots(type, about, rows, look, room) {
  const stroke = look.told(about.borderColor, 0) ?? look.usual(0);
  const fill = look.told(about.backgroundColor, 0) ?? look.faint(stroke);
  const drawn = rows.filter(([x, y]) => drawable(x) !== null && drawable(y) !== null);
  const data = drawn.map(([x, y, r]) => ({ x, y, r: r ?? DOT_PX }));
  const several = Array.isArray(about.backgroundColor);
  return {
    type,
    data: {
      datasets: [
        {
          label: nameOf(about),
          data,
          backgroundColor: several ? drawn.map((_, index) => look.told(about.backgroundColor, index)) : fill,
          borderColor: stroke,
          ...(type === "scatter" && { pointRadius: data.map(({ r }) => r), pointHoverRadius: data.map(({ r }) => r + 2) }),
        },
      ],
    },
    options: {
      ...OURS,
      clip: 8, // a dot at the edge is whole
      scales: {
        x: across(roomy(extent(data.map(({ x }) => x))), room),
        y: upward(roomy(extent(data.map(({ y }) => y))), room),
      },
      plugins: { legend: { display: false } },
    },
  };
}

/** @param {string[]} names */
function isNamed(names) {
  return names.length > 1 || names[0] !== "1";
}

function nameOf({ legend, series, name, id }) {
  const told = Array.isArray(legend) ? legend[0] : legend;
  return String(told ?? series[0] ?? name ?? id);
}
