import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { decodeEvent } from '@taskwire/protocol';
import { failOnLeaks, freshDatabaseUrl } from '@taskwire/test-harness';
import fc from 'fast-check';
import { inOneBlock, LIMITS, usualEvents } from '../../test/usual-events.ts';
import type { BatchEvent } from './batch.ts';
import type { EncodedBatch } from './batch-encoder.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import { createTaskStatusService, type TaskStatusService } from './task-status-service.ts';

failOnLeaks();

interface Store {
  readonly database: Database;
  readonly service: TaskStatusService;
}

async function openStore(): Promise<Store> {
  const database = openPostgres({ url: await freshDatabaseUrl() });
  await migrate(database);
  // The events of the generator are of one day, for which there is a part of the history.
  const service = createTaskStatusService(database, { clock: () => LIMITS.nowMs });
  await service.maintain();
  return { database, service };
}

/** What is told apart by when it was written is left out. */
const ROWS = {
  task_logs: "to_jsonb(t) - 'received_at'",
  task_requests: "to_jsonb(t) - 'last_heard_at'",
  task_publishers: "to_jsonb(t) - '{first_seen_at,last_seen_at}'::text[]",
} as const;

async function rows({ database }: Store): Promise<unknown> {
  const tables = Object.entries(ROWS).map(async ([table, shown]) => [
    table,
    await database.query({ name: '', sql: `SELECT ${shown} AS row FROM ${table} AS t ORDER BY t::text` }),
  ]);
  return Object.fromEntries(await Promise.all(tables));
}

async function empty({ database }: Store): Promise<void> {
  await database.script(`TRUNCATE ${Object.keys(ROWS).join(', ')}, dead_letters, task_commits`);
}

const bytesOf = (events: readonly object[]) => inOneBlock(events.map((event) => JSON.stringify(event)));

function decodedOf(events: readonly object[]): readonly BatchEvent[] {
  return events.map((event) => {
    const decoded = decodeEvent(Buffer.from(JSON.stringify(event)), LIMITS);
    assert.ok(decoded.ok);
    return { event: decoded.event, lane: 'stream', payload: JSON.stringify(event) };
  });
}

function encode({ service }: Store, events: readonly object[]): EncodedBatch {
  const encoded = service.encode(bytesOf(events), LIMITS);
  assert.ok(encoded !== null);
  return encoded;
}

