import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { createTaskRequestRepository, openCeleryResults } from '@taskwire/listener';
import { silentLogger } from '@taskwire/protocol';
import { pythonForTests, type RedisServer, waitUntil } from '@taskwire/test-harness';
import { readPlainPickle } from '../../packages/listener/src/reconciler/celery/plain-pickle.ts';
import { prepareCeleryBed } from './celery-bed.ts';

const BACKENDS = {
  Redis: (broker: RedisServer) => `${broker.url}/1`,
  SQLAlchemy: (_: RedisServer, databaseUrl: string) => databaseUrl.replace(/^postgres\w*:/, 'db+postgresql:'),
} as const;

for (const [name, backend] of Object.entries(BACKENDS)) {
  it(`knows what became of a task from the ${name} result back end`, async () => {
    await using bed = await prepareCeleryBed({ backend });
    const results = openCeleryResults({
      url: backend(bed.broker, bed.databaseUrl),
      database: bed.running.database,
      logger: silentLogger,
      random: Math.random,
    });
    assert.ok(results !== null);
    try {
      assert.deepEqual(await results.state('not-there'), { state: 'unknown' });
      await using worker = await bed.startWorker({
        pool: 'prefork',
        settings: { task_track_started: true },
      });
      const file = path.join(bed.directory, 'go-on');
      await bed.send(
        { task: 'add', prefix: 'sum-', args: [1, 2] },
        { task: 'report', prefix: 'report-', args: [{ pages: 3, title: 'é' }] },
        { task: 'fail', prefix: 'failed-', args: ['no such thing'] },
        { task: 'die', prefix: 'killed-' },
        { task: 'add', prefix: 'expired-', args: [1, 2], options: { expires: -1 } },
      );
      await bed.send({ task: 'wait_for', prefix: 'running-', args: [file] });

      const ends = (id: string, state: string) =>
        waitUntil(
          async () => {
            const answer = await results.state(id);
            return answer.state === state && answer;
          },
          { what: `${id} to be ${state}`, timeoutMs: 30_000, pollMs: 50 },
        );
      const sum = await ends('sum-0', 'completed');
      assert.ok(sum.state === 'completed' && Math.abs((sum.finished_at_ms ?? 0) - Date.now()) < 120_000);
      assert.equal(sum.result, 3);
      const { finished_at_ms: _, ...report } = {
        finished_at_ms: 0,
        ...(await ends('report-0', 'completed')),
      };
      assert.deepEqual(report, { state: 'completed', result: { pages: 3, title: 'é' } });
      const { finished_at_ms: __, ...failed } = { finished_at_ms: 0, ...(await ends('failed-0', 'failed')) };
      assert.deepEqual(failed, { state: 'failed', error: 'no such thing', error_type: 'ValueError' });
      const killed = await ends('killed-0', 'failed');
      assert.equal(killed.state === 'failed' && killed.error_type, 'WorkerLostError');
      await ends('expired-0', 'cancelled');
      await ends('running-0', 'active');
      await worker.kill();
    } finally {
      await results.close();
    }
  });
}

it('takes over from the result back end what the events of a lost container did not tell', async () => {
  await using stack = new AsyncDisposableStack();
  const bed = stack.use(
    await prepareCeleryBed({
      brokerApart: true,
      backend: BACKENDS.Redis,
      reconciler: (broker, database) => {
        const url = BACKENDS.Redis(broker);
        const results = openCeleryResults({ url, database, logger: silentLogger, random: Math.random });
        assert.ok(results !== null);
        stack.defer(() => results.close());
        return { graceMs: 2_000, queueBackend: results };
      },
    }),
  );
  await using worker = await bed.startWorker({ pool: 'prefork' });
  const file = path.join(bed.directory, 'go-on');
  await bed.send(
    { task: 'wait_for', prefix: 'done-', args: [file] },
    { task: 'wait_under_my_name', prefix: 'celerys-own-', args: ['done-too', file] },
  );
  await bed.allHave('done-', 2, 'PENDING 1, RUNNING 1');

  // Its last word cannot be delivered, and the outbox that keeps it is lost with the container.
  await bed.redis.stop();
  writeFileSync(file, '');
  await worker.waitForLine(/wait_for\[done-0\] succeeded/);
  await worker.waitForLine(/wait_under_my_name\[celerys-own-0\] succeeded/);
  await worker.kill();
  for (const name of readdirSync(bed.directory)) {
    if (name.startsWith('outbox-celery-worker')) rmSync(path.join(bed.directory, name));
  }
  await bed.redis.start();

  await bed.allHave('done-', 2, 'PENDING 1, RUNNING 1, SUCCESS 1');
  assert.equal(await bed.running.count("task_logs WHERE source = 'reconciler'"), 2);
  const tasks = createTaskRequestRepository(bed.running.database);
  assert.equal((await tasks.get('done-0'))?.result, 'there it is');
  assert.equal((await tasks.get('done-too'))?.result, 'there it is, says done-too');
});

it('reads what pickle writes, whatever the protocol', () => {
  const code = `
import json, pickle, sys
shared = ["twice"]
value = {"none": None, "yes": True, "no": False, "small": [0, 255, 256, 65535, 65536, -1, 2**31 - 1, -(2**31), 2**53 - 1, -(2**40)],
    "float": [1.5, -0.25, 1e300], "text": ["", "é", "😀" * 100, "x" * 300], "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
    "nested": {"a": {"b": [[], {}]}}, "shared": [shared, shared], "many": list(range(2000)), "keys": {1: "one"}}
print(json.dumps({"value": value, "pickles": [pickle.dumps(value, protocol).hex() for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]}))
`;
  const run = spawnSync(pythonForTests(), ['-c', code], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  const { value, pickles } = JSON.parse(run.stdout) as { value: unknown; pickles: readonly string[] };
  assert.ok(pickles.length >= 4);
  for (const hex of pickles)
    assert.deepEqual(JSON.parse(JSON.stringify(readPlainPickle(Buffer.from(hex, 'hex'))?.value)), value);
});
