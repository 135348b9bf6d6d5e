/**
 * Second moments in an elliptic aperture of ±3 σ that is moved and resized until it fits the spot
 * (after ISO 11146), corrected for what the truncation takes from a Gaussian.
 */

/**
 * @typedef {import("./blocks.js").Grid} Grid
 * @typedef {import("./plane.js").Plane} Plane
 *
 * @typedef {object} Ellipse where a spot is and how wide
 * @property {number} x position
 * @property {number} y
 * @property {number} xx variances and covariance, square camera pixels, with the means' own width
 * @property {number} xy
 * @property {number} yy
 * @property {number} height above the background, camera units
 *
 * @typedef {object} Sums over an aperture, of heights above the plane, in samples
 * @property {number} flux
 * @property {Ellipse} next the moments, with the truncation of a Gaussian corrected
 * @property {number} bad share of the samples that are not known
 */

/** The part of a Gaussian's flux within a radius. @param {number} radius in σ */
export function fluxWithin(radius) {
  return 1 - Math.exp((-radius * radius) / 2);
}

/** The part of a Gaussian's variance that is left within a radius. @param {number} radius in σ */
export function varianceWithin(radius) {
  const u = (radius * radius) / 2;
  return 1 - u / Math.expm1(u);
}

/** Error of the corrected variance by error of the truncated one: the aperture grows with it. */
export function amplification(/** @type {number} */ radius) {
  const u = (radius * radius) / 2;
  const within = varianceWithin(radius);
  const rise = (u * Math.exp(u) - Math.expm1(u)) / Math.expm1(u) ** 2; // of `varianceWithin`, by u
  return 1 / (within - u * rise);
}

/**
 * @typedef {object} Aperture the samples that lie in it, one after the other
 * @property {number} count
 * @property {Int32Array} at their indices
 * @property {Float64Array} dx distance from the centre, camera pixels
 * @property {Float64Array} dy
 * @property {Float64Array} weight how much of the sample lies inside, 0 to 1
 * @property {Float64Array} square of the distance, in σ
 */

/**
 * @param {Grid} grid
 * @param {Ellipse} ellipse
 * @param {number} radius in σ
 * @returns {Aperture}
 */
