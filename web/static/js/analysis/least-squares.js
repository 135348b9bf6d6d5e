/** Small systems of linear equations, and polynomials fitted by least squares. */

/**
 * Solve matrix · x = vector in place, by Gaussian elimination with partial pivoting.
 * @param {number[][]} matrix square; is overwritten
 * @param {number[]} vector is replaced by x
 * @returns {boolean} false: the matrix is singular
 */
export function solve(matrix, vector) {
  const size = vector.length;
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < size; row += 1) {
      if (Math.abs(matrix[row][column]) > Math.abs(matrix[pivot][column])) {
        pivot = row;
      }
    }
    [matrix[column], matrix[pivot]] = [matrix[pivot], matrix[column]];
    [vector[column], vector[pivot]] = [vector[pivot], vector[column]];
    if (!(Math.abs(matrix[column][column]) > 0)) {
      return false;
    }
    for (let row = column + 1; row < size; row += 1) {
      const factor = matrix[row][column] / matrix[column][column];
      for (let other = column; other < size; other += 1) {
        matrix[row][other] -= factor * matrix[column][other];
      }
      vector[row] -= factor * vector[column];
    }
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    for (let other = row + 1; other < size; other += 1) {
      vector[row] -= matrix[row][other] * vector[other];
    }
    vector[row] /= matrix[row][row];
  }
  return vector.every(Number.isFinite);
}

/**
 * Fit a polynomial by least squares, by its normal equations.
 * @param {number[]} xs of the order of 1, or the powers lose precision
 * @param {number[]} ys
 * @param {number} degree less than the number of points
 * @returns {number[] | null} the coefficients, that of x⁰ first; null: there is no unique solution
 */
export function fitPolynomial(xs, ys, degree) {
  const matrix = Array.from({ length: degree + 1 }, () => new Array(degree + 1).fill(0));
  const vector = new Array(degree + 1).fill(0);
  for (let point = 0; point < xs.length; point += 1) {
    const powers = matrix.map((_, power) => xs[point] ** power);
    for (let row = 0; row <= degree; row += 1) {
      vector[row] += powers[row] * ys[point];
      for (let column = 0; column <= degree; column += 1) {
        matrix[row][column] += powers[row] * powers[column];
      }
    }
  }
  return solve(matrix, vector) ? vector : null;
}
