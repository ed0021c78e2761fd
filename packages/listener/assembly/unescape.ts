import { isPlain, stringFrom, stringTo, unitAt } from './json';
import { setText } from './text';

/** Where texts without their escapes go on, and end. */
let textsAt: usize = 0;
let textsEnd: usize = 0;

export function beginTexts(from: usize, to: usize): void {
  textsAt = from;
  textsEnd = to;
}

/** The last string without its escapes. */
export function setUnescaped(into: usize): bool {
  // It has been left by now: its value is the last one that was gone past.
  if (isPlain) {
    setText(into, stringFrom, stringTo);
    return true;
  }
  if (textsAt + (stringTo - stringFrom) > textsEnd) return false;
  const textFrom = textsAt;
  for (let i = stringFrom; i < stringTo; ) {
    const c = <u32>load<u8>(i);
    if (c !== 0x5c) {
      store<u8>(textsAt++, c);
      i++;
      continue;
    }
    const escaped = <u32>load<u8>(i, 1);
    if (escaped === 0x75) {
      putCharacter(<u32>unitAt(i + 2));
      i += 6;
    } else {
      store<u8>(textsAt++, unescaped(escaped));
      i += 2;
    }
  }
  setText(into, textFrom, textsAt);
  return true;
}

function unescaped(c: u32): u32 {
  switch (c) {
    case 0x6e:
      return 0x0a;
    case 0x74:
      return 0x09;
    case 0x72:
      return 0x0d;
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    default:
      return c;
  }
}

function putCharacter(unit: u32): void {
  if (unit < 0x80) store<u8>(textsAt++, unit);
  else if (unit < 0x800) {
    store<u8>(textsAt++, 0xc0 | (unit >> 6));
    store<u8>(textsAt++, 0x80 | (unit & 0x3f));
  } else {
    store<u8>(textsAt++, 0xe0 | (unit >> 12));
    store<u8>(textsAt++, 0x80 | ((unit >> 6) & 0x3f));
    store<u8>(textsAt++, 0x80 | (unit & 0x3f));
  }
}
