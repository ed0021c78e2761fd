import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'node:test';
import { createTaskStatusNotifier } from '@taskwire/notifier';
import { CONSUMER_GROUP, queueConsumersKey } from '@taskwire/protocol';
import { waitUntil } from '@taskwire/test-harness';
import { assertClean } from './assert-clean.ts';
import { type Battlefield, prepareBattlefield } from './battlefield.ts';
import { observeListener, waitToSee } from './observe.ts';
import { PATIENCE_MS } from './patience.ts';

/** In place of a thousand; what is collected does not depend on how many they are. */
const PASSING = 200;
/** So that a consumer counts as dead after 2.4 s. */
const CLAIM_IDLE = { TASKWIRE_CLAIM_IDLE_MS: '200' };

it('F32: consumers that come, take an entry and die are forgotten, and what they took is applied', async () => {
  await using field = await prepareBattlefield();
  const { stream } = field.names;
  await field.startPublishers(3, { eventsPerS: 200 });
  const listener = await field.startListener(CLAIM_IDLE);
  await field.progress(100);

  let taken = 0;
  for (let ghost = 0; ghost < PASSING; ghost++) {
    const group = ['GROUP', CONSUMER_GROUP, `ghost-${ghost}`] as const;
    const got = await field.redis.command(
      'XREADGROUP',
      ...group,
      'COUNT',
      1,
      'BLOCK',
      20,
      'STREAMS',
      stream,
      '>',
    );
    if (got !== null) taken += 1;
  }
  for (let kill = 0; kill < 5; kill++) await (await field.startListener(CLAIM_IDLE)).kill();
  assert.ok(taken > 0, 'some took an entry with them');

  await waitUntil(async () => (await consumersOf(field)).length === 1, {
    what: 'the one consumer that lives',
    timeoutMs: PATIENCE_MS,
    pollMs: 100,
  });
  const { metrics } = await observeListener(listener);
  assert.ok(metrics.totals.entries_claimed > 0);
  const queueConsumers = () => field.redis.command('ZCARD', queueConsumersKey(field.names));
  await waitUntil(async () => (await queueConsumers()) === 1, {
    what: 'the one consumer of the queue that lives',
    timeoutMs: PATIENCE_MS,
    pollMs: 50,
  });
  await assertClean(field);
});

it('F32: publishers, workers, tasks and dead letters that are gone longer than the retention leave nothing behind', async () => {
  await using field = await prepareBattlefield();
  const first = await field.startListener();
  const busy = await field.startPublisher({ slot: 0, eventsPerS: 200 });
  await field.progress(100);
  const connections = await connectionsOf(field);
  for (let wave = 0; wave < PASSING / 10; wave++) {
    await Promise.all(Array.from({ length: 10 }, (_, index) => passBy(field, wave * 10 + index)));
  }
  for (let kill = 0; kill < 3; kill++) {
    const victim = await field.startPublisher({ slot: 1, eventsPerS: 200 });
    await field.progress(100);
    await victim.kill();
  }
  const last = await field.startPublisher({ slot: 1, eventsPerS: 200 });
  await waitUntil(async () => (await recordsOf(field)).closed >= PASSING, {
    what: 'publishers that said goodbye',
    timeoutMs: PATIENCE_MS,
    pollMs: 50,
  });
  await waitUntil(async () => (await connectionsOf(field)) <= connections + 2, {
    what: 'no more connections than before',
    timeoutMs: PATIENCE_MS,
    pollMs: 50,
  });

  await first.kill();
  await letTimePass(field, [busy.pid, last.pid]);
  // A leader begins with what is due.
  const second = await field.startListener();
  await waitToSee(
    () => observeListener(second),
    ({ health }) => health.parts.some(({ part, state }) => part === 'collector' && state === 'ok'),
    'a leader that has collected',
  );

  await waitUntil(
    async () => {
      const { tasks, publishers, workers, acks, heartbeats } = await recordsOf(field);
      assert.deepEqual({ tasks, workers, heartbeats }, { tasks: 0, workers: 2, heartbeats: 2 });
      // Those of the killed processes live on in the outbox of the next one, which speaks of them.
      assert.ok(publishers <= 5, `${publishers} publishers`);
      assert.equal(acks, publishers);
      return true;
    },
    { what: 'records of the living only', timeoutMs: PATIENCE_MS, pollMs: 50 },
  );
  const { metrics } = await observeListener(second);
  assert.equal(metrics.totals.acks_gone_back, 0, 'forgetting is not taken for a loss');
  assert.ok(metrics.totals.records_collected >= 3 * PASSING, `${metrics.totals.records_collected} records`);
  await assertClean(field);
});

async function consumersOf(field: Battlefield): Promise<readonly unknown[]> {
  return (await field.redis.command('XINFO', 'CONSUMERS', field.names.stream, CONSUMER_GROUP)) as unknown[];
}

/** A worker that runs one task and goes. */
async function passBy(field: Battlefield, number: number): Promise<void> {
  await using worker = createTaskStatusNotifier({
    redisUrl: field.redis.url,
    names: field.names,
    workerContainer: `passing-${number}`,
    // Every other one finds the outbox of an earlier one.
    outboxPath: path.join(field.directory, `passing-${number % (PASSING / 2)}.sqlite`),
    stopTimeoutMs: 20_000,
  });
  await worker.start();
  await worker.run({ task_request_id: `passing-${number}` }, async () => number);
}

/** What is left of those who pass by. */
async function recordsOf(field: Battlefield) {
  const [rows] = await field.postgres.query<Record<'tasks' | 'publishers' | 'closed' | 'workers', number>>(
    `SELECT (SELECT count(*)::integer FROM task_requests WHERE task_request_id LIKE 'passing-%') AS tasks,
            (SELECT count(*)::integer FROM task_publishers) AS publishers,
            (SELECT count(*)::integer FROM task_publishers WHERE closed_at IS NOT NULL) AS closed,
            (SELECT count(*)::integer FROM task_workers) AS workers`,
    [],
    field.databaseUrl,
  );
  assert.ok(rows);
  const { acks, heartbeats } = field.names;
  return {
    ...rows,
    acks: Number(await field.redis.command('HLEN', acks)),
    heartbeats: Number(await field.redis.command('HLEN', heartbeats)),
  };
}

/**
 * Makes everything that those who are gone have left a hundred days old, while no listener runs. Their heartbeats were
 * taken out of Redis by the leader of that time.
 */
async function letTimePass(field: Battlefield, living: readonly number[]): Promise<void> {
  const { heartbeats } = field.names;
  for (const worker of (await field.redis.command('HKEYS', heartbeats)) as readonly string[]) {
    const lives = worker.startsWith('publisher-') && living.some((pid) => worker.includes(`:${pid}:`));
    if (!lives) await field.redis.command('HDEL', heartbeats, worker);
  }
  const aged = (column: string) => `${column} = ${column} - interval '100 days'`;
  for (const sql of [
    `UPDATE task_requests SET ${['created_at', 'last_status_update', 'last_heard_at'].map(aged)}
     WHERE task_request_id LIKE 'passing-%'`,
    `UPDATE task_publishers SET ${['last_seen_at', 'closed_at'].map(aged)} WHERE worker_container LIKE 'passing-%'`,
    `UPDATE task_workers SET ${aged('heartbeat_at')} WHERE pid NOT IN (${living})`,
  ]) {
    await field.postgres.query(sql, [], field.databaseUrl);
  }
}

async function connectionsOf(field: Battlefield): Promise<number> {
  return String(await field.redis.command('CLIENT', 'LIST')).split('\n').length;
}
