import assert from "node:assert/strict";
import test from "node:test";

import { fitPolynomial, solve } from "../../../web/static/js/analysis/least-squares.js";

const rounded = (numbers) => numbers?.map((number) => Number(number.toFixed(9)));

test("a system of equations is solved", () => {
  const vector = [5, 10];
  solve([[1, 2], [3, 4]], vector);
  assert.deepEqual(rounded(vector), [0, 2.5]);
});

test("a system with a zero on the diagonal is solved", () => {
  const vector = [3, 7, 11];
  solve([[0, 1, 0], [1, 0, 0], [0, 0, 2]], vector);
  assert.deepEqual(vector, [7, 3, 5.5]);
});

test("a singular system is detected", () => {
  assert.equal(solve([[1, 2], [2, 4]], [1, 2]), false);
});

test("a polynomial interpolates as many points as it has coefficients", () => {
  const xs = [-1, 0, 0.5, 2];
  const ys = xs.map((x) => 3 - x + 2 * x ** 2 - 0.5 * x ** 3);
  assert.deepEqual(rounded(fitPolynomial(xs, ys, 3)), [3, -1, 2, -0.5]);
});

test("with more points it minimises the squares", () => {
  assert.deepEqual(rounded(fitPolynomial([0, 0, 1, 1], [1, 3, 4, 6], 1)), [2, 3]);
});

test("equal points have no unique parabola", () => {
  assert.equal(fitPolynomial([1, 1, 1], [1, 2, 3], 2), null);
});
