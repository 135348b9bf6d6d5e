/** Pictures that are known exactly: spots, pedestals, noise that is the same each time. */

/** @returns {import("../../../web/static/js/picture/pixels.js").Pixels} */
export function pixels(width, data, others = {}) {
  return { x: 0, y: 0, pitch: 1, width, height: data.length / width, data, offset: 0, scale: 1, ...others };
}

/** A Gaussian spot on a pedestal, `size` camera pixels wide and high; its middle as people count. */
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

/** Normally distributed numbers of width 1, the same for the same seed. */
export function noise(seed) {
  let state = seed;
  const even = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(even())) * Math.cos(2 * Math.PI * even());
}

/** Whether a number is within a part of another. */
export function near(found, wanted, part) {
  return found !== null && Math.abs(found - wanted) <= part * Math.abs(wanted);
}
