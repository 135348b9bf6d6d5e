import assert from "node:assert/strict";
import test from "node:test";

import { Cards } from "../../../web/static/js/board/cards.js";
import { BadEnvelope } from "../../../web/static/js/stream/envelope.js";

const ABOUT = { type: "line", place: 0, points: 10, series: ["1"], axis: "number" };
const some = (first, end) => Array.from({ length: end - first }, (_, index) => [first + index, 0]);
/** A change in a frame: rows first … n - 1. */
const change = (id, first, n, more = {}) => ({ id, v: 1, n, rows: some(first, n), t: 100 + n, ...more });
/** With the description. */
const described = (id, first, n, { v = 1, ...about } = {}) =>
  change(id, first, n, { v, about: { ...ABOUT, id, v, ...about } });
/** A card in an answer. */
const answer = (id, first, n, more = {}) =>
  ({ ...ABOUT, id, v: 1, n, t: 100 + n, first, rows: some(first, n), ...more });
const numbers = (cards, id) => cards.all.get(id).rows.list.map((row) => (row ? row[0] : null));

test("a card described from its first row on is complete", () => {
  const cards = new Cards();
  assert.deepEqual(cards.update([described("a", 0, 3)]), ["a"]);
  assert.deepEqual(numbers(cards, "a"), [0, 1, 2]);
  assert.deepEqual(cards.incomplete, []);
  assert.equal(cards.all.get("a").t, 103);
});