function aperture({ x, y, step, width, height }, ellipse, radius) {
  const { xx, xy, yy } = ellipse;
  const determinant = xx * yy - xy * xy;
  const halfX = radius * Math.sqrt(xx) + step / 2;
  const halfY = radius * Math.sqrt(yy) + step / 2;
  const left = Math.max(0, Math.ceil((ellipse.x - halfX - x) / step));
  const right = Math.min(width - 1, Math.floor((ellipse.x + halfX - x) / step));
  const top = Math.max(0, Math.ceil((ellipse.y - halfY - y) / step));
  const bottom = Math.min(height - 1, Math.floor((ellipse.y + halfY - y) / step));
  const most = Math.max(0, right - left + 1) * Math.max(0, bottom - top + 1);
  const found = { count: 0, at: new Int32Array(most), ...columnsOf(most) };
  let count = 0;
  for (let row = top; row <= bottom; row += 1) {
    const dy = y + step * row - ellipse.y;
    for (let column = left; column <= right; column += 1) {
      const dx = x + step * column - ellipse.x;
      const square = (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / determinant;
      const away = Math.sqrt(square);
      // how far the rim is beyond the sample, in samples, along the line from the centre
      const room = away > 0 ? ((radius - away) * Math.sqrt(dx * dx + dy * dy)) / (away * step) : 1;
      if (room > -0.5) {
        found.at[count] = row * width + column;
        found.dx[count] = dx;
        found.dy[count] = dy;
        found.weight[count] = room < 0.5 ? room + 0.5 : 1;
        found.square[count] = square;
        count += 1;
      }
    }
  }
  found.count = count;
  return found;
}

function columnsOf(/** @type {number} */ size) {
  const column = () => new Float64Array(size);
  return { dx: column(), dy: column(), weight: column(), square: column() };
}

/**
 * Makes one step of the iteration. Unknown samples have the values of the previous step's Gaussian.
 * @param {Grid} grid
 * @param {Ellipse} now
 * @param {number} radius in σ
 * @param {Plane} plane
 * @returns {Sums}
 */
export function moments(grid, now, radius, plane) {
  const { means } = grid;
  const { level, slopeX, slopeY } = plane;
  const base = level + slopeX * (now.x - plane.x0) + slopeY * (now.y - plane.y0);
  const { count, at, dx, dy, weight, square } = aperture(grid, now, radius);
  let all = 0;
  let unknown = 0;
  let sum = 0;
  let sumX = 0;
  let sumY = 0;
  let sumXx = 0;
  let sumXy = 0;
  let sumYy = 0;
  for (let n = 0; n < count; n += 1) {
    const mean = means[at[n]];
    let height = mean - base - slopeX * dx[n] - slopeY * dy[n];
    if (height !== height) {
      height = now.height * Math.exp(-square[n] / 2);
      unknown += weight[n];
    }
    const weighted = weight[n] * height;
    all += weight[n];
    sum += weighted;
    sumX += weighted * dx[n];
    sumY += weighted * dy[n];
    sumXx += weighted * dx[n] * dx[n];
    sumXy += weighted * dx[n] * dy[n];
    sumYy += weighted * dy[n] * dy[n];
  }
  const part = varianceWithin(radius);
  const meanX = sumX / sum;
  const meanY = sumY / sum;
  const xx = (sumXx / sum - meanX * meanX) / part;
  const xy = (sumXy / sum - meanX * meanY) / part;
  const yy = (sumYy / sum - meanY * meanY) / part;
  const area = (2 * Math.PI * Math.sqrt(Math.max(0, xx * yy - xy * xy))) / grid.step ** 2;
  const height = sum / (area * fluxWithin(radius));
  return {
    flux: sum,
    bad: unknown / all,
    next: { x: now.x + meanX / part, y: now.y + meanY / part, xx, xy, yy, height },
  };
}

/** @typedef {{flux: number, x: number, y: number, xx: number, yy: number}} Errors standard deviations */

/**
 * The moments' standard deviations, from the noise of the samples and that of the plane.
 * @param {Grid} grid
 * @param {Ellipse} ellipse
 * @param {number} radius in σ
 * @param {Plane} plane
 * @param {{sample: number, plane: number}} noise of a sample, and of a mean that the plane was fitted to
 * @param {number} flux
 * @returns {Errors}
 */
export function errorsOf(grid, ellipse, radius, plane, noise, flux) {
  const part = varianceWithin(radius);
  const cut = { xx: ellipse.xx * part, yy: ellipse.yy * part };
  const { count, dx, dy, weight } = aperture(grid, ellipse, radius);
  const factors = new Float64Array(5);
  const squares = new Float64Array(5);
  const bases = Array.from(squares, () => new Float64Array(3));
  for (let n = 0; n < count; n += 1) {
    factors[0] = weight[n];
    factors[1] = weight[n] * dx[n];
    factors[2] = weight[n] * dy[n];
    factors[3] = weight[n] * (dx[n] * dx[n] - cut.xx);
    factors[4] = weight[n] * (dy[n] * dy[n] - cut.yy);
    const px = ellipse.x + dx[n] - plane.x0;
    const py = ellipse.y + dy[n] - plane.y0;
    for (let m = 0; m < 5; m += 1) {
      squares[m] += factors[m] * factors[m];
      bases[m][0] += factors[m];
      bases[m][1] += factors[m] * px;
      bases[m][2] += factors[m] * py;
    }
  }
  const [sum, x, y, xx, yy] = Array.from(squares, (square, n) => {
    const spread = plane.inverse.reduce(
      (all, row, i) =>
        all + bases[n][i] * row.reduce((some, one, j) => some + one * bases[n][j], 0),
      0,
    );
    return Math.sqrt(noise.sample ** 2 * square + noise.plane ** 2 * Math.max(0, spread)) / flux;
  });
  const widened = amplification(radius);
  return { flux: sum * flux, x: x / part, y: y / part, xx: xx * widened, yy: yy * widened };
}
