import assert from "node:assert/strict";
import test from "node:test";

import { customConfig } from "../../../web/static/js/board/chart-config.js";
import { BadOption, checkConfiguration } from "../../../web/static/js/board/custom.js";

const lineChart = (options, set = {}) => ({ type: "line", data: { labels: ["a", ["b", "c"]], datasets: [{ data: [1, null], ...set }] }, options });
const deep = (levels) => Array.from({ length: levels }).reduce((inner) => ({ a: inner }), 1);

for (const [what, value] of Object.entries({
  "endless ticks": lineChart({ scales: { y: { ticks: { count: 1e8 } } } }),
  "more ticks than there is room for": lineChart({ scales: { y: { ticks: { maxTicksLimit: 1e9 } } } }),
  "a wide line": lineChart({}, { borderWidth: 1e9 }),
  "a large point": lineChart({}, { pointRadius: 1e9 }),
  "a large bubble": lineChart({}, { data: [{ x: 1, y: 1, r: 1e9 }] }),
  "endless dashes": lineChart({}, { borderDash: [1e-9, 1e-9] }),
  "a huge canvas": lineChart({ devicePixelRatio: 1e4 }),
  "too many samples": lineChart({ plugins: { decimation: { enabled: true, samples: 1e9 } } }),
  "an animation of a dataset": lineChart({}, { animation: { duration: 1e9, loop: true } }),
  "animations": lineChart({ animations: { x: { loop: true } } }),
  "thousands of datasets": { type: "line", data: { datasets: Array(5000).fill({ data: [1] }) } },
  "too many points": { type: "line", data: { datasets: Array(3).fill({ data: Array(10_000).fill(1) }) } },
  "deeply nested options": lineChart({ scales: deep(100) }),
  "a function as a text": lineChart({ plugins: { tooltip: { callbacks: { label: "alert(1)" } } } }),
  "a name of JavaScript": lineChart({ scales: JSON.parse('{"__proto__": {}}') }),
  "a name of JavaScript in a point": lineChart({}, { data: [JSON.parse('{"__proto__": 1}')] }),
  "a method's name": lineChart({ toString: 1 }),
  "an invalid number": lineChart({}, { data: [1e308] }),
  "an adapter": lineChart({ scales: { x: { type: "time" } } }),
  "another type": { type: "sunburst" },
  "no type": {},
  "an invalid type": { type: 3 },
  "nothing": null,
  "invalid data": { type: "bar", data: [1] },
  "invalid options": { type: "bar", options: "x" },
  "datasets that are no list": { type: "bar", data: { datasets: { 0: {} } } },
  "a dataset that is null": { type: "bar", data: { datasets: [null] } },
})) {
  test(`a configuration with ${what} is rejected with a message`, () => {
    assert.throws(() => customConfig(value), (error) => error instanceof BadOption && error.message.length > 10 && error.message.length < 600);
  });
}

test("common options of Chart.js are accepted", () => {
  checkConfiguration({
    type: "bar",
    data: {
      labels: ["a", 1, ["two", "lines"], null],
      datasets: [
        { type: "line", label: "x", data: [1, null, "3", { x: 1, y: 2, r: 3 }, [1, 2]], yAxisID: "right", fill: { target: "origin", above: "red" }, tension: 0.4, pointRadius: [1, 2], pointStyle: false, borderDash: [5, 5], stepped: "middle", hidden: true },
        { data: { a: 1 }, backgroundColor: ["red", "rgb(1 2 3 / 0.5)"], borderWidth: { top: 1 }, borderRadius: 5, stack: "s", order: 1, barPercentage: 0.5, parsing: { yAxisKey: "v" } },
      ],
    },
    options: {
      indexAxis: "y",
      responsive: true,
      maintainAspectRatio: false,
      animation: { duration: 1e9, loop: true },
      locale: "de-CH",
      interaction: { mode: "index", intersect: false },
      layout: { padding: { left: 3 } },
      elements: { point: { radius: 0 } },
      scales: {
        x: { stacked: true, title: { display: true, text: "x", font: { size: 12, weight: "bold" } }, grid: { display: false }, ticks: { maxRotation: 45, stepSize: 0.1, format: { style: "percent" } } },
        right: { axis: "y", type: "logarithmic", position: "right", min: 1, max: 1e6, beginAtZero: true, border: { dash: [2, 2] } },
      },
      plugins: { legend: { position: "bottom", labels: { usePointStyle: true } }, title: { display: true, text: ["one", "two"] }, subtitle: false, tooltip: { enabled: false } },
    },
  });
});
