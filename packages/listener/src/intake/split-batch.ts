import type { DecodedBatch, DecodedEvent } from './decode-deliveries.ts';

/**
 * Two halves of a batch, each task's events together, so that a task whose row is locked is in one of them only.
 * Dead letters go with the first. Null where there is a single task.
 */
export function splitBatch(batch: DecodedBatch): readonly [DecodedBatch, DecodedBatch] | null {
  const byTask = Map.groupBy(batch.events, ({ event }) => event.task_request_id);
  if (byTask.size < 2) return null;
  const first: DecodedEvent[] = [];
  const second: DecodedEvent[] = [];
  let tasks = 0;
  for (const events of byTask.values()) {
    (tasks++ < byTask.size / 2 ? first : second).push(...events);
  }
  return [
    { events: first, deadLetters: batch.deadLetters },
    { events: second, deadLetters: [] },
  ];
}

/** Each event alone; dead letters with the first. For one task, whose events have to be told apart. */
export function splitEvents(batch: DecodedBatch): readonly DecodedBatch[] {
  return batch.events.map((event, index) => ({
    events: [event],
    deadLetters: index === 0 ? batch.deadLetters : [],
  }));
}
