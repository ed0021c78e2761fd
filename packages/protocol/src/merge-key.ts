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

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** A time in 14 digits, by its halves: writing a number of more than 31 bits takes several times as long. */
const hexTime = (us: number): string => hex(Math.floor(us / 2 ** 28), 7) + hex(us % 2 ** 28, 7);

/** The attempt that an event counts for: 1 where its producer does not count. */
export const effectiveAttempt = (event: Pick<TaskEvent, 'attempt'>): number => Math.max(1, event.attempt);

export function mergeKey(
  event: Pick<TaskEvent, 'status' | 'attempt' | 'event_time_us' | 'event_id' | 'source'>,
): MergeKey {
  const rank = hex(RANK[event.status] - (event.source === 'reconciler' ? 1 : 0), 2);
  const time = hexTime(event.event_time_us);
  const order = event.attempt === 0 ? time + rank : rank + time;
  return `${classOf(event.status)}${hex(effectiveAttempt(event), 8)}${tierOf(event)}${order}${event.event_id.replaceAll('-', '')}`;
}

function classOf(status: TaskStatus): string {
  if (status === 'SUCCESS') return '02';
  return status === 'CANCELLED' ? '01' : '00';
}

function tierOf(event: Pick<TaskEvent, 'status' | 'attempt'>): string {
  if (event.attempt === 0) return '01';
  return event.status === 'PENDING' ? '00' : '02';
}
