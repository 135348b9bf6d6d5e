import assert from "node:assert/strict";
import test from "node:test";

import { TrendSelection, MAX_TRENDS } from "../../../web/static/js/plots/trend-selection.js";

/** @returns what is chosen after the link of these choices was opened elsewhere */
function sent(...choices) {
  const [one, other] = [new TrendSelection(), new TrendSelection()];
  for (const { name, against } of choices) {
    one.toggle(name);
    one.compare(name, against);
  }
  other.fromText(one.toText());
  return other.list;
}

test("a scalar that is chosen twice is chosen no longer", () => {
  const chosen = new TrendSelection();
  chosen.toggle("a");
  chosen.toggle("b");
  chosen.toggle("a");
  assert.deepEqual(chosen.list, [{ name: "b", against: "" }]);
});

test("one more than there may be is refused", () => {
  const chosen = new TrendSelection();
  for (let n = 0; n < MAX_TRENDS; n += 1) {
    chosen.toggle(`scalar_${n}`);
  }
  assert.equal(chosen.toggle("one more"), false);
  assert.equal(chosen.has("one more"), false);
});

test("a link is read as people read it", () => {
  const chosen = new TrendSelection();
  chosen.fromText("SIN:CHARGE,beam_energy~SIN:CHARGE");
  assert.deepEqual(chosen.list, [
    { name: "SIN:CHARGE", against: "" },
    { name: "beam_energy", against: "SIN:CHARGE" },
  ]);
});

for (const name of ["a,b", "a~b", "100%", "%2c", "%", "=1+1", "a b&c#d?", "<i>", "ü\u202e"]) {
  test(`a link keeps the name ${JSON.stringify(name)}`, () => {
    const choices = [{ name, against: "" }, { name: "y", against: name }];
    assert.deepEqual(sent(...choices), choices);
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
  test(`of the link ${JSON.stringify(text.slice(0, 20))} it takes what it can`, () => {
    const chosen = new TrendSelection();
    chosen.fromText(text);
    assert.deepEqual(chosen.list.map((choice) => choice.name), names);
  });
}
