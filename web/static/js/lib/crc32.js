/** The checksum of PNG and zip: CRC-32 as ISO 3309 has it, polynomial 0xEDB88320. */

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  }
  return rest;
});

/**
 * @param {Uint8Array} bytes
 * @param {number} [before] the checksum of what stands before them
 * @returns {number} from 0 to 2³² - 1
 */
export function crc32(bytes, before = 0) {
  let rest = ~before;
  for (let at = 0; at < bytes.length; at += 1) {
    rest = TABLE[(rest ^ bytes[at]) & 0xff] ^ (rest >>> 8);
  }
  return ~rest >>> 0;
}
