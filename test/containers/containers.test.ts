import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { waitUntil } from '@taskwire/test-harness';
import { findContainerEngine } from '../../scripts/setup/find-container-engine.js';
import { type Deployment, deploy, type ShownTask } from './deployment.ts';
import { type Engine, prepareEngine } from './engine.ts';

const BACK_MS_MAX = 10_000;
/** What a script in the container says of `host port`. */
const CONNECT_IN_NODE = `const [host, port] = process.argv.slice(1);
  const socket = require('net').connect({ host, port, timeout: 2000 });
  const end = (word) => { console.log(word); process.exit(); };
  socket.on('connect', () => end('reached')).on('error', () => end('refused')).on('timeout', () => end('refused'));`;
const CONNECT_IN_PYTHON = `import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=2)
    print("reached")
except OSError:
    print("refused")`;

const SERVICES = ['worker', 'web-1', 'web-2', 'redis', 'postgres', 'proxy'] as const;

const skip =
  findContainerEngine() === undefined && 'node scripts/setup.js --for-containers says what is missing';

describe('deploy/docker-compose.yml', { skip }, () => {
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
    for (const service of ['web-1', 'worker', 'secretflow-worker']) {
      const inside = (command: string) =>
        engine.docker(['exec', deployment.containerOf(service), 'sh', '-c', command]).trim();
      assert.equal(inside('id -u'), '1000');
      assert.equal(inside('touch /app/x 2>/dev/null && echo written || echo refused'), 'refused');
    }
  });

  it('carries the statuses of Celery tasks from their container into the database', async () => {
    for (const id of deployment.sendToCelery({ count: 10, pages: 3 })) {
      const { task_name, result, history } = await deployment.succeeds(id);
      assert.deepEqual([task_name, result], ['reports.make', { pages: 3 }]);
      const statuses = history.map(({ status }) => status);
      assert.deepEqual([...new Set(statuses)], ['PENDING', 'RUNNING', 'SUCCESS'], id);
    }
  });

  it('says of each container of ours whether it is well', async () => {
    for (const service of ['web-1', 'web-2', 'secretflow-worker']) await deployment.healthy(service);
  });

  for (const { service, connect } of [
    { service: 'worker', connect: ['node', '-e', CONNECT_IN_NODE] },
    { service: 'secretflow-worker', connect: ['python', '-c', CONNECT_IN_PYTHON] },
  ]) {
    it(`keeps a worker from the database: ${service} neither finds it nor reaches it`, () => {
      const database = deployment.containerOf('postgres');
      const addresses = engine
        .docker(['inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}', database])
        .trim()
        .split(' ');
      const tried = (host: string, port: string) =>
        engine.docker(['exec', deployment.containerOf(service), ...connect, host, port]).trim();
      assert.equal(tried('redis', '6379'), 'reached', 'what it may reach');
      for (const host of ['postgres', ...addresses]) assert.equal(tried(host, '5432'), 'refused', host);
    });
  }

  for (const service of SERVICES) {
    it(`loses nothing when ${service} is killed under load, which is back within 10 s`, async (t) => {
      const load = startLoad(deployment);
      await load.goesOn();
      await killAndWait(deployment, service, t);
      await load.goesOn();
      await load.assertComplete();
    });
  }

  it('loses no task of Celery when its worker is killed while it works, which is back within 10 s', async (t) => {
    // Each takes a second and a half, and two run at a time.
    const ids = deployment.sendToCelery({ count: 40, pages: 30 });
    await deployment.succeeds(ids[0] ?? '');
    assert.notEqual(
      (await deployment.show(ids.at(-1) ?? '')).status,
      'SUCCESS',
      'it has to be killed at work',
    );
    await killAndWait(deployment, 'secretflow-worker', t);
    for (const id of ids) {
      // What it ran goes on where Celery takes it for lost: after the visibility_timeout of examples/secretflow-worker.
      const { history } = await deployment.succeeds(id, 150_000);
      assertEachEventOnce(id, history);
    }
  });

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
      await deployment.healthy(service);
      await load.goesOn();
    }
    await load.assertComplete();
  });
});

async function killAndWait(deployment: Deployment, service: string, t: TestContext): Promise<void> {
  const pid = deployment.pidOf(service);
  process.kill(pid, 'SIGKILL');
  const begun = performance.now();
  await waitUntil(() => ![0, pid].includes(deployment.pidOf(service)), {
    what: `${service} to run again`,
    timeoutMs: BACK_MS_MAX,
  });
  t.diagnostic(`${service} runs again after ${Math.round(performance.now() - begun)} ms`);
}

function assertEachEventOnce(id: string, history: ShownTask['history']): void {
  const events = history.map(({ status, attempt, event_time }) => `${status} ${attempt} ${event_time}`);
  assert.equal(new Set(events).size, events.length, `${id}: ${events}`);
  assert.equal(history.filter(({ status }) => status === 'PENDING').length, 1, `${id}: ${events}`);
}

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
        assertEachEventOnce(id, history);
      }
    },
  };
}