describe('an encoded batch', () => {
  let encodedStore: Store;
  let decodedStore: Store;
  before(async () => {
    [encodedStore, decodedStore] = await Promise.all([openStore(), openStore()]);
  });
  after(() => Promise.all([encodedStore, decodedStore].map(({ database }) => database.close())));

  const sample = (size: number): readonly Record<string, unknown>[] =>
    fc.sample(usualEvents, { numRuns: 200, seed: 7 }).find((events) => {
      return events.length === size && encodedStore.service.encode(bytesOf(events), LIMITS) !== null;
    }) ?? assert.fail(`none of ${size} events`);

  it('writes what its events would, and those are copies of its own then', async () => {
    await fc.assert(
      fc.asyncProperty(usualEvents, async (events) => {
        const encoded = encodedStore.service.encode(bytesOf(events), LIMITS);
        if (encoded === null) return;
        await Promise.all([encodedStore, decodedStore].map(empty));
        const outcome = await encodedStore.service.applyEncoded(encoded);
        encoded.done();
        const batch = { events: decodedOf(events), deadLetters: [] };
        const expected = await decodedStore.service.apply(batch);
        assert.ok(outcome.done);
        assert.equal(outcome.conflicts, expected.conflicts);
        assert.deepEqual(outcome.publishers, expected.publishers);
        assert.deepEqual(
          outcome.changes.map(({ revision, transaction, ...change }) => change),
          expected.changes.map(({ revision, transaction, ...change }) => change),
        );
        assert.deepEqual(await rows(encodedStore), await rows(decodedStore));

        const again = await encodedStore.service.apply(batch);
        assert.ok(again.outcomes.every((each) => each === 'duplicate'));
        assert.deepEqual(await rows(encodedStore), await rows(decodedStore));
      }),
      { numRuns: 60 },
    );
  });

  it('says which of its events are new where others are known, and the long way goes on from there', async () => {
    await empty(encodedStore);
    const events = sample(9);
    const { service } = encodedStore;
    const known = events.slice(0, 3);
    assert.equal((await service.applyEncoded(encode(encodedStore, known))).done, true);

    const outcome = await service.applyEncoded(encode(encodedStore, events));
    assert.ok(!outcome.done);
    assert.deepEqual(outcome.inserted, new Set(events.slice(3).map(({ event_id }) => event_id)));
    const { outcomes, publishers } = await service.apply(
      { events: decodedOf(events), deadLetters: [] },
      { inserted: outcome.inserted },
    );
    assert.deepEqual(outcomes, [...known.map(() => 'duplicate'), ...events.slice(3).map(() => 'inserted')]);
    assert.ok(publishers.every(({ missing, reused_sequences }) => missing.length + reused_sequences === 0));

    await empty(decodedStore);
    await decodedStore.service.apply({ events: decodedOf(events), deadLetters: [] });
    const [ours, theirs] = (await Promise.all([rows(encodedStore), rows(decodedStore)])) as [
      { readonly task_requests: unknown },
      { readonly task_requests: unknown },
    ];
    assert.deepEqual(ours.task_requests, theirs.task_requests);
  });

  it('is written once more where it was taken for new and one of its events was known', async () => {
    await empty(encodedStore);
    const { service } = encodedStore;
    const [first] = sample(1);
    const many = (from: number) =>
      Array.from({ length: 100 }, (_, index) => ({
        ...first,
        event_id: `${String(first?.event_id).slice(0, -12)}${(from + index).toString(16).padStart(12, '0')}`,
        sequence: from + index,
      }));
    for (let batch = 0; batch < 10; batch++)
      assert.equal((await service.applyEncoded(encode(encodedStore, many(100 * batch + 1)))).done, true);
    const outcome = await service.applyEncoded(encode(encodedStore, many(951)));
    assert.ok(!outcome.done);
    assert.equal(outcome.inserted?.size, 50);
  });

  it('counts sequences that another event has used', async () => {
    await empty(encodedStore);
    const { service } = encodedStore;
    const [event] = sample(1);
    await service.applyEncoded(encode(encodedStore, [event as object]));
    const other = { ...event, event_id: String(event?.event_id).replace(/.$/, 'f') };
    const outcome = await service.applyEncoded(encode(encodedStore, [other]));
    assert.ok(outcome.done);
    assert.deepEqual(outcome.publishers[0]?.reused_sequences, 1);
  });

  it('is left to its events where the database refuses one, on a connection that goes on', async () => {
    const [event] = sample(1);
    const encoded = encode(encodedStore, [event as object]);
    await encodedStore.database.script('ALTER TABLE task_logs ADD CONSTRAINT none CHECK (false) NOT VALID');
    try {
      assert.deepEqual(await encodedStore.service.applyEncoded(encoded), { done: false });
    } finally {
      await encodedStore.database.script('ALTER TABLE task_logs DROP CONSTRAINT none');
    }
    await empty(encodedStore);
    assert.equal((await encodedStore.service.applyEncoded(encoded)).done, true);
  });

  it('is not for a database that is not PostgreSQL', async () => {
    await using database = await openPglite();
    assert.equal(createTaskStatusService(database).encode(bytesOf(sample(1)), LIMITS), null);
  });
});

it('a PostgreSQL that is not there is worth trying again', async () => {
  await using database = openPostgres({ url: 'postgres://nobody@127.0.0.1:1/nothing' });
  const service = createTaskStatusService(database);
  const [events] = fc.sample(usualEvents, 1);
  const encoded = service.encode(bytesOf([{ ...events?.[0], data: {} }]), LIMITS);
  assert.ok(encoded !== null);
  await assert.rejects(service.applyEncoded(encoded), { code: 'database_unavailable', retryable: true });
});
