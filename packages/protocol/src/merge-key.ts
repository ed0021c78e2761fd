import type { TaskEvent, TaskStatus } from './event.ts';

/**
 * The total order of the events of one task, as a text that compares byte by byte: the greatest event decides the
 * row. One text for the pure merge and for the database (there as bytea) means that both cannot disagree.
 *
 * From the left, in hexadecimal:
 * 1. class (2): 2 SUCCESS, 1 CANCELLED, 0 the rest; they beat everything whatever the attempt
 * 2. attempt (8): a later one beats an earlier one; an event that counts no attempts belongs to the first
 * 3. tier (2): within the first attempt, PENDING of a counting producer (0), then events without an attempt (1), then
 *    all other events of counting producers (2). Both kinds meet in one task only where the web process submits for a
 *    version 0 worker; a fixed place for each kind is what keeps the order transitive.
 * 4. tier 0 and 2: rank (2), then time (14); tier 1: time (14), then rank (2)
 * 5. event_id (32): ties never end in arrival order
 */
export type MergeKey = string;

/** Within an attempt. What a reconciler concluded stands half a step below what a worker says itself. */
const RANK: Readonly<Record<TaskStatus, number>> = {
  PENDING: 2,
  RUNNING: 4,
  RETRY: 6,
  FAILURE: 8,
  CANCELLED: 10,
  SUCCESS: 12,
};

/** The attempt that an event counts for: 1 where its producer does not count. */
export const effectiveAttempt = (event: Pick<TaskEvent, 'attempt'>): number => Math.max(1, event.attempt);

/** @throws RangeError for an event_id that is no UUID */
export function mergeKey(
  event: Pick<TaskEvent, 'status' | 'attempt' | 'event_time_us' | 'event_id' | 'source'>,
): MergeKey {
  at = 0;
  writeHex(classOf(event.status), 2);
  writeHex(effectiveAttempt(event), 8);
  writeHex(tierOf(event), 2);
  const rank = RANK[event.status] - (event.source === 'reconciler' ? 1 : 0);
  if (event.attempt !== 0) writeHex(rank, 2);
  // By its halves: shifting works on 32 bits.
  writeHex(Math.floor(event.event_time_us / 2 ** 28), 7);
  writeHex(event.event_time_us % 2 ** 28, 7);
  if (event.attempt === 0) writeHex(rank, 2);
  writeId(event.event_id);
  if (at !== KEY_LENGTH) throw new RangeError(`mergeKey: ${event.event_id} is no UUID`);
  return key.toString('latin1', 0, KEY_LENGTH);
}

/** The key in the making, digit by digit: put together from texts it would leave ten of them behind, for every event. */
const KEY_LENGTH = 2 + 8 + 2 + 2 + 14 + 32;
/** With room for an id that is too long. */
const key = Buffer.alloc(2 * KEY_LENGTH);
let at = 0;

const HYPHEN = 0x2d;
const HEX_DIGITS = Buffer.from('0123456789abcdef');

/** @param value below 2^32 */
function writeHex(value: number, digits: number): void {
  for (let shift = 4 * (digits - 1); shift >= 0; shift -= 4)
    key[at++] = HEX_DIGITS[(value >>> shift) & 0xf] as number;
}

/** Written as it is, by one call out of JavaScript, and then drawn together: each digit moves to the left. */
function writeId(eventId: string): void {
  const end = at + key.write(eventId, at);
  for (let from = at; from < end; from++) {
    const digit = key[from] as number;
    if (digit !== HYPHEN) key[at++] = digit;
  }
}

function classOf(status: TaskStatus): number {
  if (status === 'SUCCESS') return 2;
  return status === 'CANCELLED' ? 1 : 0;
}

function tierOf(event: Pick<TaskEvent, 'status' | 'attempt'>): number {
  if (event.attempt === 0) return 1;
  return event.status === 'PENDING' ? 0 : 2;
}
