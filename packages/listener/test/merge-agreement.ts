import assert from 'node:assert/strict';
import { mergeEvents, rowOf, type TaskEvent } from '@taskwire/protocol';
import { generateHistories, triedOften } from '../../protocol/test/generate-history.ts';
import type { Database } from '../src/store/database.ts';
import { migrate } from '../src/store/migrate.ts';
import { createTaskStatusService } from '../src/store/task-status-service.ts';
import { inBatch } from './build-event.ts';

/** How many histories are mixed into each other before they are cut into batches. */
const CHUNK = 500;
const BATCHES = 12;

/**
 * Writes generated histories, each event one to three times, all shuffled into each other and cut into batches, and
 * holds the rows in the database to the pure merge.
 * @param seed what is generated, so that a failure can be run again
 */
export async function assertMergesAgree(database: Database, histories: number, seed: number): Promise<void> {
  await migrate(database);
  const service = createTaskStatusService(database);
  await service.maintain();
  const startMs = Date.now() - 3_600_000;
  for (let done = 0; done < histories; done += CHUNK) {
    const random = seeded(seed + done);
    const count = Math.min(CHUNK, histories - done);
    const often = Math.ceil(count / 50);
    const chunk = [
      ...generateHistories(seed + done, count - often, { startMs, eventsMax: 8 }),
      ...generateHistories(seed + done + count - often, often, { startMs }, triedOften),
    ];
    const copies = chunk.flatMap(({ events }) =>
      events.flatMap((event) => Array(1 + Math.floor(random() * 3)).fill(event)),
    );
    const deliveries: readonly TaskEvent[] = shuffled(copies, random);
    const size = Math.ceil(deliveries.length / BATCHES);
    for (let from = 0; from < deliveries.length; from += size) {
      const events = deliveries
        .slice(from, from + size)
        .map((event) => inBatch({ ...event, publisher_id: null, sequence: null }));
      await service.apply({ events, deadLetters: [] });
    }
    const rows = new Map(
      (
        await readRows(
          database,
          chunk.map((each) => each.task_request_id),
        )
      ).map((row) => [row.task_request_id, row]),
    );
    for (const { task_request_id, events } of chunk) {
      assert.deepEqual(
        rows.get(task_request_id),
        expectedRow(events),
        `${task_request_id}: ${JSON.stringify(events)}`,
      );
    }
  }
}

interface StoredRow {
  readonly task_request_id: string;
  readonly result: unknown;
}

function readRows(database: Database, ids: readonly string[]): Promise<readonly StoredRow[]> {
  const us = (column: string) =>
    `(extract(epoch FROM ${column}) * 1000000)::double precision AS ${column}_us`;
  const sql = `
    SELECT task_request_id, task_name, status, attempt, progress, result, error, error_type, worker_source,
           ${us('created_at')}, ${us('started_at')}, ${us('finished_at')}, ${us('last_status_update')},
           (finals & (finals - 1)) <> 0 AS conflict
    FROM task_requests WHERE task_request_id = ANY ($1::text::text[])`;
  return database.query<StoredRow>({ name: '', sql }, [`{${ids.join(',')}}`]);
}

function expectedRow(events: readonly TaskEvent[]): object {
  const { result_json, ...row } = rowOf(mergeEvents(events));
  return { ...row, result: result_json === null ? null : JSON.parse(result_json) };
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** A linear congruential generator; only the order of deliveries depends on it. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
