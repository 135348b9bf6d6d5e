/** What a JPEG's head says before it is decoded. */

const FIRST_FRAME_HEAD = 0xc0;
const LAST_FRAME_HEAD = 0xcf;
const NO_FRAME_HEADS = [0xc4, 0xc8, 0xcc]; // among them, but other tables

/**
 * Whether it is in colour: ITU-T T.81, B.2.2, the number of components.
 * @param {Uint8Array} bytes
 */
export function isColourJpeg(bytes) {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1];
    if (marker >= FIRST_FRAME_HEAD && marker <= LAST_FRAME_HEAD && !NO_FRAME_HEADS.includes(marker)) {
      return bytes[at + 9] > 1;
    }
    at += 2 + (bytes[at + 2] << 8) + bytes[at + 3];
  }
  return false;
}
