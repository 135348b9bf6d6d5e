import assert from "node:assert/strict";
import test from "node:test";

import { BadChart, chartConfig, customConfig } from "../../../web/static/js/board/chart-config.js";

const PALETTE = {
  described: (colours, index) => (Array.isArray(colours) ? colours[index % colours.length] : colours) ?? null,
  ofSeries: (index) => `usual ${index}`,
  translucent: (colour) => `faint ${colour}`,
  variable: (name) => name,
};
const config = (type, list, about = {}) =>
  chartConfig({ about: { id: "a", type, series: ["1"], axis: "label", ...about }, list, first: 0 }, PALETTE, { widthEm: 33, heightEm: 18 });

test("bars have a label for each row and a dataset for each series", () => {
  const { type, data, options } = config("bar", [["m", 1, 2], ["n", 3, null]], { series: ["a", "b"] });
  assert.equal(type, "bar");
  assert.deepEqual(data.labels, ["m", "n"]);
  assert.deepEqual(data.datasets.map(({ label, data }) => [label, data]), [["a", [1, 3]], ["b", [2, null]]]);
  assert.deepEqual(data.datasets.map(({ backgroundColor }) => backgroundColor), ["usual 0", "usual 1"]);
  assert.equal(options.indexAxis, "x");
  assert.equal(options.plugins.legend.display, true);
});

test("a missed row has no bar", () => {
  assert.deepEqual(config("bar", [["m", 1], undefined]).data.datasets[0].data, [1, null]);
});

test("one unnamed series needs no legend", () => {
  assert.equal(config("bar", [["m", 1]]).options.plugins.legend.display, false);
});

test("a horizontalBar card has horizontal bars", () => {
  assert.equal(config("horizontalBar", [["m", 1]]).options.indexAxis, "y");
});

test("the description's colours apply to each bar, or to each series", () => {
  const one = config("bar", [["m", 1], ["n", 2]], { backgroundColor: ["red", "blue"] });
  assert.deepEqual(one.data.datasets[0].backgroundColor, ["red", "blue"]);
  const two = config("bar", [["m", 1, 2]], { series: ["a", "b"], backgroundColor: ["red", "blue"], borderColor: "black" });
  assert.deepEqual(two.data.datasets.map((set) => [set.backgroundColor, set.borderColor, set.borderWidth]),
    [["red", "black", 1], ["blue", "black", 1]]);
});

for (const type of ["pie", "doughnut", "polarArea", "radar"]) {
  test(`a ${type} has a part for each row`, () => {
    const { data, ...made } = config(type, [["a", 1], ["b", null], [3, 5]]);
    assert.equal(made.type, type);
    assert.deepEqual(data.labels, ["a", "b", "3"]);
    assert.deepEqual(data.datasets[0].data, [1, null, 5]);
  });
}

test("the legend has each part's value and colour", () => {
  const { data, options } = config("pie", [["users", 60.5], ["down", null]]);
  const chart = { data, getDataVisibility: (index) => index === 0, legend: { options: { labels: { color: "ink" } } } };
  const entries = options.plugins.legend.labels.generateLabels(chart);
  assert.deepEqual(entries.map(({ text, fillStyle, fontColor, hidden }) => [text, fillStyle, fontColor, hidden]),
    [["users  60.5", "usual 0", "ink", false], ["down  –", "usual 1", "ink", true]]);
});

test("each part has its own colour", () => {
  assert.deepEqual(config("pie", [["a", 1], ["b", 2]]).data.datasets[0].backgroundColor, ["usual 0", "usual 1"]);
  const described = config("pie", [["a", 1], ["b", 2]], { backgroundColor: ["red", "blue"] });
  assert.deepEqual(described.data.datasets[0].backgroundColor, ["red", "blue"]);
});

