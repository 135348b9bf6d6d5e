import assert from "node:assert/strict";
import test from "node:test";

import { formatLine, parseLine } from "../../../web/static/js/analysis/line-cut.js";
import { centredLine, drawLine, moveEnd, moveLine, nudgeLine } from "../../../web/static/js/analysis/line-edit.js";

const CAMERA = { width: 640, height: 480 };
const LINE = { from: { x: 100, y: 50 }, to: { x: 200, y: 80 }, width: 3 };
const ends = ({ from, to }) => [from.x, from.y, to.x, to.y];

test("a drawn line ends at the picture's edges", () => {
  assert.deepEqual(ends(drawLine({ x: -5, y: 20 }, { x: 700, y: 500 }, 1, CAMERA)), [0, 20, 640, 480]);
});

test("a click draws no line", () => {
  assert.equal(drawLine({ x: 5, y: 20 }, { x: 5.5, y: 20.5 }, 1, CAMERA), null);
});

for (const [to, expected] of [
  [[300, 60], [100, 50, 300, 50]],
  [[110, 300], [100, 50, 100, 300]],
  [[180, 120], [100, 50, 175, 125]],
  [[20, 100], [100, 50, 35, 115]],
  [[800, 60], [100, 50, 640, 50]],
  [[300, -200], [100, 50, 150, 0]],
]) {
  test(`with Shift the line to ${to} has one of eight directions and stays in the picture`, () => {
    const line = drawLine({ x: 100, y: 50 }, { x: to[0], y: to[1] }, 1, CAMERA, true);
    ends(line).forEach((at, index) => assert.ok(Math.abs(at - expected[index]) < 1e-9, `${ends(line)}`));
  });
}

test("a line in the middle lies on the centres of a row, and has the last width", () => {
  const line = centredLine({ left: 0, top: 0, right: 640, bottom: 480 }, 7);
  assert.deepEqual([ends(line), line.width], [[160, 240.5, 480, 240.5], 7]);
});

test("a line moves as far as there is room, and keeps its length and angle", () => {
  assert.deepEqual(ends(moveLine(LINE, -1000, 1000, CAMERA)), [0, 450, 100, 480]);
  assert.deepEqual(ends(moveLine(LINE, 5, -5, CAMERA)), [105, 45, 205, 75]);
});

test("an end that is moved onto the other one stays where it was", () => {
  assert.equal(moveEnd(LINE, "to", LINE.from, CAMERA).to.x, 200);
  assert.deepEqual(ends(moveEnd(LINE, "from", { x: 0, y: 900 }, CAMERA)), [0, 480, 200, 80]);
});

test("arrow keys move the line, with Control its second end", () => {
  const key = (name, more = {}) => ({ key: name, shiftKey: false, ctrlKey: false, ...more });
  assert.deepEqual(ends(nudgeLine(LINE, key("ArrowLeft"), CAMERA)), [99, 50, 199, 80]);
  assert.deepEqual(ends(nudgeLine(LINE, key("ArrowDown", { shiftKey: true }), CAMERA)), [100, 60, 200, 90]);
  assert.deepEqual(ends(nudgeLine(LINE, key("ArrowUp", { ctrlKey: true }), CAMERA)), [100, 50, 200, 79]);
  assert.equal(nudgeLine(LINE, key("a"), CAMERA), null);
});

test("a line that was drawn is in a link", () => {
  const line = drawLine({ x: -3, y: 0.126 }, { x: 639.999, y: 480 }, 5, CAMERA);
  assert.deepEqual(ends(parseLine(formatLine(line))), [0, 0.13, 640, 480]);
});
