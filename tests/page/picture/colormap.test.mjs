import assert from "node:assert/strict";
import test from "node:test";

import { COLORMAPS, colormap } from "../../../web/static/js/picture/colormap.js";

const MOST_OFF = 4;

const colour = (name, level) => [...colormap(name, false).subarray(3 * level, 3 * level + 3)];

function lightness([red, green, blue]) {
  const light = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const y = 0.2126 * light(red / 255) + 0.7152 * light(green / 255) + 0.0722 * light(blue / 255);
  return y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (24389 / 27) * y;
}

test("the maps are in the order of the menu", () => {
  assert.deepEqual(COLORMAPS, ["grey", "viridis", "inferno", "turbo", "jet"]);
});

test("grey is the identity", () => {
  for (let level = 0; level < 256; level += 1) assert.deepEqual(colour("grey", level), [level, level, level]);
});

for (const name of COLORMAPS) {
  test(`${name} has 256 colours, and in reverse when inverted`, () => {
    assert.equal(colormap(name, false).length, 256 * 3);
    const inverted = colormap(name, true);
    for (let level = 0; level < 256; level += 1) {
      const there = 3 * (255 - level);
      assert.deepEqual([...inverted.subarray(there, there + 3)], colour(name, level));
    }
  });

  test(`${name} has no steps between neighbours`, () => {
    const colours = colormap(name, false);
    for (let n = 3; n < colours.length; n += 1) {
      assert.ok(Math.abs(colours[n] - colours[n - 3]) <= 8, `at ${n}`);
    }
  });
}

for (const name of ["grey", "viridis", "inferno"]) {
  test(`${name} increases in lightness`, () => {
    let lightest = 0;
    for (let level = 0; level < 256; level += 1) {
      const now = lightness(colour(name, level));
      assert.ok(now >= lightest - 0.5, `level ${level}: L* ${now} after ${lightest}`);
      lightest = Math.max(lightest, now);
    }
  });
}

for (const [name, level, known] of [
  ["viridis", 0, [0x44, 0x01, 0x54]],
  ["viridis", 128, [0x21, 0x91, 0x8c]],
  ["viridis", 255, [0xfd, 0xe7, 0x25]],
  ["inferno", 0, [0x00, 0x00, 0x04]],
  ["inferno", 128, [0xbc, 0x37, 0x54]],
  ["inferno", 255, [0xfc, 0xff, 0xa4]],
  ["turbo", 0, [0x30, 0x12, 0x3b]],
  ["turbo", 128, [0xa4, 0xfc, 0x3c]],
  ["turbo", 255, [0x7a, 0x04, 0x03]],
  ["jet", 0, [0x00, 0x00, 0x80]],
  ["jet", 127, [0x80, 0xff, 0x80]],
  ["jet", 255, [0x80, 0x00, 0x00]],
]) {
  test(`${name} has its known colour at ${level}`, () => {
    const off = colour(name, level).map((byte, channel) => Math.abs(byte - known[channel]));
    assert.ok(Math.max(...off) <= MOST_OFF, `${colour(name, level)} for ${known}`);
  });
}

test("a map is made once", () => {
  assert.equal(colormap("turbo", true), colormap("turbo", true));
  assert.notEqual(colormap("turbo", true), colormap("turbo", false));
});

test("an unknown name is refused with a list of the known ones", () => {
  for (const name of ["rainbow", "constructor", ""]) {
    assert.throws(() => colormap(name, false), { name: "RangeError", message: /grey, viridis.*jet/ });
  }
});
