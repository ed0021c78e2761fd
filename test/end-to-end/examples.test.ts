import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { createTaskStatusNotifier } from '@taskwire/notifier';
import { readSettings, redisNames, type Settings } from '@taskwire/protocol';
import {
  failOnLeaks,
  freshDatabaseUrl,
  isolatedRedisNames,
  sharedRedisUrl,
  startProcess,
} from '@taskwire/test-harness';
import { Worker } from 'bullmq';
import { readEvents } from '../../packages/server/test/event-reader.ts';
import { buildDashboard } from '../../scripts/setup/build-dashboard.js';

failOnLeaks();

/** A worker as its README has it, for the one task of the examples. */
async function startWorker(t: TestContext, settings: Settings): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-example-'));
  const notifier = createTaskStatusNotifier({
    redisUrl: settings.redisUrl,
    names: redisNames(settings),
    workerContainer: 'reports',
    outboxPath: path.join(directory, 'outbox.sqlite'),
  });
  await notifier.start();
  const work = notifier.processor(async (job) => ({ pages: 3, of: job.name }));
  const worker = new Worker(settings.taskQueue, work, {
    connection: { url: settings.redisUrl, maxRetriesPerRequest: null },
  });
  worker.on('error', () => {});
  t.after(async () => {
    await worker.close();
    await notifier.stop();
    rmSync(directory, { recursive: true, force: true });
  });
}

/** An example as a process of its own, with services and names of its own. */
async function startExample(t: TestContext, example: string) {
  const redisUrl = await sharedRedisUrl();
  const { prefix, channel, queue } = isolatedRedisNames();
  const environment = {
    REDIS_URL: redisUrl,
    DATABASE_URL: await freshDatabaseUrl(),
    // BullMQ takes no colon.
    TASKWIRE_TASK_QUEUE: prefix.replaceAll(':', '-'),
    TASKWIRE_KEY_PREFIX: prefix,
    TASK_STATUS_REDIS_CHANNEL: channel,
    TASK_STATUS_QUEUE_NAME: queue,
    PORT: '0',
  };
  const application = await startProcess(new URL(`../../examples/${example}`, import.meta.url), {
    env: environment,
  });
  t.after(() => application[Symbol.asyncDispose]());
  await startWorker(t, readSettings(environment));
  const [, url = ''] = await application.waitForLine(/listens on (http\S+)/);
  const ask = async (address: string, init: RequestInit = {}) => {
    const answer = await fetch(new URL(address, url), init);
    return { status: answer.status, url: answer.url, headers: answer.headers, text: await answer.text() };
  };
  const post = (address: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
    ask(address, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  return { application, url, ask, post };
}

describe('an application with taskwire in it', () => {
  before(() => buildDashboard());

  for (const example of [
    'fastify/main.ts',
    'express/main.ts',
    'hono/main.ts',
    'nest/main.ts',
    'nest/fastify-main.ts',
  ]) {
    it(`examples/${example} submits, shows and tells of tasks, goes on with its own, and ends`, async (t) => {
      const { application, url, ask, post } = await startExample(t, example);

      assert.equal((await ask('/')).text, 'the application');

      const page = await ask('/taskwire', { headers: { accept: 'text/html' } });
      assert.equal(page.url, new URL('/taskwire/', url).href);
      const script = /<script [^>]*src="([^"]+)"/.exec(page.text)?.[1] ?? '';
      assert.equal((await ask(new URL(script, page.url).href)).status, 200);

      await using reader = await readEvents(new URL('/taskwire/api/v1/events', url).href);
      const made: { task_request_id: string } = JSON.parse((await post('/reports', {})).text);
      await reader.sees(made.task_request_id, 'SUCCESS');
      const submitted = await post('/taskwire/api/v1/tasks', {
        task_name: 'by_http',
        params: { of: 'HTTP' },
      });
      assert.equal(submitted.status, 202);
      const location = submitted.headers.get('location') ?? '';
      await reader.sees(path.basename(location), 'SUCCESS');
      const task: { params: unknown; result: unknown } = JSON.parse((await ask(location)).text);
      assert.deepEqual(task.params, { of: 'HTTP' });
      assert.deepEqual(task.result, { pages: 3, of: 'by_http' });

      assert.equal((await ask('/taskwire/api/v1/nothing')).status, 404);
      assert.equal((await ask('/nothing')).status, 404);

      // While a reader of live updates is connected. Nest ends itself by the signal that it was told by.
      const { code, signal } = await application.stop(5_000);
      assert.ok(code === 0 || signal === 'SIGTERM', application.output());
      assert.doesNotMatch(application.output(), /error|warn/i);
    });
  }

  it('examples/express/users-main.ts lets in its own users as what they are, and pushes changes its own way', async (t) => {
    const { application, url, ask, post } = await startExample(t, 'express/users-main.ts');
    const [olga, victor] = [{ cookie: 'session=olgas' }, { cookie: 'session=victors' }];

    const stranger = await ask('/taskwire/', { redirect: 'manual', headers: { accept: 'text/html' } });
    assert.equal(stranger.headers.get('location'), '/sign-in');

    const stats = await ask('/taskwire/api/v1/stats', { headers: victor });
    assert.equal(stats.status, 200);
    const submit = (headers: Readonly<Record<string, string>>) =>
      post('/taskwire/api/v1/tasks', { task_name: 'make_report' }, headers);
    const sameSite = { origin: new URL(url).origin };
    assert.equal((await submit({ ...victor, ...sameSite })).status, 403);
    assert.equal((await submit({ ...olga, origin: 'https://evil.example' })).status, 403);
    const submitted = await submit({ ...olga, ...sameSite });
    assert.equal(submitted.status, 202);

    const following = new AbortController();
    const id = path.basename(submitted.headers.get('location') ?? '');
    const answer = await fetch(new URL(`/reports/${id}`, url), { headers: victor, signal: following.signal });
    assert.ok(answer.body);
    let pushed = '';
    for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
      pushed += text;
      if (pushed.endsWith('SUCCESS\n')) break;
    }
    following.abort();
    assert.match(pushed, /^(PENDING\n)?(RUNNING\n)?SUCCESS\n$/);

    assert.equal((await application.stop(5_000)).code, 0);
  });
});
