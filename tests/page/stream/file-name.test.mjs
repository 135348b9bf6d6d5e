import assert from "node:assert/strict";
import test from "node:test";

import { fileDescription, fileName } from "../../../web/static/js/stream/file-name.js";

const T_SOURCE = Date.UTC(2026, 10, 21, 13, 5, 1, 123) / 1000;
const header = { pulse_id: 1234, epoch: 2, seq: 3, t_source: T_SOURCE, t_received: T_SOURCE + 1 };
const place = { x: 256, y: 0, pitch: 1 };

test("a file's name has stream, pulse and time", () => {
  assert.equal(fileName("camera", header, "npz"), "camera_pulse1234_20261121T130501.123Z.npz");
});

test("without the camera's time the name has the time of arrival", () => {
  const name = fileName("camera", { ...header, t_source: null }, "png");
  assert.equal(name, "camera_pulse1234_20261121T130502.123Z.png");
});

test("a pulse id beyond 2⁵³ is exact in the name", () => {
  const name = fileName("camera", { ...header, pulse_id: "9223372036854775807" }, "png");
  assert.match(name, /^camera_pulse9223372036854775807_/);
});

for (const [what, hostile] of [
  ["a path", { pulse_id: "../../etc" }],
  ["an object", { pulse_id: { toString: 1 }, t_source: { valueOf: 1 } }],
  ["a time beyond all calendars", { t_source: 1e300 }],
  ["nothing", { pulse_id: undefined, t_source: undefined, t_received: undefined }],
]) {
  test(`${what} in a header gives a safe name`, () => {
    assert.match(fileName("camera", { ...header, ...hostile }, "npy"), /^camera[A-Za-z0-9._-]*\.npy$/);
  });
}

test("characters that are not safe in a name become underscores", () => {
  assert.equal(fileName("a/b ü", { pulse_id: 1 }, "npy"), "a_b___pulse1.npy");
});

test("the description has stream, channel, pulse, times and place", () => {
  const description = JSON.parse(fileDescription("camera", { ...header, image: { channel: "CAM:IMG" } }, place));
  assert.deepEqual(description, {
    stream: "camera", channel: "CAM:IMG", pulse_id: 1234, epoch: 2, seq: 3,
    t_source: T_SOURCE, t_received: T_SOURCE + 1, x: 256, y: 0, pitch: 1,
  });
});

test("the description is ASCII and preserves all characters", () => {
  const text = fileDescription("camera", { ...header, image: { channel: "größe 😀\0\n" } }, place);
  assert.match(text, /^[ -~]*$/);
  assert.equal(JSON.parse(text).channel, "größe 😀\0\n");
});
