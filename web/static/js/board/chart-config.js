/** A card's rows as a configuration of Chart.js, which draws it. Pure. */

import { timeOfDay } from "../data/times.js";
import { brief } from "../page/format.js";
import { seriesCount, seriesNames } from "./columns.js";

const SECOND = 1;
const DOT_PX = 4;
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

/** A configuration that a program pushed and that is none; the message says what is wrong. */
export class BadConfig extends Error {}

/**
 * @param {import("./kinds.js").Shown} shown
 * @param {Look} look
 * @param {boolean} isWide whether there is more room beside than below
 * @returns {Record<string, any>}
 */
export function chartConfig({ about, list }, look, isWide) {
  const { type } = about;
  const rows = list.filter((row) => row !== undefined);
  if (PARTS.has(type)) {
    return parts(type, about, rows, look, isWide);
  }
  return DOTS.has(type) ? dots(type, about, rows, look) : bars(about, list, look);
}

/**
 * What a program configured, as it is but for OURS; throws BadConfig.
 * @param {any} value
 */
export function customConfig(value) {
  if (typeof value?.type !== "string") {
    throw new BadConfig("type must be a text, as bar or line");
  }
  for (const part of ["data", "options"]) {
    if (value[part] !== undefined && !isObject(value[part])) {
      throw new BadConfig(`${part} must be an object`);
    }
  }
  if (value.data?.datasets !== undefined && !isListOfObjects(value.data.datasets)) {
    throw new BadConfig("data.datasets must be a list of objects");
  }
  const copy = structuredClone(value); // Chart.js writes into it
  return { ...copy, options: { ...copy.options, ...OURS } };
}

function bars(about, list, look) {
  const count = seriesCount(list, about.series);
  const names = seriesNames(about.series, count);
  const isLying = about.type === "horizontalBar";
  const isTime = about.axis === "time";
  return {
    type: "bar",
    data: {
      labels: list.map((row) => (row ? labelOf(row[0], isTime) : "")),
      datasets: names.map((label, index) => {
        const colour = (told) => (count === 1 && Array.isArray(told) ? list.map((_, bar) => look.told(told, bar)) : look.told(told, index));
        const border = colour(about.borderColor);
        return {
          label,
          data: list.map((row) => row?.[index + 1] ?? null), // a hole is no bar
          backgroundColor: colour(about.backgroundColor) ?? (typeof border === "string" ? look.faint(border) : look.usual(index)),
          borderColor: border ?? undefined,
          borderWidth: border ? 1 : 0,
          maxBarThickness: 60,
        };
      }),
    },
    options: {
      ...OURS,
      indexAxis: isLying ? "y" : "x",
      scales: { x: isLying ? roomy() : thin(), y: isLying ? thin() : roomy() },
      plugins: { legend: { display: isNamed(names) } },
    },
  };
}

/** Only the lines of the values, not those of the labels. */
function thin() {
  return { grid: { display: false }, ticks: { maxRotation: 0, autoSkip: true } };
}

/** The longest bar ends below the edge, so that it does not look cut off. */
function roomy() {
  return { grace: "4%", ticks: { maxTicksLimit: 7 } };
}

function parts(type, about, rows, look, isWide) {
  const isRadar = type === "radar";
  const stroke = look.told(about.borderColor, 0) ?? (isRadar ? look.usual(0) : look.of("--panel"));
  const of = (_, index) => look.told(about.backgroundColor, index) ?? look.usual(index);
  const fill = isRadar ? look.told(about.backgroundColor, 0) ?? look.faint(stroke) : rows.map(of);
  const told = about.borderColor;
  return {
    type,
    data: {
      labels: rows.map(([label]) => labelOf(label, false)),
      datasets: [
        {
          label: nameOf(about),
          data: rows.map((row) => row[1] ?? null),
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
        ? { scales: { r: { ticks: { backdropColor: look.of("--panel"), backdropPadding: 1, z: 1, maxTicksLimit: 4 }, beginAtZero: true } } }
        : {}),
      plugins: {
        legend: { display: !isRadar, position: isWide ? "right" : "bottom", labels: { generateLabels: valued } },
      },
    },
  };
}

/** The legend's entries: each part with its value. @param {any} chart Chart.js' */
function valued(chart) {
  const { labels, datasets: [set] } = chart.data;
  return labels.map((label, index) => ({
    text: `${label}  ${brief(set.data[index] ?? NaN)}`,
    fillStyle: Array.isArray(set.backgroundColor) ? set.backgroundColor[index] : set.backgroundColor,
    strokeStyle: "transparent",
    fontColor: chart.legend?.options.labels.color,
    hidden: !chart.getDataVisibility(index),
    index,
  }));
}

function dots(type, about, rows, look) {
  const stroke = look.told(about.borderColor, 0) ?? look.usual(0);
  const fill = look.told(about.backgroundColor, 0) ?? look.faint(stroke);
  const data = rows.map(([x, y, r]) => ({ x, y, r: r ?? DOT_PX }));
  const several = Array.isArray(about.backgroundColor);
  return {
    type,
    data: {
      datasets: [
        {
          label: nameOf(about),
          data,
          backgroundColor: several ? rows.map((_, index) => look.told(about.backgroundColor, index)) : fill,
          borderColor: stroke,
          ...(type === "scatter" && { pointRadius: data.map(({ r }) => r), pointHoverRadius: data.map(({ r }) => r + 2) }),
        },
      ],
    },
    options: {
      ...OURS,
      clip: 8, // a dot at the edge is whole
      ...(type === "bubble" && { scales: { x: { grace: "6%" }, y: { grace: "6%" } } }), // and lies on no axis
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

function labelOf(label, isTime) {
  return isTime && typeof label === "number" ? timeOfDay(label, SECOND) : String(label ?? "");
}

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function isListOfObjects(value) {
  return Array.isArray(value) && value.every(isObject);
}
