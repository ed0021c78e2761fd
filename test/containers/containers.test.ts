import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { waitUntil } from '@taskwire/test-harness';
import { type Deployment, deploy } from './deployment.ts';
import { type Engine, prepareEngine, whyNoEngine } from './engine.ts';

const BACK_MS_MAX = 10_000;
const SERVICES = ['worker', 'web-1', 'web-2', 'redis', 'postgres', 'proxy'] as const;

describe('deploy/docker-compose.yml', { skip: whyNoEngine() ?? false }, () => {
  let engine: Engine;
  let deployment: Deployment;

  before(async () => {
    engine = await prepareEngine();
    deployment = await deploy(engine);
  });
  after(async () => {
    await deployment?.[Symbol.asyncDispose]();
    await engine?.[Symbol.asyncDispose]();
  });

  it('carries the status changes of a task from the worker container into the database', async () => {
    const task = await deployment.succeeds(await deployment.submit(), 120_000);
    const statuses = task.history.map(({ status }) => status);
    assert.deepEqual([statuses[0], statuses.at(-1)], ['PENDING', 'SUCCESS']);
    assert.ok(statuses.includes('RUNNING'), String(statuses));
  });

  it('runs nothing of ours as root, nor with a file system that it could write', () => {
    for (const service of ['web-1', 'worker']) {
      const inside = (command: string) =>
        engine.docker(['exec', deployment.containerOf(service), 'sh', '-c', command]).trim();
      assert.equal(inside('id -u'), '1000');
      assert.equal(inside('touch /app/x 2>/dev/null && echo written || echo refused'), 'refused');
    }
  });

  it('keeps a worker from the database: it neither finds it nor reaches it', () => {
    const database = deployment.containerOf('postgres');
    const addresses = engine
      .docker(['inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}', database])
      .trim()
      .split(' ');
    for (const host of ['postgres', ...addresses]) {
      const attempt = `const s = require('net').connect({ host: '${host}', port: 5432, timeout: 2000 });
        const end = (word) => { console.log(word); process.exit(); };
        s.on('connect', () => end('reached')).on('error', () => end('refused')).on('timeout', () => end('refused'));`;
      const tried = engine.docker(['exec', deployment.containerOf('worker'), 'node', '-e', attempt]);
      assert.equal(tried.trim(), 'refused', host);
    }
  });

  for (const service of SERVICES) {
    it(`loses nothing when ${service} is killed under load, which is back within 10 s`, async (t) => {
      const load = startLoad(deployment);
      await load.goesOn();
      const pid = deployment.pidOf(service);
      process.kill(pid, 'SIGKILL');
      const begun = performance.now();
      await waitUntil(() => ![0, pid].includes(deployment.pidOf(service)), {
        what: `${service} to run again`,
        timeoutMs: BACK_MS_MAX,
      });
      t.diagnostic(`${service} runs again after ${Math.round(performance.now() - begun)} ms`);
      await load.goesOn();
      await load.assertComplete();
    });
  }

  it('goes on by itself when the network of the worker was cut and is there again', async () => {
    const load = startLoad(deployment);
    await load.goesOn();
    const network = engine.docker(['network', 'ls', '-q', '-f', 'name=_events']).trim();
    const worker = deployment.containerOf('worker');
    engine.docker(['network', 'disconnect', network, worker]);
    await load.submits(5);
    engine.docker(['network', 'connect', '--alias', 'worker', network, worker]);
    await load.goesOn();
    await load.assertComplete();
  });

  it('takes every request while the web replicas are replaced one by one', async () => {
    const load = startLoad(deployment);
    await load.goesOn();
    for (const service of ['web-1', 'web-2']) {
      deployment.compose('up', '-d', '--no-deps', '--no-build', '--force-recreate', service);
      const container = deployment.containerOf(service);
      await waitUntil(
        () => engine.docker(['inspect', '-f', '{{.State.Health.Status}}', container]).trim() === 'healthy',
        { what: `${service} to be healthy`, timeoutMs: 90_000, pollMs: 500 },
      );
      await load.goesOn();
    }
    await load.assertComplete();
  });
});

/** Submits one task after the other until it is asked for the outcome. */
function startLoad(deployment: Deployment) {
  const submitted: string[] = [];
  let over = false;
  const submitting = (async () => {
    while (!over) submitted.push(await deployment.submit());
  })();
  submitting.catch(() => {});
  const submits = (count: number): Promise<unknown> => {
    const from = submitted.length;
    return waitUntil(() => submitted.length >= from + count, {
      what: `${count} more tasks taken`,
      timeoutMs: 60_000,
    });
  };
  return {
    submits,
    /** A task that is submitted from now on succeeds. */
    goesOn: async () => {
      const from = submitted.length;
      await submits(2);
      await deployment.succeeds(submitted[from + 1] ?? '');
    },
    /** Every task has succeeded, and each of its events is in its history once. */
    assertComplete: async () => {
      over = true;
      await submitting;
      assert.ok(submitted.length > 0);
      for (const id of submitted) {
        const { history } = await deployment.succeeds(id, 90_000);
        const events = history.map(({ status, attempt, event_time }) => `${status} ${attempt} ${event_time}`);
        assert.equal(new Set(events).size, events.length, `${id}: ${events}`);
        assert.equal(history.filter(({ status }) => status === 'PENDING').length, 1, `${id}: ${events}`);
      }
    },
  };
}
