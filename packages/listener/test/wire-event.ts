import { formatTimestamp, type RedisNames, STREAM_FIELDS, type TaskStatus } from '@taskwire/protocol';
import type { Redis } from 'ioredis';
import { uuidAt } from './build-event.ts';

/** An event as a notifier sends it; whatever the test wants different goes over it. */
export function wireEvent(wish: Readonly<Record<string, unknown>> & { readonly status: TaskStatus }) {
  const nowMs = Date.now();
  return {
    schema_version: 1,
    event_id: uuidAt(nowMs),
    publisher_id: 'publisher-1',
    sequence: 1,
    task_request_id: 'task-1',
    attempt: 1,
    timestamp: formatTimestamp(nowMs * 1000),
    data: {},
    worker_container: 'worker-1',
    task_name: 'tasks.test',
    ...wish,
  };
}
export type WireEvent = ReturnType<typeof wireEvent>;

/** What a producer of version 0 sends, one JSON object; the same text goes to the channel and to the list. */
export function wireEventV0(taskRequestId: string, status: TaskStatus, data: object = {}): string {
  return JSON.stringify({
    task_request_id: taskRequestId,
    status,
    timestamp: new Date().toISOString().slice(0, -1),
    data,
    worker_container: 'worker-v0',
  });
}

/** Adds events to the stream as a notifier's script does, so many of one publisher in an entry. */
export async function addToStream(
  redis: Redis,
  names: RedisNames,
  events: readonly WireEvent[],
  eventsAnEntry = 1,
): Promise<void> {
  const pipeline = redis.pipeline();
  for (let from = 0; from < events.length; from += eventsAnEntry) {
    const together = events.slice(from, from + eventsAnEntry);
    const [first, ...others] = together as [WireEvent, ...WireEvent[]];
    pipeline.xadd(
      names.stream,
      '*',
      ...[STREAM_FIELDS.event, JSON.stringify(first)],
      ...[STREAM_FIELDS.eventId, together.map(({ event_id }) => event_id).join(' ')],
      ...[STREAM_FIELDS.publisherId, first.publisher_id],
      ...[STREAM_FIELDS.sequence, first.sequence],
      ...others.flatMap((event) => [STREAM_FIELDS.event, JSON.stringify(event)]),
    );
  }
  for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
}

/** RUNNING and SUCCESS of so many tasks, in the order of one publisher. */
export function lifeOfTasks(
  prefix: string,
  tasks: number,
  publisherId = 'publisher-1',
): readonly WireEvent[] {
  return Array.from({ length: tasks }, (_, task) => [
    wireEvent({ status: 'RUNNING', task_request_id: `${prefix}-${task}` }),
    wireEvent({ status: 'SUCCESS', task_request_id: `${prefix}-${task}`, data: { result: task } }),
  ])
    .flat()
    .map((event, index) => ({ ...event, publisher_id: publisherId, sequence: index + 1 }));
}
