import assert from "node:assert/strict";
import test from "node:test";

globalThis.Option = class {
  constructor(text, value) {
    Object.assign(this, { text, value });
  }
};
const { RangePart } = await import("../../../web/static/js/analysis/range-part.js");
const { Levels } = await import("../../../web/static/js/picture/levels.js");

const REGION = { kind: "rect", x: 1, y: 0, width: 1, height: 1 };
const PIXELS = { x: 0, y: 0, pitch: 1, width: 4, height: 1, data: Float64Array.of(0, 5, 9, 1000), offset: 0, scale: 1 };

function parts(kept = {}, list = [REGION]) {
  const select = {
    options: [{ value: "" }, { value: "visible" }],
    value: "",
    parentElement: { classList: { toggle: () => {} } },
    replaceChildren: (...options) => (select.options = options),
  };
  const placement = { visibleBox: () => ({ left: 1, top: 0, right: 3, bottom: 1 }) };
  const preferences = { kept, get: (name) => kept[name] ?? "", set: (name, text) => (kept[name] = text) };
  return { select, picture: { placement, rangeOf: null }, regions: { list }, preferences, levels: new Levels(), onChange: () => {} };
}

test("the automatic range follows the visible part, and the choice is kept", () => {
  const given = parts();
  const part = new RangePart(given);
  assert.equal(given.picture.rangeOf, null);
  given.levels.setFixed(3, 4);
  part.choose("visible");
  assert.equal(given.preferences.kept.range, "visible");
  assert.ok(given.levels.isAuto);
  assert.deepEqual(given.picture.rangeOf.box(), { left: 1, top: 0, right: 3, bottom: 1 });
  const { low, high } = given.picture.rangeOf.range(PIXELS, [0, 100]);
  assert.deepEqual([low, Math.round(high)], [5, 9]);
});

test("the automatic range follows a region of the link", () => {
  const given = parts({ range: "region1" });
  new RangePart(given);
  assert.deepEqual(given.select.options.map(({ value }) => value), ["", "visible", "region1"]);
  assert.equal(given.select.value, "region1");
  assert.equal(given.picture.rangeOf.range(PIXELS, [0, 100]).low, 5);
});

test("without its region the range is that of the whole picture again", () => {
  const given = parts({ range: "region1" });
  const part = new RangePart(given);
  given.regions.list = [];
  part.update();
  assert.deepEqual([given.picture.rangeOf, given.preferences.kept.range, given.select.value], [null, "", ""]);
});

test("nonsense in a link is ignored", () => {
  const given = parts({ range: "region9" });
  new RangePart(given);
  assert.equal(given.picture.rangeOf, null);
});
