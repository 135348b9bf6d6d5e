/**
 * Reads envelopes as the page does, from standard input: each after its length (uint32, little-endian), 0 ends
 * a batch, after which a line of JSON says what came of it.
 */

import { Mosaic } from "../../web/static/js/picture/mosaic.js";
import { checkLevels } from "../../web/static/js/picture/transfer.js";
import { waveforms } from "../../web/static/js/plots/series.js";
import { BadEnvelope, readArray, readBlob, unpack } from "../../web/static/js/stream/envelope.js";

const mosaic = new Mosaic();

/** Runs what may throw BadEnvelope, and nothing else. */
function refused(work) {
  try {
    work();
  } catch (problem) {
    if (!(problem instanceof BadEnvelope)) {
      throw problem;
    }
  }
}

function read(message) {
  refused(() => {
    const { header, body } = unpack(message);
    const { values, image } = header;
    for (const place of Object.values(values ?? {})) {
      if (place !== null && typeof place === "object") {
        refused(() => readArray(place, body));
      }
    }
    waveforms({ header, body });
    if (image !== null && typeof image === "object") {
      refused(() => readBlob(image, body));
      refused(() => checkLevels(image));
      refused(() => mosaic.read(image, body));
    }
  });
}

let batch = { read: 0, faults: [], slowest_ms: 0 };

function take(message) {
  const began = performance.now();
  try {
    read(message);
  } catch (problem) {
    batch.faults.push(`${problem.stack} of ${Buffer.from(message).toString("base64").slice(0, 2000)}`);
  }
  batch.read += 1;
  batch.slowest_ms = Math.max(batch.slowest_ms, performance.now() - began);
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
      take(new Uint8Array(rest.subarray(4, 4 + length)));
    } else {
      const memory_mb = process.memoryUsage().rss / 2 ** 20;
      process.stdout.write(`${JSON.stringify({ ...batch, memory_mb })}\n`);
      batch = { read: 0, faults: [], slowest_ms: 0 };
    }
    rest = rest.subarray(4 + length);
  }
}
