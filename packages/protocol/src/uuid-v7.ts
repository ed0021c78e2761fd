/** Where the ids of events come from: a clock in ms and random bytes, both handed in. */
export interface EventIdSourceOptions {
  readonly now: () => number;
  /** As many fresh random bytes as asked for, for hundreds of ids at once, in an array that nobody else writes to. */
  readonly random: (count: number) => Uint8Array;
}

/** A clock that goes back further than this is a correction of the clock and is followed; less is jitter and is not. */
const ROLLBACK_MS_MAX = 10_000;
const COUNTER_MAX = 0xfff;
const TIME_MS_MAX = 2 ** 48 - 1;
/** 62 bits of them in the id, and where its counter begins. */
const BYTES_AN_ID = 10;
const IDS_A_CALL = 400;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * A source of UUIDs version 7 in lower case (RFC 9562, section 5.7) that ascend within the process: rand_a holds a
 * counter (section 6.2, method 1) that begins at a random value below its half each ms; where it runs over, the time
 * is moved on by one ms, as the RFC allows. The 62 bits of rand_b are random each time. Whoever has just looked at the
 * clock hands over what it said.
 */
export function createEventIdSource({ now, random }: EventIdSourceOptions): (atMs?: number) => string {
  let timeMs = -1;
  let writtenMs = -1;
  let writtenTime = '';
  let counter = 0;
  let pool: Uint8Array = new Uint8Array(0);
  let first = 0;
  const byte = (index: number): number => pool[first + index] ?? 0;
  const hex = (index: number): string => HEX[byte(index)] ?? '00';
  return (atMs = now()) => {
    const nowMs = Math.min(Math.max(0, Math.floor(atMs)), TIME_MS_MAX);
    first += BYTES_AN_ID;
    if (first + BYTES_AN_ID > pool.length) {
      pool = random(IDS_A_CALL * BYTES_AN_ID);
      first = 0;
    }
    if (nowMs > timeMs || nowMs < timeMs - ROLLBACK_MS_MAX) {
      timeMs = nowMs;
      counter = ((byte(8) << 8) | byte(9)) & (COUNTER_MAX >> 1);
    } else if (counter === COUNTER_MAX) {
      timeMs = Math.min(timeMs + 1, TIME_MS_MAX);
      counter = 0;
    } else {
      counter += 1;
    }
    if (timeMs !== writtenMs) {
      const time = timeMs.toString(16).padStart(12, '0');
      writtenTime = `${time.slice(0, 8)}-${time.slice(8)}`;
      writtenMs = timeMs;
    }
    const variant = HEX[(byte(0) & 0x3f) | 0x80] ?? '80';
    return `${writtenTime}-7${(counter >> 8).toString(16)}${HEX[counter & 0xff]}-${variant}${hex(1)}-${hex(2)}${hex(3)}${hex(4)}${hex(5)}${hex(6)}${hex(7)}`;
  };
}
