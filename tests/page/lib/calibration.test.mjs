import assert from "node:assert/strict";
import test from "node:test";

import {
  PIXEL_AXIS,
  alongLine,
  calibratedAxes,
  formatLength,
  formatMarker,
  formatPixelSize,
  formatPosition,
  formatWidth,
  fromAxis,
  lengthOf,
  parseMarker,
  parsePixelSize,
  toAxis,
} from "../../../web/static/js/lib/calibration.js";

const PIXELS = { x: PIXEL_AXIS, y: PIXEL_AXIS };
const MM = calibratedAxes(PIXELS, { x: 0.0125, y: 0.02, unit: "mm" }, null);

for (const [text, size, formatted] of [
  ["0.0125 mm", { x: 0.0125, y: 0.0125, unit: "mm" }, "0.0125 mm"],
  [" 12.5um ", { x: 12.5, y: 12.5, unit: "µm" }, "12.5 µm"],
  ["12.5 μm", { x: 12.5, y: 12.5, unit: "µm" }, "12.5 µm"],
  ["0.0125 x 0.02 mm", { x: 0.0125, y: 0.02, unit: "mm" }, "0.0125 x 0.02 mm"],
  ["0.0125×0.02mm", { x: 0.0125, y: 0.02, unit: "mm" }, "0.0125 x 0.02 mm"],
  ["1.25e-2 mm", { x: 0.0125, y: 0.0125, unit: "mm" }, "0.0125 mm"],
  ["5 eV", { x: 5, y: 5, unit: "eV" }, "5 eV"],
]) {
  test(`the pixel size ${JSON.stringify(text)} is read, and read back from a link`, () => {
    assert.deepEqual(parsePixelSize(text), { size, error: "" });
    assert.equal(formatPixelSize(size), formatted);
    assert.deepEqual(parsePixelSize(formatted).size, size);
  });
}

for (const text of ["abc", "0 mm", "-1 mm", "1", "1 2 mm", "1 x 0 mm", "1e999 mm", "1 <b>", `1 ${"m".repeat(99)}`]) {
  test(`the pixel size ${JSON.stringify(text.slice(0, 9))} is refused with what is allowed`, () => {
    const { size, error } = parsePixelSize(text);
    assert.equal(size, null);
    assert.match(error, /is not understood: allowed are one or two numbers above 0 and a unit, such as 0\.0125 mm/);
    assert.ok(error.length < 200);
  });
}

test("an empty pixel size is none, and no mistake", () => {
  assert.deepEqual(parsePixelSize("  "), { size: null, error: "" });
});

test("a marker is read back from a link, and anything else is none", () => {
  for (const marker of [{ x: 320.5, y: 240 }, { x: -3, y: 0 }]) {
    assert.deepEqual(parseMarker(formatMarker(marker)), marker);
  }
  for (const text of ["", "1", "1,2,3", "x,2", "1e9,2"]) {
    assert.equal(parseMarker(text), null);
  }
});

test("a typed pixel size replaces the stream's axes", () => {
  const stream = { x: { first: 5, step: 2, unit: "um" }, y: PIXEL_AXIS };
  assert.deepEqual(calibratedAxes(stream, null, null), stream);
  const { x, y } = calibratedAxes(stream, { x: 0.1, y: 0.2, unit: "mm" }, null);
  assert.deepEqual([x, y], [{ first: 0, step: 0.1, unit: "mm" }, { first: 0, step: 0.2, unit: "mm" }]);
});

test("a marker is the origin, in millimetres, in the stream's unit and in pixels", () => {
  const marker = { x: 100, y: 50.5 };
  for (const [axes, size] of [[PIXELS, { x: 0.1, y: 0.1, unit: "mm" }], [MM, null], [PIXELS, null],
    [{ x: { first: 7, step: -2, unit: "um" }, y: PIXEL_AXIS }, null]]) {
    const { x, y } = calibratedAxes(axes, size, marker);
    assert.ok(Math.abs(toAxis(x, 100)) < 1e-12 && Math.abs(toAxis(y, 50.5)) < 1e-12);
    assert.equal(x.step, size ? size.x : axes.x.step);
  }
});

test("positions are converted both ways", () => {
  const axis = { first: -4, step: -0.0125, unit: "mm" };
  assert.equal(toAxis(axis, 80), -5);
  assert.equal(fromAxis(axis, -5), 80);
});

test("a length is that of both axes' steps, and in pixels where their units differ", () => {
  assert.deepEqual(lengthOf(MM, 30, 40), { value: Math.hypot(0.375, 0.8), unit: "mm", pixels: 50 });
  assert.deepEqual(lengthOf({ x: MM.x, y: PIXEL_AXIS }, 30, 40), { value: 50, unit: "px", pixels: 50 });
});

test("along a line, widths and the angle are those in space", () => {
  const { perPixel, unit, angle } = alongLine(MM, 20, -12.5);
  assert.ok(Math.abs(perPixel - Math.hypot(0.25, 0.25) / Math.hypot(20, 12.5)) < 1e-15);
  assert.deepEqual([unit, angle], ["mm", 45]);
  assert.deepEqual(alongLine(PIXELS, -5, 0), { perPixel: 1, unit: "px", angle: 180 });
  assert.deepEqual(alongLine({ x: MM.x, y: PIXEL_AXIS }, 0, 3), { perPixel: 1, unit: "px", angle: -90 });
});

test("texts have a unit and the digits of a tenth of a pixel", () => {
  assert.equal(formatPosition(PIXEL_AXIS, 320.456), "320.5 px");
  assert.equal(formatPosition(MM.x, 320.456), "4.006 mm");
  assert.equal(formatPosition({ first: 0, step: 12.5, unit: "µm" }, 320.456), "4006 µm");
  assert.equal(formatPosition({ first: 1, step: 2, unit: "" }, 3), "7.0");
  assert.equal(formatPosition({ first: 10, step: -0.0125, unit: "mm" }, 1000), "\u22122.500 mm");
  assert.equal(formatWidth({ first: 99, step: -0.0125, unit: "mm" }, 42), "0.525 mm");
  assert.equal(formatLength(MM, 30, 40), "0.884 mm");
  assert.equal(formatLength(PIXELS, 30, 40), "50.0 px");
  assert.equal(formatLength(PIXELS, 0, 0), "0 px");
});
