/** Decodes one LZ4 block, whatever its bytes are: lz4.org, "LZ4 Block Format Description". */

const LEAST_MATCH = 4;
const MORE = 15; // a length in the token that goes on in the bytes after
const SHORT = 48; // bytes that are copied sooner one by one

/** Bytes that cannot be decoded; the message says why. */
export class BadData extends Error {}

/**
 * @param {Uint8Array} block
 * @param {Uint8Array} output is filled exactly
 * @throws {BadData}
 */
export function decodeLz4(block, output) {
  const size = output.length;
  let read = 0;
  let at = 0;
  while (read < block.length) {
    const token = block[read];
    read += 1;

    let literals = token >> 4;
    if (literals === MORE) {
      const more = continued(block, read);
      read += bytesOf(more);
      literals += more;
    }
    if (literals > block.length - read || literals > size - at) {
      throw new BadData("LZ4 literals pass the end");
    }
    if (literals < SHORT) {
      for (const end = at + literals; at < end; at += 1, read += 1) {
        output[at] = block[read];
      }
    } else {
      output.set(block.subarray(read, read + literals), at);
      at += literals;
      read += literals;
    }
    if (read === block.length && at === size) {
      return;
    }

    const back = block[read] | (block[read + 1] << 8);
    read += 2;
    if (read > block.length || back === 0 || back > at) {
      throw new BadData("an LZ4 match lies before the start, or is cut off");
    }
    let matched = token & MORE;
    if (matched === MORE) {
      const more = continued(block, read);
      read += bytesOf(more);
      matched += more;
    }
    matched += LEAST_MATCH;
    if (matched > size - at) {
      throw new BadData("an LZ4 match passes the end");
    }
    repeat(output, at, back, matched);
    at += matched;
  }
  throw new BadData("an LZ4 block is cut off");
}

/** The rest of a length: bytes of 255, and one that is less, are added up. */
function continued(block, read) {
  const from = read;
  while (block[read] === 255) {
    read += 1;
  }
  if (read >= block.length) {
    throw new BadData("an LZ4 length is cut off");
  }
  return 255 * (read - from) + block[read];
}

/** How many bytes a rest of a length took. */
function bytesOf(more) {
  return Math.floor(more / 255) + 1;
}

/** Copies what lies `back` bytes before `at` on to it, again and again where it is shorter. */
function repeat(output, at, back, length) {
  const from = at - back;
  const end = at + length;
  if (length < SHORT) {
    for (; at < end; at += 1) {
      output[at] = output[at - back];
    }
    return;
  }
  while (at < end) {
    const ready = Math.min(at - from, end - at);
    output.copyWithin(at, from, from + ready);
    at += ready;
  }
}
