/** One value of ASN.1 in its distinguished encoding. */
export interface DerValue {
  /** The identifier byte: class, constructed bit, number. */
  readonly tag: number;
  readonly content: Uint8Array;
}

export const DER_TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
} as const;

/**
 * Reads the values that lie one after the other in `bytes`. Only what node:crypto does not tell of a certificate is read
 * with this, after OpenSSL has accepted the whole, so it is strict and small.
 * @throws RangeError where a length points outside
 */
export function readDer(bytes: Uint8Array): readonly DerValue[] {
  const values: DerValue[] = [];
  let offset = 0;
  const next = (): number => {
    const byte = bytes[offset++];
    if (byte === undefined) throw new RangeError('the encoding ends in the middle of a value');
    return byte;
  };
  while (offset < bytes.length) {
    const tag = next();
    let length = next();
    if (length > 0x7f) {
      const count = length & 0x7f;
      if (count === 0 || count > 4) throw new RangeError('a length of the encoding is not definite');
      length = 0;
      for (let index = 0; index < count; index++) length = length * 256 + next();
    }
    if (offset + length > bytes.length) throw new RangeError('a value is longer than what holds it');
    values.push({ tag, content: bytes.subarray(offset, offset + length) });
    offset += length;
  }
  return values;
}

/** The dotted form of an object identifier's content. */
export function readObjectIdentifier(content: Uint8Array): string {
  const numbers: number[] = [];
  let current = 0;
  for (const byte of content) {
    current = current * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    if (numbers.length === 0) numbers.push(Math.min(2, Math.floor(current / 40)));
    numbers.push(numbers.length === 1 ? current - 40 * (numbers[0] ?? 0) : current);
    current = 0;
  }
  return numbers.join('.');
}
