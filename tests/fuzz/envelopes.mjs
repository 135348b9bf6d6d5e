/**
 * Reads envelopes from standard input as the page does: each after its length (uint32, little-endian). A length
 * of 0 ends a batch; the result of the batch is then printed as a line of JSON.
 */

import { readBadPixels } from "../../web/static/js/picture/bad-pixels.js";
import { Mosaic } from "../../web/static/js/picture/mosaic.js";
import { checkLevels } from "../../web/static/js/picture/transfer.js";
import { waveforms } from "../../web/static/js/plots/series.js";
import { BadEnvelope, readArray, readBlob, unpack } from "../../web/static/js/stream/envelope.js";

const mosaic = new Mosaic();

/** Calls a function that may throw BadEnvelope, but nothing else. */
function allowBadEnvelope(work) {
  try {
    work();
  } catch (error) {
    if (!(error instanceof BadEnvelope)) {
      throw error;
    }
  }
}

/** Counts the bad pixels of a picture of 40 × 30, whatever the envelope says of its size. */
function countBadPixels(bad) {
  let count = 0;
  for (const [from, to] of bad?.within({ left: 0, top: 0, width: 40, height: 30 }) ?? []) {
    count += to - from;
  }
  return count;
}

function read(message) {
  allowBadEnvelope(() => {
    const { header, body } = unpack(message);
    const { values, image } = header;
    for (const place of Object.values(values ?? {})) {
      if (place !== null && typeof place === "object") {
        allowBadEnvelope(() => readArray(place, body));
      }
    }
    waveforms({ header, body });
    if (image !== null && typeof image === "object") {
      allowBadEnvelope(() => readBlob(image, body));
      allowBadEnvelope(() => checkLevels(image));
      allowBadEnvelope(() => countBadPixels(readBadPixels(image, body)));
      allowBadEnvelope(() => mosaic.read(image, body));
    }
  });
}

let batch = { read: 0, faults: [], slowest_ms: 0 };

function readAndMeasure(message) {
  const start = performance.now();
  try {
    read(message);
  } catch (error) {
    batch.faults.push(`${error.stack} of ${Buffer.from(message).toString("base64").slice(0, 2000)}`);
  }
  batch.read += 1;
  batch.slowest_ms = Math.max(batch.slowest_ms, performance.now() - start);
}

let rest = Buffer.alloc(0);
for await (const piece of process.stdin) {
  rest = rest.length ? Buffer.concat([rest, piece]) : piece;
  while (rest.length >= 4) {
    const length = rest.readUInt32LE();
    if (rest.length < 4 + length) {
      break;
    }
    if (length) {
      readAndMeasure(new Uint8Array(rest.subarray(4, 4 + length)));
    } else {
      const memory_mb = process.memoryUsage().rss / 2 ** 20;
      process.stdout.write(`${JSON.stringify({ ...batch, memory_mb })}\n`);
      batch = { read: 0, faults: [], slowest_ms: 0 };
    }
    rest = rest.subarray(4 + length);
  }
}
