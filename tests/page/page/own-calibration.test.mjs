import assert from "node:assert/strict";
import test from "node:test";

import { PIXEL_AXIS } from "../../../web/static/js/lib/calibration.js";
import { OwnCalibration } from "../../../web/static/js/page/own-calibration.js";

const STREAM = { x: PIXEL_AXIS, y: PIXEL_AXIS };

/** Preferences that are in memory only. */
function preferences(kept = {}) {
  return { kept, get: (name) => kept[name] ?? "", set: (name, text) => (kept[name] = text) };
}

test("pixel size and marker are kept, and those of a link are used", () => {
  const link = preferences();
  const own = new OwnCalibration(link);
  assert.equal(own.setSize("12.5um"), "");
  own.setMarker({ x: 10, y: 20 });
  assert.deepEqual(link.kept, { pixel: "12.5 µm", marker: "10,20" });
  const { x, y } = new OwnCalibration(link).axes(STREAM);
  assert.deepEqual([x, y], [{ first: -125, step: 12.5, unit: "µm" }, { first: -250, step: 12.5, unit: "µm" }]);
});

test("a wrong pixel size is refused and changes nothing", () => {
  const link = preferences({ pixel: "1 mm" });
  const own = new OwnCalibration(link);
  assert.match(own.setSize("big"), /not understood/);
  assert.deepEqual([own.size?.unit, link.kept.pixel], ["mm", "1 mm"]);
});

test("without either, the stream's axes are shown, and a link with nonsense is ignored", () => {
  const own = new OwnCalibration(preferences({ pixel: "<b>", marker: "here" }));
  assert.deepEqual(own.axes(STREAM), STREAM);
  own.setSize("");
  own.setMarker(null);
  assert.deepEqual(own.axes(STREAM), STREAM);
});

test("a reset brings back the stream's own axes, in the link, too", () => {
  const link = preferences({ pixel: "1 mm", marker: "3,4" });
  const own = new OwnCalibration(link);
  own.reset();
  assert.deepEqual([own.axes(STREAM), link.kept], [STREAM, { pixel: "", marker: "" }]);
});
