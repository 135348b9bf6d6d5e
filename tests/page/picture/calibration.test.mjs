import assert from "node:assert/strict";
import { test } from "node:test";

import { readCalibration } from "../../../web/static/js/picture/calibration.js";

const CAMERA = { width: 4, height: 3 };
const PIXELS = { first: 0, step: 1, unit: "px" };

/** A frame with an array as one of its values. */
function carrying(name, numbers) {
  const body = new Uint8Array(Float64Array.from(numbers).buffer);
  const place = { offset: 0, length: body.length, dtype: "float64", shape: [numbers.length] };
  return { header: { values: { [name]: place } }, body };
}

test("without an axis in the stream the unit is pixels", () => {
  assert.deepEqual(readCalibration(null, null, CAMERA), { x: PIXELS, y: PIXELS });
});

test("x_axis has the pixels' positions, in the unit of the schema", () => {
  const schema = { channels: [{ name: "CAM:x_axis", unit: "um" }] };

  const { x, y } = readCalibration(carrying("CAM:x_axis", [10, 8, 6, 4]), schema, CAMERA);

  assert.deepEqual(x, { first: 10, step: -2, unit: "um" });
  assert.deepEqual(y, PIXELS);
});

test("an axis that differs in length from the picture's side is ignored", () => {
  assert.deepEqual(readCalibration(carrying("y_axis", [0, 1, 2, 3]), null, CAMERA).y, PIXELS);
});

test("an axis with unequal steps or without numbers is ignored", () => {
  assert.deepEqual(readCalibration(carrying("x_axis", [0, 1, 50, 3]), null, CAMERA).x, PIXELS);
  assert.deepEqual(readCalibration(carrying("x_axis", [NaN, 1, 2, 3]), null, CAMERA).x, PIXELS);
});

for (const [name, found] of [["x_pixel_size", "x"], ["CAM:y_pixel_size", "y"], ["pixel_size", "xy"]]) {
  test(`${name} is the size of a pixel, in the unit of the schema`, () => {
    const frame = { header: { values: { [name]: 0.0125 } }, body: new Uint8Array(0) };
    const axes = readCalibration(frame, { channels: [{ name, unit: "mm" }] }, CAMERA);
    for (const axis of ["x", "y"]) {
      assert.deepEqual(axes[axis], found.includes(axis) ? { first: 0, step: 0.0125, unit: "mm" } : PIXELS);
    }
  });
}

for (const size of [0, -1, null, "0.1", { shape: [4] }]) {
  test(`a pixel size of ${JSON.stringify(size)} is none`, () => {
    const frame = { header: { values: { pixel_size: size } }, body: new Uint8Array(0) };
    assert.deepEqual(readCalibration(frame, null, CAMERA).x, PIXELS);
  });
}

test("an axis counts rather than a pixel size", () => {
  const frame = carrying("x_axis", [10, 8, 6, 4]);
  frame.header.values.pixel_size = 5;
  assert.deepEqual(readCalibration(frame, null, CAMERA).x.step, -2);
  assert.deepEqual(readCalibration(frame, null, CAMERA).y.step, 5);
});

test("an axis beyond the frame's end is ignored", () => {
  const frame = carrying("x_axis", [0, 1, 2, 3]);
  frame.header.values.x_axis.offset = 8;

  assert.deepEqual(readCalibration(frame, null, CAMERA).x, PIXELS);
});
