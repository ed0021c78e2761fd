import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONSUMER_GROUP, suspectsKey } from '@taskwire/protocol';
import { failOnLeaks, startPostgres, waitUntil } from '@taskwire/test-harness';
import pg from 'pg';
import { buildEvent, inBatch } from '../../test/build-event.ts';
import { layListenerBed } from '../../test/listener-bed.ts';
import { addToStream, lifeOfTasks, wireEvent } from '../../test/wire-event.ts';

failOnLeaks();

describe('a batch on its way into the database', () => {
  it('is held while PostgreSQL is down, and committed in less than two seconds after it is back', async () => {
    await using postgres = await startPostgres();
    await using bed = await layListenerBed({ databaseUrl: await postgres.createDatabase() });
    const listener = bed.listener();
    await listener.start();
    await addToStream(bed.redis, bed.names, lifeOfTasks('before', 10));
    await waitUntil(async () => (await bed.count('task_logs')) === 20, { what: '20 history rows' });
    await postgres.stop('immediate');
    await addToStream(bed.redis, bed.names, lifeOfTasks('during', 2_000, 'publisher-2'));
    const database = () => listener.health().parts.find(({ part }) => part === 'database');
    await waitUntil(() => database()?.state === 'down', { what: 'health to say so' });
    assert.match(database()?.meaning ?? '', /held/);
    // Reading has paused: not more than the batches in flight have left the stream.
    const pending = await waitUntil(
      async () => {
        const [count] = await bed.redis.xpending(bed.names.stream, 'task_status_listeners');
        return Number(count) > 0 && Number(count);
      },
      { what: 'a batch that is held' },
    );
    assert.ok(pending <= 2_000, `${pending} entries are held`);
    await postgres.start();
    const begun = performance.now();
    await waitUntil(async () => (await bed.count('task_logs')) === 4_020, { what: 'all history rows' });
    assert.ok(performance.now() - begun < 2_500, `${performance.now() - begun} ms`);
    assert.equal(database()?.state, 'ok');
    assert.equal(await bed.count('dead_letters'), 0);
  });

  it('survives that its connections are cut again and again, and doubles nothing', async () => {
    await using postgres = await startPostgres();
    const url = await postgres.createDatabase();
    await using bed = await layListenerBed({ databaseUrl: url });
    const listener = bed.listener({ batchEventsMax: 50 });
    await listener.start();
    const events = lifeOfTasks('task', 1_000);
    for (let i = 0; i < events.length; i += 100) {
      await addToStream(bed.redis, bed.names, events.slice(i, i + 100));
      await postgres.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'taskwire%'",
      );
    }
    await waitUntil(async () => (await bed.count('task_logs')) === 2_000, { what: '2000 history rows' });
    assert.equal(await bed.count("task_requests WHERE status = 'SUCCESS'"), 1_000);
    assert.equal(await bed.count('dead_letters'), 0);
    await waitUntil(() => listener.metrics().gauges.leader === 1, { what: 'a leader again' });
  });

  it('is held while the database is read-only, and health names the cause', async () => {
    await using postgres = await startPostgres();
    const url = await postgres.createDatabase();
    await using bed = await layListenerBed({ databaseUrl: url });
    const listener = bed.listener();
    await listener.start();
    const name = new URL(url).pathname.slice(1);
    const cut =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'taskwire%'";
    await postgres.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await postgres.query(cut);
    await addToStream(bed.redis, bed.names, [wireEvent({ status: 'RUNNING' })]);
    await waitUntil(
      () =>
        listener.health().parts.some(({ part, detail }) => part === 'database' && /read-only/.test(detail)),
      { what: 'the cause' },
    );
    await postgres.query(`ALTER DATABASE ${name} SET default_transaction_read_only = off`);
    await postgres.query(cut);
    await waitUntil(async () => (await bed.count('task_logs')) === 1, { what: 'the event' });
  });

  it('waits for nobody but the task whose row somebody else keeps locked', { timeout: 90_000 }, async () => {
    await using postgres = await startPostgres();
    const url = await postgres.createDatabase();
    await using bed = await layListenerBed({ databaseUrl: url });
    const running = ['locked-0', 'locked-1'].map((id) =>
      buildEvent({ status: 'RUNNING', task_request_id: id }),
    );
    await bed.service.apply({ events: running.map(inBatch), deadLetters: [] });
    const unlock = await lockRows(url, 'locked-%');
    const locked = ['locked-0', 'locked-1'].map((id, index) =>
      wireEvent({ status: 'SUCCESS', task_request_id: id, sequence: index + 1 }),
    );
    // All in one batch.
    await addToStream(bed.redis, bed.names, [...locked, ...lifeOfTasks('free', 30, 'publisher-2')]);
    const listener = bed.listener({ claimIdleMs: 1_000 });
    await listener.start();
    await waitUntil(async () => (await bed.count("task_requests WHERE status = 'SUCCESS'")) === 30, {
      what: 'the free ones',
      timeoutMs: 30_000,
    });
    await addToStream(bed.redis, bed.names, lifeOfTasks('later', 30, 'publisher-3'));
    await waitUntil(async () => (await bed.count("task_requests WHERE status = 'SUCCESS'")) === 60, {
      what: 'those that came later',
    });
    assert.ok(listener.metrics().totals.locks_met > 0);
    await unlock();
    await waitUntil(async () => (await bed.count("task_requests WHERE status = 'SUCCESS'")) === 62, {
      what: 'those that were locked',
    });
    assert.equal(await bed.count('dead_letters'), 0);
  });

  it('leaves an entry in the stream for as long as one of its events is kept out by a locked row', {
    timeout: 90_000,
  }, async () => {
    await using postgres = await startPostgres();
    const url = await postgres.createDatabase();
    await using bed = await layListenerBed({ databaseUrl: url });
    const [first, ...others] = lifeOfTasks('task', 2);
    await addToStream(bed.redis, bed.names, first === undefined ? [] : [first]);
    await bed.listener({ claimIdleMs: 300 }).start();
    await waitUntil(async () => (await bed.count('task_logs')) === 1, { what: 'the row' });
    const unlock = await lockRows(url, 'task-0');
    await addToStream(bed.redis, bed.names, others, 3);
    const patient = { timeoutMs: 30_000 };
    await waitUntil(async () => (await bed.count('task_logs')) === 3, { what: 'the other task', ...patient });
    assert.equal(await bed.redis.xlen(bed.names.stream), 1);
    await unlock();
    await waitUntil(async () => (await bed.count('task_logs')) === 4, { what: 'that one', ...patient });
    await waitUntil(async () => (await bed.redis.xlen(bed.names.stream)) === 0, { what: 'an empty stream' });
    assert.equal(await bed.count('dead_letters'), 0);
  });

  it('keeps the mark of an event that listeners died of while its entry waits for a locked row', {
    timeout: 90_000,
  }, async () => {
    await using postgres = await startPostgres();
    const url = await postgres.createDatabase();
    await using bed = await layListenerBed({ databaseUrl: url });
    const { redis, names } = bed;
    const [waiting, killer] = ['locked', 'killer'].map((id, index) =>
      wireEvent({ status: 'SUCCESS', task_request_id: id, sequence: index + 1 }),
    );
    assert.ok(waiting && killer);
    const running = buildEvent({ status: 'RUNNING', task_request_id: 'locked' });
    await bed.service.apply({ events: [inBatch(running)], deadLetters: [] });
    const unlock = await lockRows(url, 'locked');
    await redis.xgroup('CREATE', names.stream, CONSUMER_GROUP, '0', 'MKSTREAM');
    await addToStream(redis, names, [waiting, killer], 2);
    for (const start of ['>', '0', '0', '0']) {
      await redis.xreadgroup('GROUP', CONSUMER_GROUP, 'dead', 'STREAMS', names.stream, start);
    }
    const [entry] = await redis.xrange(names.stream, '-', '+');
    const mark = `${entry?.[0]}/1`;
    await redis.hset(suspectsKey(names), mark, 3);
    const listener = bed.listener({ claimIdleMs: 200 });
    await listener.start();
    await waitUntil(async () => Number(await redis.hget(suspectsKey(names), mark)) >= 5, {
      what: 'two claims of the entry, and the mark to stay',
      timeoutMs: 30_000,
    });
    await unlock();
    await waitUntil(async () => (await redis.xlen(names.stream)) === 0, {
      what: 'an empty stream',
      timeoutMs: 30_000,
    });
    await waitUntil(async () => (await redis.exists(suspectsKey(names))) === 0, { what: 'no marks' });
    assert.equal(await bed.count('dead_letters'), 1);
    assert.deepEqual(listener.metrics().dead_letters, { kills_the_listener: 1 });
    assert.equal(await bed.count("task_requests WHERE status = 'SUCCESS'"), 1);
  });

  it('is acknowledged again when the listener fails between commit and acknowledgement', async () => {
    await using bed = await layListenerBed();
    let failures = 3;
    const failpoints = {
      afterCommit: () => {
        if (failures-- > 0) throw new Error('a failpoint');
      },
    };
    const listener = bed.listener({ failpoints });
    await listener.start();
    await addToStream(bed.redis, bed.names, lifeOfTasks('task', 20));
    await waitUntil(async () => (await bed.redis.xlen(bed.names.stream)) === 0, { what: 'an empty stream' });
    assert.equal(await bed.count('task_logs'), 40);
    assert.ok(listener.metrics().totals.part_restarts >= 1);
  });
});

/** Somebody else keeps the rows of these tasks (a pattern of LIKE) locked. @returns what ends that */
async function lockRows(connectionString: string, tasks: string): Promise<() => Promise<void>> {
  const somebody = new pg.Client({ connectionString });
  await somebody.connect();
  await somebody.query('BEGIN');
  await somebody.query('SELECT 1 FROM task_requests WHERE task_request_id LIKE $1 FOR UPDATE', [tasks]);
  return async () => {
    await somebody.query('COMMIT');
    await somebody.end();
  };
}
