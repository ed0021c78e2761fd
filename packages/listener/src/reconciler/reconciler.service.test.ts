import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failOnLeaks, waitUntil } from '@taskwire/test-harness';
import { buildEvent, inBatch } from '../../test/build-event.ts';
import { type ListenerBed, layListenerBed } from '../../test/listener-bed.ts';
import { addToStream, wireEvent, wireEventV0 } from '../../test/wire-event.ts';
import { createSilentTaskRepository } from '../store/silent-task-repository.ts';
import { createTaskRequestRepository } from '../store/task-request-repository.ts';
import type { QueueBackend } from './queue-backend.ts';

failOnLeaks();

const GRACE_MS = 1_500;

async function beat(
  bed: ListenerBed,
  workerId: string,
  running: readonly string[],
  ageMs = 0,
): Promise<void> {
  const [seconds, microseconds] = await bed.redis.time();
  const heartbeat = {
    worker_id: workerId,
    worker_container: 'worker-1',
    publisher_id: null,
    pid: 1,
    started_at: new Date().toISOString(),
    at_ms: Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000) - ageMs,
    clock_skew_ms: 3,
    running,
    outbox_depth: 0,
    oldest_unacknowledged_ms: 0,
  };
  await bed.redis.hset(bed.names.heartbeats, workerId, JSON.stringify(heartbeat));
}

const reconcilerOf = (bed: ListenerBed, queueBackend?: QueueBackend) => ({
  silentTasks: createSilentTaskRepository(bed.database),
  graceMs: GRACE_MS,
  ...(queueBackend === undefined ? {} : { queueBackend }),
});

describe('the reconciler', () => {
  it('fails the task of a killed worker as WorkerLost, once, and a real late SUCCESS still wins', {
    timeout: 60_000,
  }, async () => {
    await using bed = await layListenerBed();
    const replicas = [1, 2].map(() => bed.listener({ reconciler: reconcilerOf(bed) }));
    await Promise.all(replicas.map((replica) => replica.start()));
    const tasks = createTaskRequestRepository(bed.database);
    await beat(bed, 'killed', ['lost']);
    await addToStream(bed.redis, bed.names, [
      wireEvent({ status: 'RUNNING', task_request_id: 'lost' }),
      wireEvent({ status: 'RUNNING', task_request_id: 'kept', sequence: 2 }),
    ]);
    await bed.redis.lpush(bed.names.queue, wireEventV0('version-0', 'RUNNING'));
    const alive = setInterval(() => void beat(bed, 'alive', ['kept']).catch(() => {}), 300);
    try {
      await waitUntil(async () => (await tasks.get('lost'))?.status === 'FAILURE', {
        what: 'the lost task to fail',
        timeoutMs: GRACE_MS + 10_000,
      });
    } finally {
      clearInterval(alive);
    }
    const row = await tasks.get('lost');
    assert.equal(row?.error_type, 'WorkerLost');
    assert.equal((await tasks.get('kept'))?.status, 'RUNNING');
    assert.equal((await tasks.get('version-0'))?.status, 'RUNNING');
    assert.equal(await bed.count("task_logs WHERE source = 'reconciler' AND task_request_id = 'lost'"), 1);
    const late = wireEvent({ status: 'SUCCESS', task_request_id: 'lost', sequence: 3 });
    await addToStream(bed.redis, bed.names, [late]);
    await waitUntil(async () => (await tasks.get('lost'))?.status === 'SUCCESS', { what: 'the late truth' });
    assert.equal((await tasks.get('lost'))?.error_type, null);
    const corrections = replicas.map((replica) => replica.metrics().totals.corrections);
    assert.equal(Math.min(...corrections), 0);
  });

  it('takes over what the queue knows, and leaves what the queue will run again', {
    timeout: 60_000,
  }, async () => {
    await using bed = await layListenerBed();
    const answers: Readonly<Record<string, Awaited<ReturnType<QueueBackend['state']>>>> = {
      done: { state: 'completed', result: { sum: 3 } },
      again: { state: 'waiting' },
    };
    const queueBackend = { state: async (id: string) => answers[id] ?? { state: 'unknown' as const } };
    const running = ['done', 'again'].map((id) => buildEvent({ status: 'RUNNING', task_request_id: id }));
    await bed.service.apply({ events: running.map(inBatch), deadLetters: [] });
    await beat(bed, 'killed', ['done', 'again'], GRACE_MS * 2);
    const listener = bed.listener({ reconciler: reconcilerOf(bed, queueBackend) });
    await listener.start();
    const tasks = createTaskRequestRepository(bed.database);
    await waitUntil(async () => (await tasks.get('done'))?.status === 'SUCCESS', {
      what: 'the answer of the queue',
      timeoutMs: 15_000,
    });
    assert.deepEqual((await tasks.get('done'))?.result, { sum: 3 });
    assert.equal((await tasks.get('again'))?.status, 'RUNNING');
  });

  it('carries heartbeats into the database, and throws away what is none', async () => {
    await using bed = await layListenerBed();
    await beat(bed, 'worker-a', ['task-1']);
    await bed.redis.hset(bed.names.heartbeats, 'rubbish', '{');
    await beat(bed, 'gone', [], 2 * 3_600_000);
    const listener = bed.listener();
    await listener.start();
    await waitUntil(async () => (await bed.count('task_workers')) === 2, { what: 'the workers' });
    await waitUntil(async () => (await bed.redis.hlen(bed.names.heartbeats)) === 1, { what: 'a tidy hash' });
    await waitUntil(() => listener.metrics().gauges.workers_alive === 1, { what: 'the gauge' });
    assert.equal(listener.metrics().gauges.clock_skew_ms_max, 3);
  });
});
