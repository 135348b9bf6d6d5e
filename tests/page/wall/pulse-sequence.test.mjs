import assert from "node:assert/strict";
import test from "node:test";

import { PulseSequence } from "../../../web/static/js/wall/pulse-sequence.js";

/** @returns a sequence of these ids */
function sequenceOf(...ids) {
  const sequence = new PulseSequence();
  ids.forEach((id) => sequence.add(id));
  return sequence;
}

test("ids that advance are steady, also with losses", () => {
  const sequence = sequenceOf(100, 104, 108, 120);
  assert.equal(sequence.isSteady, true);
  assert.equal(sequence.newest, 120);
  assert.equal(sequence.step, 4);
});

test("the step is what the latest steps have in common", () => {
  const slower = Array.from({ length: 9 }, (_, n) => 110 + 10 * n);
  assert.equal(sequenceOf(100, 104, 110).step, 2);
  assert.equal(sequenceOf(100, 101, ...slower).step, 10);
});

for (const [what, ids] of [
  ["no ids", [null]],
  ["ids beyond what a number holds", ["18446744073709551615"]],
  ["the same id again and again", [7, 7, 7]],
  ["ids that go back again and again", [9, 8, 7]],
  ["no number", [NaN]],
]) {
  test(`${what}: not steady`, () => {
    assert.equal(sequenceOf(...ids).isSteady, false);
  });
}

test("a restart of the source is no fault", () => {
  const sequence = sequenceOf(9000, 9001, 0);
  assert.equal(sequence.isSteady, true);
  assert.equal(sequence.step, 0);
  assert.equal(sequence.add(1), true);
  assert.equal(sequence.step, 1);
});

test("ids that repeated are steady again once the latest eight advanced", () => {
  const sequence = sequenceOf(5, 5, 5, 5);
  for (let id = 6; id < 20; id += 1) sequence.add(id);
  assert.equal(sequence.isSteady, true);
});

test("a pulse belongs to a sequence by its step, earlier or later", () => {
  const sequence = sequenceOf(100, 104);
  assert.deepEqual([96, 102, 108, 109].map((pulse) => sequence.has(pulse)), [true, false, true, false]);
});

test("streams meet when they have a common pulse within a few frames", () => {
  const [four, six, eight, ten] = [4, 6, 8, 10].map((step) => sequenceOf(0, step));
  assert.equal(eight.meets(four, 3), true);
  assert.equal(six.meets(four, 3), true);
  assert.equal(ten.meets(four, 3), false);
  assert.equal(four.meets(ten, 3), true);
});
