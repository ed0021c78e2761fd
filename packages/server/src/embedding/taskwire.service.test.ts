import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { failOnLeaks, freshDatabaseUrl, isolatedRedisNames, sharedRedisUrl } from '@taskwire/test-harness';
import { fastify } from 'fastify';
import { readEvents } from '../../test/event-reader.ts';
import type { Actor } from '../access/role.ts';
import { createTaskwire, type Taskwire, type TaskwireOptions } from './taskwire.ts';

failOnLeaks();

async function startTaskwire(t: TestContext, options: TaskwireOptions = {}): Promise<Taskwire> {
  const names = isolatedRedisNames();
  const taskwire = await createTaskwire({
    env: {},
    redisUrl: await sharedRedisUrl(),
    databaseUrl: await freshDatabaseUrl(),
    keyPrefix: names.prefix,
    channel: names.channel,
    queue: names.queue,
    taskQueue: names.prefix.replaceAll(':', '-'),
    ...options,
  });
  t.after(() => taskwire.stop());
  await taskwire.start();
  return taskwire;
}

/** An application on Node's own server. */
async function listen(
  t: TestContext,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const postTask = (url: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/api/v1/tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ task_name: 'tasks.test' }),
  });

describe('taskwire within an application', () => {
  it('answers below the prefix as a handler, and leaves everything else alone', async (t) => {
    const taskwire = await startTaskwire(t);
    const handle = taskwire.handler({ prefix: '/taskwire' });
    const url = await listen(t, (request, response) =>
      handle(request, response, () => response.end(`the application's ${request.url}`)),
    );
    for (const path of ['/', '/taskwired', '/tasks?taskwire/']) {
      assert.equal(await (await fetch(`${url}${path}`)).text(), `the application's ${path}`);
    }
    const submitted = await postTask(`${url}/taskwire`);
    assert.equal(submitted.status, 202);
    const location = submitted.headers.get('location') ?? '';
    assert.match(location, /^\/taskwire\/api\/v1\/tasks\//);
    const shown = await fetch(`${url}${location}`);
    assert.equal(shown.status, 200);
    for (const beside of ['openapi.json%00', 'metrics/', 'docs%00']) {
      const { status } = await fetch(`${url}/taskwire/${beside}`, { headers: { accept: 'text/html' } });
      assert.equal(status, 404, beside);
    }
    const nowhere = await fetch(`${url}/taskwire/api/v1/nothing`);
    assert.equal(nowhere.status, 404);
    assert.equal(((await nowhere.json()) as { instance: string }).instance, '/taskwire/api/v1/nothing');
  });

  it('takes what is submitted in code, refuses what is no task, and tells of changes', async (t) => {
    const taskwire = await startTaskwire(t);
    const ending = new AbortController();
    const changes = taskwire.changes({ signal: ending.signal })[Symbol.asyncIterator]();
    const first = changes.next();
    const url = await listen(t, taskwire.handler());
    await using reader = await readEvents(`${url}/api/v1/events`);
    await reader.settles();
    const task = await taskwire.submit({ task_name: 'tasks.test', params: { a: 1 } });
    assert.equal((await taskwire.task(task.task_request_id))?.status, 'PENDING');
    assert.equal(await taskwire.task('nobody'), null);
    await reader.sees(task.task_request_id, 'PENDING');
    const { value } = await first;
    assert.ok(value?.type === 'change');
    assert.equal(value.task.task_request_id, task.task_request_id);
    const next = changes.next();
    ending.abort();
    assert.equal((await next).done, true);
    await assert.rejects(taskwire.submit({ task_name: '' }), { code: 'request_invalid' });
    await assert.rejects(taskwire.submit({ task_name: 'a', params: [] as never }), {
      code: 'request_invalid',
      message: /^params: expected an object/,
    });
  });

  it('ends the changes when it stops, says no before it has started, and does not start again', async (t) => {
    const taskwire = await startTaskwire(t);
    const changes = taskwire.changes();
    const next = changes[Symbol.asyncIterator]().next();
    await taskwire.submit({ task_name: 'tasks.test' });
    assert.equal((await next).done, false);
    const last = changes[Symbol.asyncIterator]().next();
    await taskwire.stop();
    assert.equal((await last).done, true);
    await taskwire.stop();
    await assert.rejects(taskwire.start(), { code: 'stopped' });
    await assert.rejects(taskwire.changes()[Symbol.asyncIterator]().next(), { code: 'stopped' });
  });

  it('ends the answers of live readers when it stops, and refuses what comes later', async (t) => {
    const taskwire = await startTaskwire(t);
    const url = await listen(t, taskwire.handler());
    const reader = await readEvents(`${url}/api/v1/events`);
    await reader.settles();
    await taskwire.stop();
    assert.equal((await fetch(`${url}/api/v1/stats`)).status, 503);
    await reader.close();
  });

  it('takes a body that the application has read already', async (t) => {
    const taskwire = await startTaskwire(t);
    const handle = taskwire.handler();
    const url = await listen(t, async (request, response) => {
      const text = (await request.toArray()).join('');
      handle(Object.assign(request, { body: text === '' ? undefined : JSON.parse(text) }), response);
    });
    const answer = await postTask(url);
    assert.equal(answer.status, 202, await answer.clone().text());
  });

  it('lets in whom the application lets in, as what it says, and nobody from another site', async (t) => {
    const taskwire = await startTaskwire(t, { operatorTokens: [`ci:${'t'.repeat(32)}`] });
    const users: Readonly<Record<string, Actor>> = {
      olga: { name: 'olga', role: 'operator' },
      victor: { name: 'victor', role: 'viewer' },
    };
    const who = ({ headers }: Pick<IncomingMessage, 'headers'>): Actor | null =>
      users[String(headers['x-user'])] ?? null;
    const app = fastify();
    app.register(taskwire.fastify, { prefix: '/a', access: async (request) => who(request) });
    t.after(() => app.close());
    const asHandler = await listen(t, taskwire.handler({ prefix: '/a', access: who }));
    for (const url of [`${await app.listen({ port: 0 })}/a`, `${asHandler}/a`]) {
      const get = async (headers: Record<string, string>) =>
        (await fetch(`${url}/api/v1/stats`, { headers })).status;
      assert.equal(await get({}), 401);
      assert.equal(await get({ 'x-user': 'victor' }), 200);
      assert.equal(await get({ authorization: `Bearer ${'t'.repeat(32)}` }), 200);
      const post = async (headers: Record<string, string>) => (await postTask(url, headers)).status;
      const origin = new URL(url).origin;
      assert.equal(await post({ 'x-user': 'victor', origin }), 403);
      assert.equal(await post({ 'x-user': 'olga', origin }), 202);
      assert.equal(await post({ 'x-user': 'olga', origin: 'https://evil.example' }), 403);
      assert.equal(await post({ 'x-user': 'olga' }), 403);
    }
  });

  it('without tokens and without an access lets in this machine only, not what a proxy on it brings', async (t) => {
    const taskwire = await startTaskwire(t);
    const url = await listen(t, taskwire.handler());
    const get = async (headers: Record<string, string>) =>
      (await fetch(`${url}/api/v1/stats`, { headers })).status;
    assert.equal(await get({}), 200);
    assert.equal(await get({ 'x-forwarded-for': '192.0.2.1' }), 401);
  });

  it('reads its settings from the environment, but not what belongs to the application', async () => {
    const database = 'postgres://user@127.0.0.1:1/none';
    await using taskwire = await createTaskwire({
      env: { PORT: '/run/app.sock', LOG_LEVEL: 'trace', DATABASE_URL: 'mysql://host/app' },
      databaseUrl: database,
    });
    await taskwire.stop();
    await assert.rejects(createTaskwire({ env: {}, redisUrl: 'localhost' }), {
      code: 'setting_invalid',
      message: /^REDIS_URL: expected an address/,
    });
  });
});
