/** Decodes one LZ4 block, also of untrusted bytes: lz4.org, "LZ4 Block Format Description". */

const MIN_MATCH = 4;
const CONTINUED = 15; // a length in the token that continues in the bytes after it
const SHORT = 48; // bytes: so few are copied faster one by one

/** Thrown for bytes that cannot be decoded; the message says why. */
export class BadData extends Error {}

/**
 * @param {Uint8Array} block
 * @param {Uint8Array} output filled completely
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
    if (literals === CONTINUED) {
      const more = continued(block, read);
      read += bytesOf(more);
      literals += more;
    }
    if (literals > block.length - read || literals > size - at) {
      throw new BadData("LZ4 literals exceed the block");
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
      throw new BadData("an LZ4 match refers to before the start, or is truncated");
    }
    let matched = token & CONTINUED;
    if (matched === CONTINUED) {
      const more = continued(block, read);
      read += bytesOf(more);
      matched += more;
    }
    matched += MIN_MATCH;
    if (matched > size - at) {
      throw new BadData("an LZ4 match exceeds the block");
    }
    repeat(output, at, back, matched);
    at += matched;
  }
  throw new BadData("an LZ4 block is truncated");
}

/**
 * Return the rest of a length: the sum of bytes of 255 and a last one that is less.
 * @param {Uint8Array} block
 * @param {number} read where it begins
 */
function continued(block, read) {
  const from = read;
  while (block[read] === 255) {
    read += 1;
  }
  if (read >= block.length) {
    throw new BadData("an LZ4 length is truncated");
  }
  return 255 * (read - from) + block[read];
}

/** Return how many bytes the rest of a length takes. @param {number} more */
function bytesOf(more) {
  return Math.floor(more / 255) + 1;
}

/**
 * Copy the bytes that lie `back` before `at`, repeatedly where they are fewer than `length`.
 * @param {Uint8Array} output
 * @param {number} at
 * @param {number} back
 * @param {number} length
 */
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
