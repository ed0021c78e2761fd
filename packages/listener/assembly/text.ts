/** A text is a place and a length; the place is 0 where there is none. */

export function setText(into: usize, from: usize, to: usize): void {
  store<u32>(into, from);
  store<u32>(into, to - from, 4);
}

export function copyText(into: usize, from: usize): void {
  store<u64>(into, load<u64>(from));
}

export function hasText(text: usize): bool {
  return load<u32>(text) !== 0;
}

/** In the order of bytes. */
export function compareTexts(a: usize, b: usize): i32 {
  const length = load<u32>(a, 4);
  const other = load<u32>(b, 4);
  const order = compareBytes(load<u32>(a), load<u32>(b), min(length, other));
  return order !== 0 ? order : length < other ? -1 : length > other ? 1 : 0;
}

/** Eight at a time, as numbers whose first byte counts most. */
export function compareBytes(a: usize, b: usize, length: u32): i32 {
  let i: u32 = 0;
  for (; i + 8 <= length; i += 8) {
    const x = load<u64>(a + i);
    const y = load<u64>(b + i);
    if (x !== y) return bswap<u64>(x) < bswap<u64>(y) ? -1 : 1;
  }
  if (i === length) return 0;
  // What stands behind the last ones does not count.
  const rest = 8 * (8 - (length - i));
  const x = bswap<u64>(load<u64>(a + i)) >> rest;
  const y = bswap<u64>(load<u64>(b + i)) >> rest;
  return x === y ? 0 : x < y ? -1 : 1;
}

export function isDigit(c: u32): bool {
  return c - 0x30 < 10;
}

/** Of a digit in lower case; more than 15 for what is none. */
export function hexadecimal(c: u32): u32 {
  if (isDigit(c)) return c - 0x30;
  return c - 0x61 < 6 ? c - 0x61 + 10 : 16;
}
