import assert from "node:assert/strict";
import test from "node:test";

import { clipArrays } from "../../../web/static/js/export/clip-arrays.js";

const pixels = { x: 0, y: 0, pitch: 1, width: 1, height: 1, data: Uint8Array.of(9), offset: 0, scale: 1 };
const jpeg = { channel: "CAM", format: "jpeg", min: 10, max: 20 };
const none = async () => null;

/** @returns frames with these values each, whose arrays are in `body` */
const frames = (all, body = new Uint8Array(16)) =>
  all.map((values, index) => ({
    header: { pulse_id: 100 + index, epoch: 1, seq: index, t_source: null, t_received: 5, values, image: null },
    body,
  }));

/** @returns frames with these images each */
const pictures = (...images) =>
  frames(images.map(() => ({}))).map((frame, index) => ({
    ...frame,
    header: { ...frame.header, image: images[index] },
  }));

async function arrays(all, decode = none) {
  const { arrays: list } = await clipArrays(all, decode);
  return Object.fromEntries(list.map((one) => [one.name, one]));
}

const place = (dtype, shape, length) => ({ offset: 0, length, dtype, shape });

test("each frame has its pulse, epoch, seq and times", async () => {
  const { pulse_id: pulses, t_source: source, t_received: received } = await arrays(frames([{}, {}]));
  assert.deepEqual(pulses.chunks, [BigInt64Array.of(100n, 101n)]);
  assert.deepEqual(source.chunks, [Float64Array.of(NaN, NaN)]);
  assert.deepEqual(received.chunks, [Float64Array.of(5, 5)]);
});

test("a pulse id beyond 2⁵³ is saved exactly", async () => {
  const [frame] = frames([{}]);
  frame.header.pulse_id = "9223372036854775807";
  assert.deepEqual((await arrays([frame])).pulse_id.chunks, [BigInt64Array.of(2n ** 63n - 1n)]);
});

test("invalid header fields are saved as missing", async () => {
  const [frame] = frames([{}]);
  Object.assign(frame.header, { pulse_id: { toString: 1 }, t_source: { valueOf: 1, toString: 1 }, seq: 1.5 });
  const { pulse_id: pulse, t_source: time, seq } = await arrays([frame]);
  assert.deepEqual([pulse.chunks[0][0], seq.chunks[0][0], time.chunks[0][0]], [-1n, -1n, NaN]);
});

test("numbers and booleans are columns, NaN where a frame has none", async () => {
  const { x } = await arrays(frames([{ x: 1.5 }, { x: null }, {}, { x: true }]));
  assert.deepEqual([x.dtype, x.shape, x.chunks], ["float64", [4], [Float64Array.of(1.5, NaN, NaN, 1)]]);
});

test("a channel of nulls is a column of NaN", async () => {
  assert.deepEqual((await arrays(frames([{ x: null }]))).x.chunks, [Float64Array.of(NaN)]);
});

test("a channel that is text in one frame is text in all", async () => {
  const { id } = await arrays(frames([{ id: 12 }, { id: "9007199254740993" }, { id: null }]));
  const rows = [0, 1, 2].map((row) =>
    String.fromCodePoint(...id.chunks[0].subarray(16 * row, 16 * (row + 1)).filter(Boolean)),
  );
  assert.deepEqual([id.dtype, rows], ["<U16", ["12", "9007199254740993", ""]]);
});

test("a character beyond 16 bits is one character", async () => {
  const { name } = await arrays(frames([{ name: "😀" }]));
  assert.deepEqual([name.dtype, name.chunks], ["<U1", [Uint32Array.of(0x1f600)]]);
});

test("a text of a megabyte is truncated", async () => {
  assert.equal((await arrays(frames([{ x: "x".repeat(1e6) }]))).x.dtype, "<U1000");
});

test("a waveform is stacked without a copy", async () => {
  const body = new Uint8Array(16);
  const { wave } = await arrays(frames([{ wave: place("int16", [8], 16) }, { wave: place("int16", [8], 16) }], body));
  assert.deepEqual([wave.dtype, wave.shape], ["int16", [2, 8]]);
  assert.ok(wave.chunks.every(({ buffer }) => buffer === body.buffer));
});

test("an array of another shape has a second name, each with its frames", async () => {
  const { wave, wave_index: index, wave_2: other, wave_2_index: otherIndex } = await arrays(
    frames([place("int8", [2], 2), place("int8", [3], 3), place("int8", [2], 2)].map((wave) => ({ wave }))),
  );
  assert.deepEqual([wave.shape, ...index.chunks], [[2, 2], Int32Array.of(0, 2)]);
  assert.deepEqual([other.shape, ...otherIndex.chunks], [[1, 3], Int32Array.of(1)]);
});

test("an array in every frame needs no index", async () => {
  assert.equal((await arrays(frames([{ wave: place("int8", [2], 2) }]))).wave_index, undefined);
});

test("nulls in a channel of arrays are gaps, not a column", async () => {
  const { wave, wave_2: other } = await arrays(frames([{ wave: null }, { wave: place("int8", [2], 2) }]));
  assert.deepEqual([wave.shape, other], [[1, 2], undefined]);
});

