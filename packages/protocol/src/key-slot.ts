/** How many hash slots a Redis Cluster has. */
const SLOTS = 16_384;

/**
 * The hash slot of a key in a Redis Cluster: that of its hash tag, the text between the first `{` and the next `}`, where
 * there is one that is not empty.
 */
export function keySlot(key: string): number {
  const opening = key.indexOf('{');
  const closing = key.indexOf('}', opening + 1);
  const hashed = opening !== -1 && closing > opening + 1 ? key.slice(opening + 1, closing) : key;
  return crc16(hashed) % SLOTS;
}

/** CRC-16/XMODEM of the UTF-8 of a text: what Redis hashes keys with, and other languages have in their libraries. */
export function crc16(text: string): number {
  let crc = 0;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    crc &= 0xffff;
  }
  return crc;
}