test("frames continue the rows of the answer, whichever arrives first", () => {
  for (const answersFirst of [true, false]) {
    const cards = new Cards();
    const steps = [() => cards.updateFromAnswer([answer("a", 0, 5)], true), () => cards.update([change("a", 5, 8)])];
    for (const step of answersFirst ? steps : steps.reverse()) step();
    assert.deepEqual(numbers(cards, "a"), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(cards.incomplete, []);
    assert.equal(cards.all.get("a").t, 108);
  }
});

test("rows of a card without a description are not shown, and the card is incomplete", () => {
  const cards = new Cards();
  assert.deepEqual(cards.update([change("a", 3, 5)]), []);
  assert.equal(cards.all.get("a").about, null);
  assert.deepEqual(cards.incomplete, ["a"]);
});

test("a gap makes a card incomplete, and rows that no answer has either are missed", () => {
  const cards = new Cards();
  cards.update([described("a", 0, 3), described("b", 0, 1)]);
  cards.update([change("a", 6, 8)]);
  assert.deepEqual(cards.incomplete, ["a"]);
  cards.updateFromAnswer([answer("a", 0, 5)], false); // Redis knows less than the frames
  assert.deepEqual(numbers(cards, "a"), [0, 1, 2, 3, 4, null, 6, 7]);
  assert.deepEqual(cards.incomplete, ["a"]);
  assert.equal(cards.all.get("a").rows.missed, 0);
  cards.updateFromAnswer([answer("a", 6, 8)], false);
  assert.deepEqual(cards.incomplete, []);
  assert.equal(cards.all.get("a").rows.missed, 1);
  assert.deepEqual(numbers(cards, "a"), [0, 1, 2, 3, 4, null, 6, 7]);
});

test("a card described after its first rows is incomplete until an answer has the older ones", () => {
  const cards = new Cards();
  cards.update([described("a", 5, 7)]);
  assert.deepEqual(cards.incomplete, ["a"]);
  cards.updateFromAnswer([answer("a", 0, 6)], false);
  assert.deepEqual(numbers(cards, "a"), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(cards.incomplete, []);
});

test("rows of a missed description are pending until an answer has it", () => {
  const cards = new Cards();
  cards.update([described("a", 0, 3)]);
  assert.deepEqual(cards.update([change("a", 3, 5, { v: 2 })]), []);
  assert.deepEqual(numbers(cards, "a"), [0, 1, 2]);
  assert.deepEqual(cards.incomplete, ["a"]);
  assert.deepEqual(cards.updateFromAnswer([answer("a", 0, 4)], false), []); // still the old one
  assert.deepEqual(cards.incomplete, ["a"]);
  cards.updateFromAnswer([answer("a", 0, 4, { v: 2, name: "new" })], false);
  assert.equal(cards.all.get("a").about.name, "new");
  assert.deepEqual(numbers(cards, "a"), [0, 1, 2, 3, 4]);
  assert.deepEqual(cards.incomplete, []);
});

test("pending rows of an outdated version are fetched again", () => {
  const cards = new Cards();
  cards.update([described("a", 0, 3)]);
  cards.update([change("a", 3, 5, { v: 2 })]);
  cards.update([change("a", 5, 6, { v: 3 })]);
  cards.updateFromAnswer([answer("a", 0, 6, { v: 3 })], false);
  assert.deepEqual(numbers(cards, "a"), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(cards.incomplete, []);
});

test("a late answer adds its rows but does not restore an older description", () => {
  const cards = new Cards();
  cards.update([described("a", 2, 3, { v: 4, name: "new" })]);
  cards.updateFromAnswer([answer("a", 0, 2, { v: 3, name: "old" })], true);
  assert.equal(cards.all.get("a").about.name, "new");
  assert.deepEqual(numbers(cards, "a"), [0, 1, 2]);
});

test("a change of the type drops the rows before it, also those of a late answer", () => {
  const cards = new Cards();
  cards.update([described("a", 0, 3)]);
  cards.update([described("a", 3, 4, { v: 2, type: "bar" })]);
  assert.deepEqual(numbers(cards, "a"), [3]);
  cards.updateFromAnswer([answer("a", 0, 3)], false);
  assert.deepEqual(numbers(cards, "a"), [3]);
});

test("missed rows are still counted after the type changed", () => {
  const cards = new Cards();
  cards.update([described("a", 0, 3)]);
  cards.update([change("a", 5, 6)]);
  cards.updateFromAnswer([answer("a", 5, 6)], false);
  cards.update([described("a", 6, 7, { v: 2, type: "bar" })]);
  assert.equal(cards.all.get("a").missed, 2);
});

test("content that is replaced as a whole has no gaps", () => {
  const cards = new Cards();
  const pie = { type: "pie", points: 3, axis: "label" };
  cards.update([described("a", 0, 3, pie)]);
  cards.update([{ ...change("a", 27, 30), v: 1 }]);
  assert.deepEqual(numbers(cards, "a"), [27, 28, 29]);
  assert.deepEqual(cards.incomplete, []);
  cards.update([described("a", 30, 35, { ...pie, v: 2, points: 5 })]);
  assert.deepEqual(numbers(cards, "a"), [30, 31, 32, 33, 34]);
  cards.update([described("a", 35, 36, { ...pie, v: 3, points: 1 })]);
  assert.deepEqual(numbers(cards, "a"), [35]);
});

test("a new epoch replaces the rows, and cards that it does not have are removed", () => {
  const cards = new Cards();
  assert.equal(cards.setEpoch(7), false); // the first is no other
  cards.update([described("a", 0, 5), described("b", 0, 2), described("c", 0, 2)]);
  assert.equal(cards.setEpoch(7), false);
  assert.equal(cards.setEpoch(6), false);
  assert.equal(cards.setEpoch(8), true);
  assert.deepEqual(cards.incomplete, ["a", "b", "c"]);
  assert.deepEqual(numbers(cards, "a"), [0, 1, 2, 3, 4]); // until there is something else
  assert.deepEqual(cards.update([change("a", 2, 3)]), []);
  cards.update([described("b", 0, 1)]);
  assert.deepEqual(numbers(cards, "b"), [0]);
  assert.deepEqual(cards.updateFromAnswer([answer("a", 0, 2)], true), ["a", "c"]);
  assert.deepEqual(numbers(cards, "a"), [0, 1, 2]);
  assert.equal(cards.all.has("c"), false);
  assert.deepEqual(cards.incomplete, []);
});

test("a card that is not in Redis yet is kept", () => {
  const cards = new Cards();
  cards.update([described("a", 0, 2)]);
  assert.deepEqual(cards.updateFromAnswer([], true), []);
  assert.equal(cards.all.has("a"), true);
});

test("a larger number of points applies from its description on", () => {
  const cards = new Cards();
  cards.update([described("a", 0, 3, { points: 3 })]);
  cards.update([described("a", 3, 4, { points: 5, v: 2 })]);
  assert.deepEqual(numbers(cards, "a"), [0, 1, 2, 3]);
});

test("a row of two frames is kept once", () => {
  const cards = new Cards();
  cards.update([described("a", 0, 3)]);
  cards.update([change("a", 1, 4)]);
  assert.deepEqual(numbers(cards, "a"), [0, 1, 2, 3]);
});

for (const [what, changes] of Object.entries({
  "a text in place of the list": "cards",
  "an entry that is no object": [3],
  "no id": [change(undefined, 0, 1)],
  "more rows than there were": [change("a", 0, 2, { n: 1 })],
  "an invalid row": [change("a", 0, 2, { rows: [1, 2] })],
  "an invalid count": [change("a", 0, 2, { n: -1 })],
  "an invalid version": [change("a", 0, 2, { v: "1" })],
  "an invalid time": [change("a", 0, 2, { t: null })],
})) {
  test(`a frame with ${what} is rejected as a whole`, () => {
    const cards = new Cards();
    const all = Array.isArray(changes) ? [described("good", 0, 1), ...changes] : changes;
    assert.throws(() => cards.update(all), BadEnvelope);
    assert.equal(cards.all.size, 0);
  });
}

test("an invalid description counts as none, and an invalid card in an answer is ignored", () => {
  const cards = new Cards();
  cards.update([change("a", 0, 1, { about: { ...ABOUT, id: "a", v: 1, points: 1e9 } })]);
  assert.deepEqual(cards.incomplete, ["a"]);
  assert.deepEqual(cards.updateFromAnswer([null, 3, { id: "b" }, answer("c", 0, 1, { series: 3 })], true), []);
  assert.deepEqual(cards.updateFromAnswer("nothing", true), []);
  assert.equal(cards.all.has("b"), false);
});

test("a change that a status reported and neither frames nor answers brought is missing with the next status", () => {
  const cards = new Cards();
  cards.updateFromAnswer([], true);
  cards.noteChange(103);
  assert.equal(cards.isBehind, false); // its frame may be on its way
  cards.noteChange(103);
  assert.equal(cards.isBehind, true);
  cards.updateFromAnswer([answer("a", 0, 3)], true);
  assert.equal(cards.isBehind, false);
});

test("a busy board, whose status reports each time a change that a frame brings a little later, misses none", () => {
  const cards = new Cards();
  for (let n = 1; n < 10; n += 1) {
    cards.noteChange(100 + n);
    assert.equal(cards.isBehind, false);
    cards.update([described("a", n - 1, n)]);
  }
});

for (const changed of [0, null, undefined, "103"]) {
  test(`a status with the last change ${JSON.stringify(changed)} reports none`, () => {
    const cards = new Cards();
    cards.noteChange(changed);
    cards.noteChange(changed);
    assert.equal(cards.isBehind, false);
  });
}
