import { randomBytes } from 'node:crypto';
import { createEventIdSource, eventData, type TaskEvent } from '@taskwire/protocol';

const newEventId = createEventIdSource({ now: Date.now, random: randomBytes });

/** A version 1 event of now, with whatever the test wants different. */
export function buildEvent(
  wish: Partial<Omit<TaskEvent, 'data'>> &
    Pick<TaskEvent, 'status' | 'task_request_id'> & { readonly data?: Readonly<Record<string, unknown>> },
): TaskEvent {
  return {
    schema_version: 1,
    event_id: newEventId(),
    event_time_us: Date.now() * 1000,
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
