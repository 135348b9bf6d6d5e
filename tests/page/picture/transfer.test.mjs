import assert from "node:assert/strict";
import test from "node:test";

import { colormap } from "../../../web/static/js/picture/colormap.js";
import { SCALES, checkLevels, levelValue, colourPosition, transferTable, valueAtPosition } from "../../../web/static/js/picture/transfer.js";

const GREY = colormap("grey", false);
const reds = (rgba) => Array.from({ length: 256 }, (_, level) => rgba[4 * level]);
const close = (value, known) => assert.ok(Math.abs(value - known) < 1e-9, `${value} for ${known}`);

test("there are three scales", () => {
  assert.deepEqual(SCALES, ["linear", "log", "sqrt"]);
});

test("a grey level is a camera value, linearly from min to max", () => {
  assert.deepEqual([0, 51, 255].map((level) => levelValue(level, { min: -100, max: 155 })), [-100, -49, 155]);
});

for (const scale of SCALES) {
  for (const [low, high] of [[0, 4095], [-50, 50], [1e-6, 3e-6], [-900, -100]]) {
    test(`${scale} from ${low} to ${high} is reversible`, () => {
      for (const part of [0, 1e-4, 0.01, 0.3, 0.5, 0.99, 1]) {
        const value = low + part * (high - low);
        close((valueAtPosition(colourPosition(value, low, high, scale), low, high, scale) - value) / (high - low), 0);
        close(colourPosition(valueAtPosition(part, low, high, scale), low, high, scale), part);
      }
    });

    test(`${scale} from ${low} to ${high} begins at 0, ends at 1 and is clamped outside`, () => {
      const span = high - low;
      const values = [low - span, low, high, high + span];
      assert.deepEqual(values.map((value) => colourPosition(value, low, high, scale)), [0, 0, 1, 1]);
    });
  }

  test(`${scale} is a step if the range has no width`, () => {
    for (const high of [7, 3, Number.NaN]) {
      assert.deepEqual([6, 7, 7.01, 9].map((value) => colourPosition(value, 7, high, scale)), [0, 0, 1, 1]);
      assert.equal(valueAtPosition(0.5, 7, high, scale), 7);
    }
    const table = reds(transferTable({ min: 0, max: 255 }, { low: 100, high: 100 }, scale, GREY));
    assert.deepEqual(table, Array.from({ length: 256 }, (_, level) => (level > 100 ? 255 : 0)));
  });
}

test("log and sqrt raise low values, log the most", () => {
  close(colourPosition(0.01, 0, 1, "sqrt"), 0.1);
  close(colourPosition(0.01, 0, 1, "log"), Math.log(11) / Math.log(1001));
});

for (const [min, max] of [[0, 255], [0, 4095], [-3.7, 1e5], [65000, 65535], [0.1, 0.3]]) {
  test(`the whole range from ${min} to ${max}, linear and grey, is the identity`, () => {
    const table = transferTable({ min, max }, { low: min, high: max }, "linear", GREY);
    assert.equal(table.length, 256 * 4);
    for (let level = 0; level < 256; level += 1) {
      assert.deepEqual([...table.subarray(4 * level, 4 * level + 4)], [level, level, level, 255]);
    }
  });
}

test("a part of the range has all colours, and values outside have the first or last", () => {
  const colours = colormap("viridis", false);
  const table = transferTable({ min: 0, max: 510 }, { low: 100, high: 200 }, "linear", colours);
  const at = (level) => [...table.subarray(4 * level, 4 * level + 3)];
  assert.deepEqual(at(0), [...colours.subarray(0, 3)]);
  assert.deepEqual(at(50), [...colours.subarray(0, 3)]);
  assert.deepEqual(at(75), [...colours.subarray(3 * 128, 3 * 128 + 3)]);
  assert.deepEqual(at(100), [...colours.subarray(3 * 255)]);
  assert.deepEqual(at(255), [...colours.subarray(3 * 255)]);
});

test("a picture of one value has one colour", () => {
  const table = transferTable({ min: 12, max: 12 }, { low: 0, high: 24 }, "linear", GREY);
  assert.deepEqual(new Set(reds(table)), new Set([128]));
});

test("levels that are not ordered numbers are refused", () => {
  checkLevels({ min: -1.5, max: 7 });
  checkLevels({ min: 7, max: 7 });
  for (const [min, max] of [["0", 1], [0, "1"], [undefined, 1], [0, null], [NaN, 1], [0, Infinity], [2, 1], [[0], {}]]) {
    assert.throws(() => checkLevels({ min, max }), /min and max/);
  }
});
