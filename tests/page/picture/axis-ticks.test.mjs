import assert from "node:assert/strict";
import test from "node:test";

import { axisTicks } from "../../../web/static/js/picture/axis-ticks.js";
import { PIXEL_AXIS } from "../../../web/static/js/lib/calibration.js";
import { Viewport } from "../../../web/static/js/picture/viewport.js";

const PIXELS = { x: PIXEL_AXIS, y: PIXEL_AXIS };

function ticks(view, axes = PIXELS) {
  const viewport = new Viewport();
  viewport.resize({ width: 640, height: 480 }, 1);
  viewport.setCamera({ width: 640, height: 480 });
  viewport.fromText(view);
  const { left, top } = viewport.drawnBox;
  return axisTicks(viewport.placement, axes, { left, top });
}

test("ticks are at the middle of the pixels that they name", () => {
  const { across, down, acrossUnit } = ticks("fit");
  assert.deepEqual(across.map(({ text }) => text), ["0", "100", "200", "300", "400", "500", "600"]);
  assert.ok(Math.abs(across[1].px - 100.5) < 1e-9);
  assert.deepEqual(down.map(({ text }) => text), ["0", "100", "200", "300", "400"]);
  assert.equal(acrossUnit, "px");
});

test("a turned picture has its rows along the lower edge", () => {
  const axes = { x: { first: 0, step: 0.1, unit: "mm" }, y: { first: 0, step: 0.2, unit: "cm" } };
  const { across, down, acrossUnit, downUnit } = ticks("fitr1", axes);
  assert.deepEqual([acrossUnit, downUnit], ["cm", "mm"]);
  assert.ok(across[0].px > across.at(-1).px, "turned clockwise, the first row is at the right");
  assert.ok(down[0].px < down.at(-1).px);
});

test("ticks have no zeros that say nothing", () => {
  const axis = { first: 0, step: 0.0125, unit: "mm" };
  const { across } = ticks("fit", { x: axis, y: axis });
  assert.deepEqual(across.slice(0, 3).map(({ text }) => text), ["0", "2", "4"]);
  const { down } = ticks("fit", { x: axis, y: { ...axis, step: 0.00125 } });
  assert.deepEqual(down.slice(0, 3).map(({ text }) => text), ["0", "0.2", "0.4"]);
});
