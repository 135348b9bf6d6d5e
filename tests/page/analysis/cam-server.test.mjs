import assert from "node:assert/strict";
import test from "node:test";

import { camServerResults } from "../../../web/static/js/analysis/cam-server.js";

const both = (...names) => names.flatMap((name) => [`x_${name}`, `y_${name}`]);
/** The channels of a cam_server pipeline. */
const STREAM = [
  ...both("axis", "profile", "center_of_mass", "rms", "fwhm"),
  ...both("fit_gauss_function", "fit_offset", "fit_amplitude", "fit_standard_deviation", "fit_mean"),
  ...["image", "width", "height", "timestamp", "min_value", "max_value", "intensity", "processing_parameters"],
];

test("profiles have their positions and their fit", () => {
  assert.deepEqual(camServerResults(STREAM).profiles, [
    { group: "", axis: "x", values: "x_profile", positions: "x_axis", fit: "x_fit_gauss_function" },
    { group: "", axis: "y", values: "y_profile", positions: "y_axis", fit: "y_fit_gauss_function" },
  ]);
});

test("a profile needs neither positions nor a fit", () => {
  assert.deepEqual(camServerResults(["x_profile"]).profiles, [
    { group: "", axis: "x", values: "x_profile", positions: null, fit: null },
  ]);
});

test("numbers have the labels of our own results", () => {
  const labels = Object.fromEntries(camServerResults(STREAM).numbers.map(({ channel, label }) => [channel, label]));
  assert.deepEqual(labels, {
    intensity: "intensity",
    min_value: "min",
    max_value: "max",
    x_center_of_mass: "centroid x",
    y_center_of_mass: "centroid y",
    x_rms: "rms x",
    y_rms: "rms y",
    x_fwhm: "FWHM x",
    y_fwhm: "FWHM y",
    x_fit_mean: "Gauss centre x",
    y_fit_mean: "Gauss centre y",
    x_fit_standard_deviation: "Gauss sigma x",
    y_fit_standard_deviation: "Gauss sigma y",
    x_fit_amplitude: "Gauss amplitude x",
    y_fit_amplitude: "Gauss amplitude y",
    x_fit_offset: "Gauss offset x",
    y_fit_offset: "Gauss offset y",
  });
});

test("cameras in one stream are distinguished by prefix", () => {
  const two = ["CAM2:", "CAM1:"].flatMap((group) => STREAM.map((name) => group + name));
  assert.deepEqual(
    camServerResults(two).profiles.map(({ group, axis, positions }) => [group, axis, positions]),
    [
      ["CAM1:", "x", "CAM1:x_axis"],
      ["CAM1:", "y", "CAM1:y_axis"],
      ["CAM2:", "x", "CAM2:x_axis"],
      ["CAM2:", "y", "CAM2:y_axis"],
    ],
  );
});

test("a number belongs to its own group", () => {
  const { numbers } = camServerResults(["A:x_profile", "A:x_rms", "B:x_profile", "B:y_rms"]);
  assert.deepEqual(
    numbers.map(({ group, name, channel }) => [group, name, channel]),
    [
      ["A:", "x_rms", "A:x_rms"],
      ["B:", "y_rms", "B:y_rms"],
    ],
  );
});

test("the results of the good region are a group", () => {
  const names = [...STREAM, ...["gr_x_profile", "gr_x_axis", "gr_x_fit_mean", "gr_intensity"]];
  const { profiles, numbers } = camServerResults(names);
  assert.deepEqual(
    [profiles.at(-1).values, numbers.filter(({ group }) => group === "gr_").map(({ channel }) => channel)],
    ["gr_x_profile", ["gr_intensity", "gr_x_fit_mean"]],
  );
});

test("numbers without a profile are ignored", () => {
  assert.deepEqual(camServerResults(["intensity", "BPM:x_rms", "CAM:y_profile"]).numbers, []);
});

for (const names of [[], ["image", "beam_energy", "image_profile_x"], ["max_x_profiles", "indexx_profile"]]) {
  test(`a stream without such names has no results: ${names}`, () => {
    assert.deepEqual(camServerResults(names), { profiles: [], numbers: [] });
  });
}

test("a channel named like a built-in property is ignored", () => {
  assert.deepEqual(camServerResults(["__proto__", "constructor", "x_profile"]).numbers, []);
});
