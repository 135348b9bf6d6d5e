import assert from "node:assert/strict";
import test from "node:test";

import { colourChannels, colourGrey, isIdentity } from "../../../web/static/js/picture/canvas2d.js";
import { DisplaySettings } from "../../../web/static/js/picture/display-settings.js";

const IMAGE = { min: 0, max: 255 };

function lookOf(text) {
  const look = new DisplaySettings();
  look.fromText(text);
  return look;
}

test("settings are restored from their text", () => {
  for (const text of ["", "viridis", "inverted", "log", "viridis,inverted,sqrt,12.5..500", "-3..1e-7", "1%..99%", "0%..100%,5..9"]) {
    assert.equal(lookOf(text).toText(), text);
  }
});

for (const [low, high, text] of [
  [4000000000, 4000000100, "4000000000..4000000100"],
  [4000000000.123456, 4000000100.123456, "4000000000.1..4000000100.1"],
  [-1e9 - 1e-4, -1e9, "-1000000000.0001..-1000000000"],
  [1, 1 + 2 ** -52, "1..1.0000000000000002"],
  [12.3456789012, 500.123456789, "12.34568..500.1235"],
]) {
  test(`a range from ${low} to ${high} is restored`, () => {
    const look = new DisplaySettings();
    look.levels.setFixed(low, high);
    assert.equal(look.toText(), text);
    assert.equal(lookOf(text).toText(), text);
    assert.equal(lookOf(text).levels.isAuto, false);
  });
}

test("the locked range of a black picture is in the text, too", () => {
  const look = new DisplaySettings();
  look.levels.setFixed(0, 0);
  assert.equal(look.toText(), "0..0");
});

test("an invalid text leaves the settings unchanged", () => {
  for (const text of ["rainbow", "500..12", "1..", "..", "NaN..3", "7..7", "9%..1%", "5%..101%", "1%..99", "..%", "<script>", ",,,", "constructor"]) {
    assert.equal(lookOf(text).toText(), "", text);
  }
});

test("the range of the whole picture, in grey, changes no level", () => {
  const look = lookOf("0..255");
  assert.ok(isIdentity(look.table(IMAGE, false)));
});

test("a fixed range is black below it and white above", () => {
  const table = lookOf("100..200").table(IMAGE, false);
  assert.deepEqual([...table.subarray(4 * 99, 4 * 99 + 4)], [0, 0, 0, 255]);
  assert.deepEqual([...table.subarray(4 * 150, 4 * 150 + 4)], [128, 128, 128, 255]);
  assert.deepEqual([...table.subarray(4 * 201, 4 * 201 + 4)], [255, 255, 255, 255]);
});

test("a colour picture keeps its colours with any map", () => {
  assert.ok(isIdentity(lookOf("viridis").table({ min: 0, max: 4095 }, true)));
  assert.ok(!isIdentity(lookOf("viridis,0..255").table(IMAGE, false)));
});

test("each channel is looked up separately", () => {
  const rgba = Uint8ClampedArray.of(0, 1, 255, 255);
  colourChannels(rgba, lookOf("inverted,0..255").table(IMAGE, true));
  assert.deepEqual([...rgba], [255, 254, 0, 255]);
});

test("grey levels get all channels of the map's colour", () => {
  const rgba = Uint8ClampedArray.of(0, 0, 0, 255, 255, 255, 255, 255);
  const table = lookOf("viridis,0..255").table(IMAGE, false);
  colourGrey(rgba, table);
  assert.deepEqual([...rgba], [...table.subarray(0, 4), ...table.subarray(4 * 255)]);
});
