import { randomBytes } from 'node:crypto';
import { eventData, type TaskEvent, type TaskStatus } from '@taskwire/protocol';
import type { BatchEvent, DeadLetter } from '../src/store/batch.ts';

/** What tests say of an event; the rest is made up. */
export type EventWish = Partial<Omit<TaskEvent, 'data'>> & {
  readonly status: TaskStatus;
  readonly data?: Readonly<Record<string, unknown>>;
};

/** A version 1 event of now, with whatever the test wants different. */
export function buildEvent(wish: EventWish): TaskEvent {
  const nowMs = Date.now();
  return {
    schema_version: 1,
    event_id: uuidAt(nowMs),
    task_request_id: 'task-1',
    event_time_us: nowMs * 1000,
    worker_container: 'worker-1',
    task_name: 'tasks.test',
    attempt: 1,
    progress: null,
    publisher_id: null,
    sequence: null,
    source: null,
    traceparent: null,
    ...wish,
    data: eventData(wish.status, wish.data ?? {}),
  };
}

/** A random UUID version 7 of this time (ms since 1970). */
export function uuidAt(ms: number): string {
  const random = randomBytes(10).toString('hex');
  const time = Math.floor(ms).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6, 18)}`;
}

export function inBatch(event: TaskEvent): BatchEvent {
  return { event, lane: 'stream', payload: JSON.stringify(event) };
}

export function buildDeadLetter(wish: Partial<DeadLetter> = {}): DeadLetter {
  return {
    lane: 'stream',
    reason: 'not_json',
    detail: 'Unexpected token',
    payload: randomBytes(8).toString('hex'),
    payload_bytes: 16,
    task_request_id: null,
    publisher_id: null,
    sequence: null,
    ...wish,
  };
}
