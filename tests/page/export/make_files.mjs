/** Saves files into a directory as the page does; test_saved_files.py reads them. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { encodeNpy } from "../../../web/static/js/export/npy.js";
import { encodeNpz } from "../../../web/static/js/export/npz.js";
import { sampleValues } from "../../../web/static/js/export/samples.js";
import { clipArrays } from "../../../web/static/js/export/clip-arrays.js";
import { addTexts } from "../../../web/static/js/export/png-text.js";
import { encodeTiff } from "../../../web/static/js/export/tiff.js";

const directory = process.argv[2];
const WIDTH = 7;
const HEIGHT = 5;
const TYPES = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
};
const DESCRIPTION = '{"stream":"camera","pulse_id":1234}';

/** @param {Blob} blob */
async function write(name, blob) {
  writeFileSync(join(directory, name), new Uint8Array(await blob.arrayBuffer()));
}

/** Return a picture whose samples use every byte of their type. */
function picture(Numbers) {
  const bytes = Uint8Array.from(
    { length: WIDTH * HEIGHT * Numbers.BYTES_PER_ELEMENT },
    (_, at) => (at * 37 + (at >> 3)) & 0xff,
  );
  const data = new Numbers(bytes.buffer);
  return { x: 256, y: 0, pitch: 1, width: WIDTH, height: HEIGHT, data, offset: 0, scale: 1 };
}

/** Values of types that TIFF readers do not support, within the range of the type that is saved. */
const FITTING = {
  int64: (at) => BigInt(at * 1000) * (-1n) ** BigInt(at),
  uint64: (at) => BigInt(at) * 100_000_000n,
  float64: (at) => at * 1000.7 * (-1) ** at,
};

for (const [dtype, Numbers] of Object.entries(TYPES)) {
  const pixels = picture(Numbers);
  writeFileSync(join(directory, `${dtype}.raw`), new Uint8Array(pixels.data.buffer));
  await write(`${dtype}.npy`, encodeNpy(sampleValues(pixels), [HEIGHT, WIDTH]));
  if (FITTING[dtype]) {
    pixels.data = Numbers.from({ length: WIDTH * HEIGHT }, (_, at) => FITTING[dtype](at));
  }
  writeFileSync(join(directory, `${dtype}.fitting`), new Uint8Array(pixels.data.buffer));
  await write(`${dtype}.tiff`, encodeTiff(pixels, DESCRIPTION));
}
await write("levels.tiff", encodeTiff({ ...picture(Uint8Array), offset: -10, scale: 0.5 }, DESCRIPTION));

const place = (offset, dtype, shape, length) => ({ offset, length, dtype, shape });
const body = new Uint8Array(new Float64Array([0.5, -1.5, 1e300, NaN]).buffer);
const frames = [0, 1, 2].map((row) => ({
  header: {
    pulse_id: row < 2 ? 1000 + row : "9007199254740993",
    epoch: 1,
    seq: row,
    t_source: 1.7e9 + row / 8,
    t_received: 1.7e9,
    values: {
      energy: row ? 11.3 : null,
      locked: row === 1,
      "größe 😀": ["Strahl", "größe", "😀"][row],
      wave: place(0, "float64", [4], 32),
      grown: place(0, "uint8", [row < 2 ? 2 : 3], row < 2 ? 2 : 3),
      mask: place(8, "bool", [2], 2),
      matrix: place(0, "int16", [2, 3], 12),
      "../escaped": row,
      pulse_id: row,
    },
    image: row === 1 ? null : { channel: "CAM:FPICTURE", format: "jpeg", min: 100 * row, max: 100 * row + 255 },
  },
  body,
}));
body.set([1, 0], 8);

const decode = async ({ header: { seq } }) => {
  const data = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, at) => at + 10 * seq);
  return { x: 0, y: 0, pitch: 2, width: WIDTH, height: HEIGHT, data, offset: 0, scale: 1 };
};
await write("clip.npz", await encodeNpz((await clipArrays(frames, decode)).arrays));

const PNG = // one white pixel
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==";
await write("texts.png", addTexts(new Blob([Buffer.from(PNG, "base64")]), { Stream: "camera", Range: "−1 … 5 µm" }));
