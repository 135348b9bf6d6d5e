import assert from "node:assert/strict";
import test from "node:test";

import { countOffLogAxes } from "../../../web/static/js/board/log-axis.js";

const LOG = { type: "logarithmic" };
const config = (data, scales, more = {}) => ({ type: "line", data: { datasets: [{ data }] }, options: { scales, ...more } });

for (const [what, many, made] of [
  ["0 and less on y", 2, config([100, 0, 1, -5, null], { y: LOG })],
  ["a linear axis", 0, config([0, -1], { y: { type: "linear" } })],
  ["no scales", 0, config([0], undefined)],
  ["points", 2, config([{ x: 0, y: 1 }, { x: 1, y: 0 }, { x: 1, y: 1 }], { x: LOG, y: LOG })],
  ["horizontal bars", 1, config([0, 3], { x: LOG }, { indexAxis: "y" })],
  ["a label axis", 0, config([0, 3], { x: LOG })],
  ["another axis", 0, { data: { datasets: [{ data: [0], yAxisID: "right" }] }, options: { scales: { y: LOG, right: { axis: "y" } } } }],
  ["an axis by its id", 1, { data: { datasets: [{ data: [0], yAxisID: "right" }] }, options: { scales: { y: {}, right: { axis: "y", ...LOG } } } }],
  ["floating bars", 1, config([[0, 3], [1, 2]], { y: LOG })],
  ["values by name", 1, config({ a: 0, b: 1 }, { y: LOG })],
]) {
  test(`${what}: ${many} values are off the logarithmic axis`, () => {
    assert.equal(countOffLogAxes(made), many);
  });
}
