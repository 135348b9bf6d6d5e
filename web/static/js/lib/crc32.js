/** CRC-32 (ISO 3309, polynomial 0xEDB88320), the checksum of PNG and zip. */

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    remainder = remainder & 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  }
  return remainder;
});

/**
 * @param {Uint8Array} bytes
 * @param {number} [previous] the checksum of the bytes before these
 * @returns {number} from 0 to 2³² - 1
 */
export function crc32(bytes, previous = 0) {
  let remainder = ~previous;
  for (let index = 0; index < bytes.length; index += 1) {
    remainder = TABLE[(remainder ^ bytes[index]) & 0xff] ^ (remainder >>> 8);
  }
  return ~remainder >>> 0;
}
