import { messageOf } from '@taskwire/protocol';
import type { BatchEvent, DeadLetter, DeadLetterReason } from './batch.ts';
import { sqlStateOf } from './sql-state.ts';

/** The dead letter of an event whose id another one has. */
export function eventIdReused(item: BatchEvent): DeadLetter {
  const detail = `event_id ${item.event.event_id} belongs to another event, which came first`;
  return deadLetter(item, 'event_id_reused', detail);
}

/** Why the database said no is what an operator needs to see; the SQLSTATE is what to search for. */
export function refusedByDatabase(item: BatchEvent, error: unknown): DeadLetter {
  // 23514 from the partitioned table itself: no part of the history covers the event's time any more.
  const expired = sqlStateOf(error) === '23514' && /no partition of relation/.test(messageOf(error));
  const detail = `${messageOf(error)} (SQLSTATE ${sqlStateOf(error) ?? 'unknown'})`;
  return deadLetter(item, expired ? 'expired' : 'refused_by_database', detail);
}

function deadLetter(
  { event, lane, payload }: BatchEvent,
  reason: DeadLetterReason,
  detail: string,
): DeadLetter {
  return {
    lane,
    reason,
    detail,
    payload,
    payload_bytes: Buffer.byteLength(payload),
    task_request_id: event.task_request_id,
    publisher_id: event.publisher_id,
    sequence: event.sequence,
  };
}
