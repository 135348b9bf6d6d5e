import assert from "node:assert/strict";
import test from "node:test";

import { colormap } from "../../../web/static/js/picture/colormap.js";
import {
  SCALES, checkLevels, colourPosition, levelPosition, levelStep, levelValue, logSteps, transferTable,
  valueAtPosition,
} from "../../../web/static/js/picture/transfer.js";

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

const LOG = { min: -5, max: 95, scale: "log", log_gain: 1000 };

test("a level on a logarithmic scale stands for the value that docs/protocol.md calculates", () => {
  // numpy: -5 + 100 * np.expm1(np.array([0, 1, 64, 128, 254, 255]) / 255 * np.log1p(1000)) / 1000
  const known = [-5, -4.99725365, -4.53369536, -1.89299053, 92.32438419, 95];
  [0, 1, 64, 128, 254, 255].forEach((level, at) => close(levelValue(level, LOG) / 10, known[at] / 10));
});

test("values and levels on a logarithmic scale go there and back, with the gain that the image has", () => {
  for (const gain of [1, 1000, 1e5]) {
    const image = { ...LOG, log_gain: gain };
    for (let level = 0; level < 256; level += 1) {
      close(255 * levelPosition(levelValue(level, image), image), level);
    }
    assert.deepEqual([levelPosition(-6, image), levelPosition(96, image)], [0, 1]);
  }
});

test("the distance of two levels is constant on a linear scale, and grows on a logarithmic one", () => {
  assert.equal(levelStep({ min: 0, max: 510 }), 2);
  assert.equal(levelStep({ min: 0, max: 510 }, 400), 2);
  for (const level of [1, 100, 254]) {
    const step = (levelValue(level + 1, LOG) - levelValue(level - 1, LOG)) / 2;
    assert.ok(Math.abs(levelStep(LOG, levelValue(level, LOG)) / step - 1) < 1e-3);
  }
  assert.ok(levelStep(LOG) > 0 && levelStep(LOG, 95) < 3);
});

test("levels on a logarithmic scale are drawn without applying it twice", () => {
  const table = reds(transferTable(LOG, { low: LOG.min, high: LOG.max }, "log", GREY));
  assert.deepEqual(table, Array.from({ length: 256 }, (_, level) => level));
});

test("a picture in levels of either scale has the same colours, within a level of the coarser one", () => {
  const [low, high] = [10, 80];
  const linear = { min: -5, max: 95 };
  for (const scale of SCALES) {
    const byLinear = reds(transferTable(linear, { low, high }, scale, GREY));
    const byLog = reds(transferTable(LOG, { low, high }, scale, GREY));
    for (let level = 1; level < 255; level += 1) {
      const value = levelValue(level, linear);
      const at = 255 * levelPosition(value, LOG);
      const [from, to] = [byLog[Math.floor(at)], byLog[Math.ceil(at)]];
      assert.ok(from - 1 <= byLinear[level] && byLinear[level] <= to + 1);
    }
  }
});

test("levels on a scale that this page does not know are refused", () => {
  checkLevels(LOG);
  checkLevels({ min: 0, max: 1, scale: "linear" });
  for (const [scale, gain] of [["sqrt", 1], ["log", 0], ["log", undefined], ["log", "1000"], [null, 1], [{}, 1]]) {
    assert.throws(() => checkLevels({ min: 0, max: 1, scale, log_gain: gain }), /no levels on a scale/);
  }
});

test("the steps of a logarithmic scale grow with the value as the levels do", () => {
  const image = { min: -20, max: 5000, scale: "log", log_gain: 1000 };
  const { base, slope } = logSteps(image);
  for (const level of [1, 40, 128, 200, 254]) {
    const value = levelValue(level, image);
    const step = levelValue(level + 0.5, image) - levelValue(level - 0.5, image);
    assert.ok(Math.abs(base + slope * value - step) < 1e-4 * step);
  }
  assert.equal(logSteps({ min: 0, max: 255 }), undefined);
});

test("the coefficients of a JPEG are coarser below quality 80, and an invalid quality is refused", () => {
  const coarseness = [undefined, 100, 80, 50, 25].map((quality) => logSteps({ ...LOG, quality }).coarseness);
  assert.deepEqual(coarseness, [1, 1, 1, 2.5, 5]);
  for (const quality of [0, 101, -1, NaN, "80", null, {}]) {
    assert.throws(() => checkLevels({ ...LOG, quality }), /quality/);
  }
});
