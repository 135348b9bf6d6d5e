/** Accuracy of the results of noisy spots, and coverage of their uncertainties. */

import assert from "node:assert/strict";
import test from "node:test";

import { project } from "../../../web/static/js/analysis/projection.js";
import { statistics } from "../../../web/static/js/analysis/statistics.js";
import { pixels } from "./spots.mjs";

const [WIDTH, HEIGHT] = [640, 480];
const FRAMES = 6;

/** Numbers of width 1 from the same seed: normal, or all as likely. By Marsaglia's xorshift: rows are not alike. */
function random(kind, seed) {
  let state = Math.imul(seed, 2654435761) | 1;
  const even = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 2 ** 32;
  };
  return kind === "normal"
    ? () => Math.sqrt(-2 * Math.log(even())) * Math.cos(2 * Math.PI * even())
    : () => (even() - 0.5) * Math.sqrt(12);
}

/** A spot of height 1 over noise. */
function frame({ x, y, sigma, deviation, kind, tilt, seed }) {
  const next = random(kind, seed);
  const bell = (size, centre) =>
    Float64Array.from({ length: size }, (_, at) =>
      Math.exp(-((at - centre) ** 2) / (2 * sigma ** 2)),
    );
  const across = bell(WIDTH, x);
  const down = bell(HEIGHT, y);
  const data = new Float32Array(WIDTH * HEIGHT);
  for (let at = 0; at < data.length; at += 1) {
    const column = at % WIDTH;
    const row = (at - column) / WIDTH;
    const base = tilt * (0.5 * (column / WIDTH) + 0.3 * (row / HEIGHT));
    data[at] = base + across[column] * down[row] + deviation * next();
  }
  return pixels(WIDTH, data);
}

/** ±`reach` px around the middle, as far as the picture goes. */
function around(reach) {
  const [width, height] = [Math.min(WIDTH, 2 * reach), Math.min(HEIGHT, 2 * reach)];
  return { kind: "rect", x: (WIDTH - width) / 2, y: (HEIGHT - height) / 2, width, height };
}

const rms = (errors) =>
  Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);

for (const sigma of [5, 20, 60]) {
  for (const [ratio, kind, tilt] of [
    [35, "uniform", 0],
    [10, "normal", 1],
    [3, "uniform", 1],
    [3, "normal", 0],
  ]) {
    test(`σ ${sigma} px, ${ratio} times above ${kind} noise${tilt ? ", tilted" : ""}: accurate, with honest uncertainties`, () => {
      const regions = { "±3 σ": around(3 * sigma), "±6 σ": around(6 * sigma), whole: null };
      const found = Object.fromEntries(
        Object.keys(regions).map((name) => [name, { place: [], width: [], covered: [] }]),
      );
      for (let seed = 1; seed <= FRAMES; seed += 1) {
        const at = { x: 320 + ((seed * 5) % 7) / 7 - 0.5, y: 240 + ((seed * 3) % 7) / 7 - 0.5 };
        const picture = frame({
          ...at,
          sigma,
          deviation: 1 / ratio,
          kind,
          tilt,
          seed: 7919 * seed + ratio,
        });
        for (const [name, region] of Object.entries(regions)) {
          const { centroid, rms: width } = statistics(picture, region, project(picture, region));
          for (const axis of ["x", "y"]) {
            assert.ok(centroid[axis] && width[axis], `${name}: ${centroid.reason} ${width.reason}`);
            const off = centroid[axis].value - at[axis];
            const wide = width[axis].value - sigma;
            found[name].place.push(off);
            found[name].width.push(wide / sigma);
            found[name].covered.push(
              Math.abs(off) <= centroid[axis].error,
              Math.abs(wide) <= width[axis].error,
            );
          }
        }
      }
      for (const [name, { place, width, covered }] of Object.entries(found)) {
        const allowed = [Math.max(0.2, 2 / ratio), Math.max(0.03, 2.5 / ratio / sigma)];
        assert.ok(rms(place) <= allowed[0], `${name}: the centroid is ${rms(place)} px off`);
        assert.ok(rms(width) <= allowed[1], `${name}: σ is off by ${rms(width)} of it`);
        const share = covered.filter(Boolean).length / covered.length;
        assert.ok(share >= 0.9, `${name}: only ${share} of the uncertainties cover the error`);
      }
    });
  }
}

test("an ordinary beam in a large region has its centroid and width in each frame", () => {
  const region = { kind: "rect", x: 60, y: 40, width: 520, height: 400 };
  for (let seed = 1; seed <= 10; seed += 1) {
    const picture = frame({
      x: 312.4,
      y: 251.7,
      sigma: 28.3,
      deviation: 0.1 / Math.sqrt(12),
      kind: "uniform",
      tilt: 0,
      seed,
    });
    const { centroid, rms: width } = statistics(picture, region, project(picture, region));
    assert.ok(Math.hypot(centroid.x.value - 312.4, centroid.y.value - 251.7) < 0.2);
    assert.ok(Math.abs(width.x.value - 28.3) < 0.2 && Math.abs(width.y.value - 28.3) < 0.2);
  }
});