test("dots have their own radius or the default, and missed rows have none", () => {
  const rows = [[1, 2, 7], undefined, [3, 4, null]];
  assert.deepEqual(config("bubble", rows).data.datasets[0].data, [{ x: 1, y: 2, r: 7 }, { x: 3, y: 4, r: 4 }]);
  assert.deepEqual(config("scatter", rows).data.datasets[0].pointRadius, [7, 4]);
});

test("the legend is the dataset's name", () => {
  assert.equal(config("radar", [["a", 1]], { legend: "now" }).data.datasets[0].label, "now");
  assert.equal(config("scatter", [[1, 2, null]], { legend: ["dots"], name: "x" }).data.datasets[0].label, "dots");
});

test("no chart is animated or sizes itself", () => {
  for (const type of ["bar", "horizontalBar", "pie", "doughnut", "polarArea", "radar", "bubble", "scatter"]) {
    const { options } = config(type, []);
    assert.deepEqual([options.animation, options.responsive, options.maintainAspectRatio], [false, false, false]);
  }
});

test("a custom configuration is copied, with fixed options for size and animation", () => {
  const pushed = { type: "line", data: { datasets: [{ data: [1] }] }, options: { animation: true, clip: 3 } };
  const before = structuredClone(pushed);
  const made = customConfig(pushed);
  made.data.datasets.push("changed");
  assert.deepEqual(pushed, before);
  assert.equal(made.type, "line");
  assert.deepEqual(made.options, { clip: 3, animation: false, responsive: false, maintainAspectRatio: false });
});

const axis = ({ min, max, afterBuildTicks, ticks }) => {
  const scale = { ticks: [] };
  afterBuildTicks(scale);
  return { min, max, texts: scale.ticks.map((_, index) => ticks.callback(0, index)) };
};

test("an axis of bars begins at 0 and ends beyond the largest value; its ticks are distinct", () => {
  const rows = [["a", -3], ["b", 7], ["c", null]];
  const { min, max, texts } = axis(config("bar", rows).options.scales.y);
  assert.ok(min < -3 && max > 7);
  assert.equal(new Set(texts).size, texts.length);
  assert.deepEqual(axis(config("horizontalBar", rows).options.scales.x).min, min);
  const zeros = axis(config("bar", [["a", 0], ["b", 0]]).options.scales.y);
  assert.deepEqual([zeros.min, zeros.max], [0, 1]);
});

test("a bar of 0 differs from no bar", () => {
  const [set] = config("bar", [["a", 0], ["b", null]]).data.datasets;
  assert.deepEqual(set.data, [0, null]);
  assert.ok(set.minBarLength > 0);
});

test("equal and nearly equal dots lie inside both axes", () => {
  for (const values of [[1e15, 1e15 + 0.125], [5, 5], [0, 0], [-1e300, 1e300]]) {
    const { scales } = config("scatter", values.map((value) => [value, value, null])).options;
    for (const { min, max, texts } of [axis(scales.x), axis(scales.y)]) {
      assert.ok(min < values[0] && values[1] < max);
      assert.ok(texts.length >= 2 && new Set(texts).size === texts.length, `${texts}`);
    }
  }
});

test("a radar shows negative values, and zeros", () => {
  assert.deepEqual(axis(config("radar", [["a", 3], ["b", -2]]).options.scales.r), { min: -2, max: 4, texts: ["\u22122", "0", "2", "4"] });
  assert.deepEqual(axis(config("radar", [["a", 0]]).options.scales.r).max, 1);
});

for (const type of ["pie", "doughnut", "polarArea"]) {
  test(`a negative part of a ${type} is an error`, () => {
    assert.throws(() => config(type, [["a", 3], ["b", -2]]), (error) => error instanceof BadChart && error.message.includes("“b” is \u22122"));
  });
}

for (const type of ["pie", "doughnut"]) {
  test(`a ${type} without parts is an error`, () => {
    assert.throws(() => config(type, [["a", 0], ["b", null]]), /All values are 0/);
    assert.throws(() => config(type, [["a", null]]), /no values/);
  });
}