for (const [what, value] of [
  ["was not sent", { dtype: "float64", shape: [1e9] }],
  ["exceeds the message", place("int8", [99], 99)],
  ["has an unknown type", place("constructor", [2], 2)],
]) {
  test(`an array that ${what} is reported as left out`, async () => {
    const { leftOut } = await clipArrays(frames([{ good: 1, bad: value }]), none);
    assert.deepEqual(leftOut, ["bad"]);
  });
}

test("a channel with a reserved name gets another", async () => {
  const all = await arrays(frames([{ pulse_id: 7 }]));
  assert.deepEqual(all.pulse_id.chunks, [BigInt64Array.of(100n)]);
  assert.deepEqual(all.pulse_id_2.chunks, [Float64Array.of(7)]);
});

test("an array and its index have matching names, also if a channel has that name", async () => {
  const wave = place("int8", [2], 2);
  const names = Object.keys(await arrays(frames([{ wave_index: 1, wave }, { wave_index: 2 }])));
  assert.deepEqual(names.slice(5), ["wave_index", "wave_2", "wave_2_index"]);
});

test("truncated names are distinct", async () => {
  const long = "x".repeat(300);
  const names = Object.keys(await arrays(frames([{ [`${long}a`]: 1, [`${long}b`]: 2 }])));
  assert.deepEqual(names.slice(5), ["x".repeat(200), `${"x".repeat(200)}_2`]);
});

test("a name in a file is not a path", async () => {
  const names = Object.keys(await arrays(frames([{ "../../x": 1, "a\\b\0": 2 }])));
  assert.deepEqual(names.slice(5), [".._.._x", "a_b_"]);
});

test("a channel may have the name of a built-in property", async () => {
  const values = JSON.parse('{"__proto__": 3, "constructor": 4}');
  const { arrays: list } = await clipArrays(frames([values]), none);
  assert.deepEqual(list.slice(5).map(({ name, chunks }) => [name, chunks[0][0]]), [["__proto__", 3], ["constructor", 4]]);
});

test("pictures of levels are saved with their range", async () => {
  const levels = { ...pixels, offset: 10, scale: 10 / 255 };
  const all = await arrays(pictures(jpeg, { ...jpeg, max: 30 }), async () => levels);
  assert.deepEqual([all.image.dtype, all.image.shape], ["uint8", [2, 1, 1]]);
  assert.deepEqual([all.image_min, all.image_max].map(({ chunks }) => chunks[0]), [
    Float64Array.of(10, 10),
    Float64Array.of(20, 30),
  ]);
});

test("a lossless picture is saved as the camera's own values", async () => {
  const exact = { ...pixels, x: 256, data: Uint16Array.of(65535) };
  const all = await arrays(pictures({ channel: "CAM", format: "tiles" }), async () => exact);
  assert.deepEqual([all.image.dtype, all.image_min], ["uint16", undefined]);
  assert.deepEqual(all.image_place.chunks, [Int32Array.of(256, 0, 1)]);
});

test("pictures are copied before the next is decoded, because their memory is reused", async () => {
  const data = Uint8Array.of(0);
  const { image } = await arrays(pictures(jpeg, jpeg), async ({ header }) => {
    data[0] = 40 + header.seq;
    return { ...pixels, data };
  });
  const bytes = await new Blob(image.chunks).bytes();
  assert.deepEqual([...bytes], [40, 41]);
});

test("pictures of another size are image_2", async () => {
  const wide = { ...pixels, width: 2, data: Uint8Array.of(1, 2) };
  const all = await arrays(pictures(jpeg, jpeg), async ({ header }) => (header.seq ? wide : pixels));
  assert.deepEqual([all.image.shape, all.image_2.shape], [[1, 1, 1], [1, 1, 2]]);
  assert.deepEqual(all.image_2_index.chunks, [Int32Array.of(1)]);
});

test("frames without a picture are not in the pictures' index, and are not left out", async () => {
  const all = pictures(null, jpeg);
  assert.deepEqual((await arrays(all, async () => pixels)).image_index.chunks, [Int32Array.of(1)]);
  assert.deepEqual((await clipArrays(all, async () => pixels)).leftOut, []);
});

test("a picture that cannot be read is reported as left out", async () => {
  const { arrays: list, leftOut } = await clipArrays(pictures(jpeg), none);
  assert.deepEqual([leftOut, list.length], [["CAM"], 5]);
});

test("pictures on a logarithmic scale and those with bad pixels are saved as values", async () => {
  const values = { ...pixels, data: Float32Array.of(51), offset: 10, scale: 10 / 255 };
  const bad = { ...values, data: Float32Array.of(NaN) };
  for (const [given, saved] of [[values, 12], [bad, NaN]]) {
    const all = await arrays(pictures({ ...jpeg, scale: "log", log_gain: 1000 }), async () => given);
    assert.equal(all.image.dtype, "float32");
    assert.deepEqual(new Float32Array(await all.image.chunks[0].arrayBuffer()), Float32Array.of(saved));
    assert.equal(all.image_min, undefined);
  }
});
