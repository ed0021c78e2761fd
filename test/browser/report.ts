import assert from 'node:assert/strict';
import type { House } from './start-house.ts';

export interface Saying {
  readonly task_request_id: string;
  readonly status: string;
  readonly task_name?: string;
  readonly worker_container?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  /** Default: now, each a millisecond after the one before. */
  readonly at?: Date;
}

/** What a worker says of its tasks; in the database when this returns. */
export async function report(house: House, ...sayings: readonly Saying[]): Promise<void> {
  const nowMs = Date.now();
  const events = sayings.map(({ at, data = {}, ...saying }, index) => ({
    worker_container: 'worker-of-the-test',
    timestamp: (at ?? new Date(nowMs + index)).toISOString(),
    ...saying,
    data,
  }));
  const { dead_lettered } = await house.post<{ readonly dead_lettered: readonly unknown[] }>(
    'api/v1/events',
    events,
  );
  assert.deepEqual(dead_lettered, []);
}
