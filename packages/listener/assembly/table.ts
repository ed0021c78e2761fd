import { TABLE, TABLE_PLACES } from './memory';
import { compareTexts } from './text';

/** Which record has this text: a table of {@link TABLE_PLACES} places. */

export function clearTable(): void {
  memory.fill(TABLE, 0, 4 * TABLE_PLACES);
}

/** Where one more than the index of the record with this text stands, or would (linear probing). */
export function tablePlace(text: usize, records: usize, recordBytes: usize): usize {
  let slot = hash(text) & (TABLE_PLACES - 1);
  while (true) {
    const known = load<u32>(TABLE + 4 * slot);
    if (known === 0 || compareTexts(text, records + recordBytes * (known - 1)) === 0) return TABLE + 4 * slot;
    slot = (slot + 1) & (TABLE_PLACES - 1);
  }
}

/** Eight bytes at a time, as FNV-1a does it with each. */
function hash(text: usize): u32 {
  const from = <usize>load<u32>(text);
  const length = load<u32>(text, 4);
  let value: u64 = 0xcbf29ce4 ^ length;
  let i: u32 = 0;
  for (; i + 8 <= length; i += 8) {
    value = (value ^ load<u64>(from + i)) * 0x100000001b3;
    value ^= value >> 29;
  }
  if (i < length) value = (value ^ (load<u64>(from + i) << (8 * (8 - (length - i))))) * 0x100000001b3;
  return <u32>(value ^ (value >> 32));
}
