/** Pictures with known truth: spots, pedestals and reproducible noise. */

/** @returns {import("../../../web/static/js/picture/pixels.js").Pixels} */
export function pixels(width, data, others = {}) {
  return { x: 0, y: 0, pitch: 1, width, height: data.length / width, data, offset: 0, scale: 1, ...others };
}

/** A Gaussian spot on a pedestal in a picture of `size` × `size` camera pixels; x and y are positions. */
export function spot({ size = 200, x, y, sigma, sigmaY = sigma, height = 500, pedestal = 0, pitch = 1 }) {
  const samples = size / pitch;
  const along = (centre, width) =>
    Float64Array.from({ length: samples }, (_, sample) => {
      let sum = 0;
      for (let n = 0; n < pitch; n += 1) {
        sum += Math.exp(-((sample * pitch + n - centre) ** 2) / (2 * width ** 2)) / pitch;
      }
      return sum;
    });
  const across = along(x, sigma);
  const down = along(y, sigmaY);
  const data = new Float64Array(samples * samples);
  data.forEach((_, index) => {
    data[index] = pedestal + height * across[index % samples] * down[Math.floor(index / samples)];
  });
  return pixels(samples, data, { pitch });
}

/** Standard normal random numbers, reproducible by their seed. */
export function noise(seed) {
  let state = seed;
  const even = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(even())) * Math.cos(2 * Math.PI * even());
}

/** Return whether a number equals another within a relative tolerance. */
export function near(found, expected, tolerance) {
  return found !== null && Math.abs(found - expected) <= tolerance * Math.abs(expected);
}
