import assert from "node:assert/strict";
import test from "node:test";

import { TrendSelection, MAX_TRENDS } from "../../../web/static/js/plots/trend-selection.js";

/** @returns the selection after these trends were sent as a link */
function sent(...trends) {
  const [one, other] = [new TrendSelection(), new TrendSelection()];
  for (const { name, against } of trends) {
    one.toggle(name);
    one.compare(name, against);
  }
  other.fromText(one.toText());
  return other.trends;
}

test("toggling a selected scalar deselects it", () => {
  const selection = new TrendSelection();
  selection.toggle("a");
  selection.toggle("b");
  selection.toggle("a");
  assert.deepEqual(selection.trends, [{ name: "b", against: "" }]);
});

test("a selection beyond the limit is refused", () => {
  const selection = new TrendSelection();
  for (let n = 0; n < MAX_TRENDS; n += 1) {
    selection.toggle(`scalar_${n}`);
  }
  assert.equal(selection.toggle("one more"), false);
  assert.equal(selection.has("one more"), false);
});

test("a link is parsed", () => {
  const selection = new TrendSelection();
  selection.fromText("SIN:CHARGE,beam_energy~SIN:CHARGE");
  assert.deepEqual(selection.trends, [
    { name: "SIN:CHARGE", against: "" },
    { name: "beam_energy", against: "SIN:CHARGE" },
  ]);
});

for (const name of ["a,b", "a~b", "100%", "%2c", "%", "=1+1", "a b&c#d?", "<i>", "ü\u202e"]) {
  test(`a link keeps the name ${JSON.stringify(name)}`, () => {
    const trends = [{ name, against: "" }, { name: "y", against: name }];
    assert.deepEqual(sent(...trends), trends);
  });
}

for (const [text, names] of [
  ["", []],
  [",,~,~x", []],
  ["a,a,a~b", ["a"]],
  ["a~b~c", ["a"]],
  ["x".repeat(257), []],
  [`y~${"x".repeat(257)}`, []],
  ["a,b,c,d,e,f,g,h", ["a", "b", "c", "d", "e", "f"]],
]) {
  test(`the valid parts of the link ${JSON.stringify(text.slice(0, 20))} are used`, () => {
    const selection = new TrendSelection();
    selection.fromText(text);
    assert.deepEqual(selection.trends.map((trend) => trend.name), names);
  });
}
