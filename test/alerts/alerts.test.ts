import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { STREAM_FIELDS, type WorkerHeartbeat } from '@taskwire/protocol';
import { alertNamesIn, hastened, REPOSITORY, readRules } from './alert-rules.ts';
import { startPrometheus } from './prometheus.ts';
import { publishSteadily } from './publish-steadily.ts';
import { prepareScene } from './scene.ts';
import { type AlertsFromHere, watchAlerts } from './watch-alerts.ts';

/** Longer than most rules wait, so that one that fires without a reason would show. */
const QUIET_MS = 6_000;

test('each alert fires on the fault that it is for, and ends with it', async (t) => {
  const rules = readRules();
  await using scene = await prepareScene();
  const { ours, other, redis, postgres } = scene;
  const { stream, queue, heartbeats } = scene.names;
  const inOurDatabase = (sql: string) => postgres.query(sql, [], ours.databaseUrl);
  await using prometheus = await startPrometheus(hastened(rules));
  using watched = watchAlerts(prometheus);

  /** The next step would wait in vain for what this one left undone. */
  const step = async (name: string, work: (alerts: AlertsFromHere) => Promise<void>): Promise<void> => {
    let failure: unknown;
    await t.test(name, () =>
      work(watched.fromNow()).catch((error: unknown) => {
        failure = error;
        throw error;
      }),
    );
    if (failure !== undefined) throw new Error(`it stopped where ${name}`, { cause: failure });
  };

  // To touch so much memory takes a while; nobody looks at it before its turn comes.
  const hog = fileURLToPath(new URL('fill-memory.ts', import.meta.url));
  const stranger = await other.start({ nodeFlags: [`--import=${hog}`] });
  const listener = await ours.start();
  prometheus.lookAt([ours.address]);

  await step('nobody works', (alerts) => alerts.untilFired('TaskwireNoWorkers'));

  const worker = scene.worker('worker-1');
  await worker.start();
  using _load = publishSteadily(worker);
  const lost = await scene.startLostWorker();

  await step('a system that is well is quiet', async () => {
    await watched.untilQuiet();
    const alerts = watched.fromNow();
    await sleep(QUIET_MS);
    assert.deepEqual(alerts.fired(), []);
  });

  // Given up 30 s after its last heartbeat; other things go wrong meanwhile.
  await lost.kill();
  const sinceItsDeath = watched.fromNow();

  await step('producers do what they should not, and clocks are wrong', async (alerts) => {
    const ahead = scene.worker('ahead', () => Date.now() + 60_000);
    await ahead.start();
    await redis.command('XADD', stream, '*', STREAM_FIELDS.event, 'no JSON');
    const first = await scene.addToStream({ status: 'RUNNING' });
    await scene.addToStream({ ...first, status: 'RUNNING', data: { other: 'content' } });
    await scene.addToStream({ status: 'FAILURE', sequence: 2 });
    await scene.addToStream({ status: 'SUCCESS', sequence: 3 });
    await scene.addToStream({ status: 'RUNNING', sequence: 7 });
    // What a worker says that has held 200,000 events for longer than five minutes.
    const beat = {
      worker_id: 'full',
      worker_container: 'full',
      publisher_id: null,
      pid: 1,
      started_at: new Date().toISOString(),
      at_ms: Date.now(),
      clock_skew_ms: 0,
      running: [],
      outbox_depth: 200_000,
      oldest_unacknowledged_ms: 400_000,
    } satisfies WorkerHeartbeat;
    await redis.command('HSET', heartbeats, beat.worker_id, JSON.stringify(beat));
    await alerts.untilFired(
      'TaskwireDeadLetters',
      'TaskwireIdsReused',
      'TaskwireMergeConflicts',
      'TaskwireEventsLostInRedis',
      'TaskwireOpenHoles',
      'TaskwireClockSkew',
      'TaskwireEventsUnacknowledged',
      'TaskwireOutboxesFill',
    );
    await redis.command('HDEL', heartbeats, beat.worker_id);
    await ahead.stop();
  });

  await step('the database forgets what it had acknowledged', async (alerts) => {
    await inOurDatabase('DELETE FROM task_publishers');
    await alerts.untilFired('TaskwireDatabaseWentBack');
  });

  await step('a worker died with its task', () => sinceItsDeath.untilFired('TaskwireTasksCorrected'));

  await step('the database is slow', async (alerts) => {
    await inOurDatabase(
      `CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
       'BEGIN PERFORM pg_sleep(1.2); RETURN NULL; END'`,
    );
    await inOurDatabase(
      'CREATE TRIGGER dawdle BEFORE INSERT ON task_logs FOR EACH STATEMENT EXECUTE FUNCTION dawdle()',
    );
    await alerts.untilFired('TaskwireCommitsSlow');
    await inOurDatabase('DROP TRIGGER dawdle ON task_logs');
  });

  await step('Redis refuses what is written', async (alerts) => {
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    await alerts.untilFired('TaskwireSecondLane', 'TaskwirePartDegraded');
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
  });

  await step('the database is gone, and events wait', async (alerts) => {
    await postgres.stop('immediate');
    // As if it had come a minute ago. What is in the stream besides is in the worker's outbox.
    const old = `${Date.now() - 60_000}-0`;
    const replace = "redis.call('DEL', KEYS[1]) redis.call('XADD', KEYS[1], ARGV[1], 'event', 'no JSON')";
    await redis.command('EVAL', replace, 1, stream, old);
    const push = "for i = 1, 12000 do redis.call('LPUSH', KEYS[1], 'no JSON') end";
    await redis.command('EVAL', push, 1, queue);
    await alerts.untilFired(
      'TaskwirePartDown',
      'TaskwirePartRestarts',
      'TaskwireNoLeader',
      'TaskwireBatchesHeld',
      'TaskwireEventsWaiting',
      'TaskwireQueueWaiting',
    );
    await redis.command('DEL', queue);
    await postgres.start();
  });

  await step('all alerts end when the faults have', () => watched.untilQuiet());

  await step('a second deployment counts as a replica, and takes too much memory', async (alerts) => {
    prometheus.lookAt([ours.address, other.address]);
    await alerts.untilFired('TaskwireTwoLeaders', 'TaskwireMemory');
  });

  await step('a process does not answer, and then none does', async (alerts) => {
    await stranger.kill();
    await alerts.untilFired('TaskwireTargetDown');
    await listener.kill();
    await alerts.untilFired('TaskwireNoListener');
  });

  assert.deepEqual([...watched.seen.keys()].sort(), [...alertNamesIn(rules)].sort());
  for (const { labels, annotations } of watched.seen.values()) {
    assert.match(labels.severity ?? '', /^(page|ticket)$/, labels.alertname);
    assert.ok(existsSync(path.join(REPOSITORY, annotations.runbook_url ?? 'none')), labels.alertname);
    for (const text of [annotations.summary, annotations.meaning]) {
      assert.match(text ?? '', /^(?!.*(<no value>|<error|%!)).{10,}$/, labels.alertname);
    }
  }
});
