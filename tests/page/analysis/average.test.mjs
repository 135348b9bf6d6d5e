import assert from "node:assert/strict";
import test from "node:test";

import { RunningAverage } from "../../../web/static/js/analysis/average.js";
import { pixels } from "./spots.mjs";

const frame = (values, others) => pixels(2, Float64Array.from(values), others);
const numbers = ({ data, offset, scale }) => Array.from(data, (value) => offset + scale * value);

function over(frames) {
  const average = new RunningAverage();
  average.set(frames);
  return average;
}

/** The results of a sequence of numbers. */
function sequence(average, values) {
  return values.map((value) => numbers(average.add(frame([value, 0])))[0]);
}

test("it is off at first and returns frames unchanged", () => {
  const picture = frame([1, 2]);
  assert.equal(new RunningAverage().add(picture), picture);
});

test("with one frame it is off", () => {
  const picture = frame([1, 2]);
  assert.equal(over(1).add(picture), picture);
});

test("the first frames have equal weights", () => {
  assert.deepEqual(sequence(over(4), [8, 4, 9, 3]), [8, 6, 7, 6]);
});

test("after them each new frame has a constant weight", () => {
  assert.deepEqual(sequence(over(4), [8, 8, 8, 8, 0, 4]), [8, 8, 8, 8, 6, 5.5]);
});

test("the influence of a step vanishes", () => {
  const last = sequence(over(4), [1000, ...new Array(200).fill(5)]).at(-1);
  assert.equal(last, 5);
});

test("switching it off discards the average", () => {
  const average = over(4);
  sequence(average, [8, 8, 8]);
  average.set(1);
  average.set(4);
  assert.deepEqual(sequence(average, [2, 4]), [2, 3]);
});

test("the result is in camera values, for every scaling of the frames", () => {
  const average = over(2);
  average.add(frame([0, 10], { offset: 5, scale: 2 }));
  assert.deepEqual(numbers(average.add(frame([1, 3], { offset: 0, scale: 5 }))), [5, 20]);
});

for (const others of [{ x: 1 }, { pitch: 2 }, { width: 1, height: 2 }]) {
  test(`a frame of other pixels resets the average: ${JSON.stringify(others)}`, () => {
    const average = over(4);
    average.add(frame([8, 8]));
    assert.deepEqual(numbers(average.add(frame([2, 4], others))), [2, 4]);
  });
}

test("the result has the geometry of the frame", () => {
  const { x, y, pitch, width, height } = over(4).add(frame([2, 4], { x: 7, y: 9, pitch: 2 }));
  assert.deepEqual([x, y, pitch, width, height], [7, 9, 2, 2, 1]);
});

test("where the frame is not finite, the result is not finite", () => {
  const found = sequence(over(4), [8, NaN]);
  assert.deepEqual(found, [8, NaN]);
});

test("a value that is not finite does not enter the average", () => {
  assert.deepEqual(sequence(over(2), [8, NaN, 6]), [8, NaN, 7]);
});

test("a first value that is not finite does not enter the average", () => {
  assert.deepEqual(sequence(over(2), [NaN, 6]), [NaN, 6]);
});

test("with more frames the average continues", () => {
  const average = over(2);
  sequence(average, [8, 8]);
  average.set(4);
  assert.deepEqual(sequence(average, [2]), [6]);
});

test("switching it off and on resets the average", () => {
  const average = over(4);
  sequence(average, [8, 8]);
  average.set(1);
  sequence(average, [8]);
  average.set(4);
  assert.deepEqual(sequence(average, [2]), [2]);
});

for (const frames of [0, -3, NaN, 0.5]) {
  test(`with ${frames} frames it is off`, () => {
    assert.equal(over(frames).frames, 1);
  });
}

test("the memory of the result is reused", () => {
  const average = over(4);
  const { data } = average.add(frame([1, 2]));
  assert.equal(average.add(frame([3, 4])).data, data);
});

test("a frame is not changed", () => {
  const average = over(4);
  const first = frame([1, 2]);
  average.add(first);
  average.add(frame([3, 4]));
  assert.deepEqual(numbers(first), [1, 2]);
});

test("an average has the steps of a logarithmic scale, and says of how many frames it is", () => {
  const average = new RunningAverage();
  average.set(2);
  const frame = pixels(2, Float32Array.of(1, 2), { logSteps: { base: 0.5, slope: 0.03 } });
  const frames = [1, 2, 3].map(() => average.add(frame).logSteps.frames);
  assert.deepEqual(frames, [1, 2, 2]);
  assert.equal(average.add(pixels(2, Float32Array.of(1, 2))).logSteps, undefined);
});
