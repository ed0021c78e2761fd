import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { silentLogger } from '@taskwire/protocol';
import { createHealthServer, createOpenAccess, type HealthServerOptions, tokenAccessOf } from './health.ts';

const viewerToken = randomBytes(24).toString('base64url');
const tokens = {
  operatorTokens: [],
  operatorTokensFile: undefined,
  viewerTokens: [`victor:${viewerToken}`],
  viewerTokensFile: undefined,
  sessionHours: 1,
};
const needsToken = { access: tokenAccessOf(tokens, Date.now) ?? createOpenAccess() };
const asViewer = { headers: { authorization: `Bearer ${viewerToken}` } };

const DOWN = {
  part: 'database',
  state: 'down',
  since_ms: 0,
  detail: 'connect ECONNREFUSED db.internal',
  meaning: 'nothing can be written',
} as const;

const serve = async (wish: Partial<HealthServerOptions> = {}) => {
  const server = createHealthServer({
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
    readiness: { parts: [], listener: null, needs: 'everything' },
    metrics: null,
    metricsOpen: false,
    access: createOpenAccess(),
    requestsPerMinute: 0,
    ...wish,
  });
  await server.start();
  return server;
};

test('a process that answers for its health alone loads no framework', () => {
  const module = JSON.stringify(new URL('health.ts', import.meta.url));
  const script = `await import(${module}); console.log(Object.keys(process.getBuiltinModule('module')._cache).join());`;
  const flags = ['--conditions=taskwire-source', '--input-type=module', '--eval', script];
  const { stdout } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
  assert.match(stdout, /node_modules\/ioredis\//);
  assert.doesNotMatch(stdout, /node_modules\/(fastify|bullmq|typebox)\//);
});

test('it says that it lives, how its parts are, and what it counts', async () => {
  await using server = await serve();
  const live = await fetch(`${server.url()}/health/live?probe=1`);
  assert.deepEqual([live.status, await live.json()], [200, { alive: true }]);
  assert.match(live.headers.get('content-type') ?? '', /^application\/json/);
  assert.equal(live.headers.get('x-content-type-options'), 'nosniff');
  const ready = await fetch(`${server.url()}/health/ready`);
  assert.deepEqual([ready.status, await ready.json()], [200, { ready: true, state: 'ok', parts: [] }]);
  const metrics = await fetch(`${server.url()}/metrics`);
  assert.match(metrics.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  assert.match(await metrics.text(), /^taskwire_resident_bytes \d+$|^process_resident_memory_bytes \d+$/m);
  const head = await fetch(`${server.url()}/health/live`, { method: 'HEAD' });
  assert.deepEqual([head.status, await head.text()], [200, '']);
});

test('details are for those who are known, and metrics too unless they are open', async () => {
  const readiness = { parts: [() => DOWN], listener: null, needs: 'everything' } as const;
  await using server = await serve({ ...needsToken, readiness });
  const unknown = await fetch(`${server.url()}/health/ready`);
  assert.equal(unknown.status, 503);
  assert.doesNotMatch(await unknown.text(), /db\.internal/);
  assert.match(await (await fetch(`${server.url()}/health/ready`, asViewer)).text(), /db\.internal/);
  const refused = await fetch(`${server.url()}/metrics`);
  assert.deepEqual([refused.status, refused.headers.get('www-authenticate')?.slice(0, 6)], [401, 'Bearer']);
  assert.match(refused.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.equal((await fetch(`${server.url()}/metrics`, asViewer)).status, 200);
  await using open = await serve({ ...needsToken, metricsOpen: true });
  assert.equal((await fetch(`${open.url()}/metrics`)).status, 200);
});

test('there is nothing else, whatever is asked for and however', async () => {
  await using server = await serve();
  for (const path of ['/', '/api/v1/tasks', '/constructor', '/health/live/']) {
    const answer = await fetch(`${server.url()}${path}`);
    const { code } = (await answer.json()) as { readonly code?: string };
    assert.deepEqual([answer.status, code], [404, 'not_found'], path);
  }
  const posted = await fetch(`${server.url()}/health/live`, { method: 'POST', body: 'x'.repeat(100_000) });
  assert.equal(posted.status, 404);
});

test('guessing tokens is slowed down, also behind a proxy that is trusted', async () => {
  await using server = await serve({ ...needsToken, trustedProxies: ['127.0.0.1'] });
  const guess = (from: string) =>
    fetch(`${server.url()}/metrics`, { headers: { authorization: 'Bearer x', 'x-forwarded-for': from } });
  for (let i = 0; i < 20; i++) assert.equal((await guess('192.0.2.1')).status, 401);
  const refused = await guess('192.0.2.1');
  assert.equal(refused.status, 429);
  assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/);
  assert.equal((await guess('192.0.2.2')).status, 401);
});

test('a port that is taken is a wrong setting, and a stopped server can start again', async () => {
  await using server = await serve();
  const port = Number(new URL(server.url()).port);
  await assert.rejects(serve({ port }), { code: 'setting_invalid', message: /^PORT: \d+ .* is taken/ });
  await fetch(`${server.url()}/health/live`);
  await server.stop();
  assert.throws(() => server.url(), { code: 'stopped' });
  await server.start();
  assert.equal((await fetch(`${server.url()}/health/live`)).status, 200);
});
