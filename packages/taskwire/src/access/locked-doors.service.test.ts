import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  failOnLeaks,
  freshDatabaseUrl,
  isolatedRedisNames,
  sharedRedisUrl,
  startProcess,
  waitUntil,
} from '@taskwire/test-harness';

failOnLeaks();

const MAIN = new URL('../main.ts', import.meta.url);
const ANYWHERE = '0.0.0.0';

async function environment(t: TestContext) {
  const names = isolatedRedisNames();
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-doors-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return {
    REDIS_URL: await sharedRedisUrl(),
    DATABASE_URL: await freshDatabaseUrl(),
    PORT: '0',
    TASKWIRE_DATA_DIR: directory,
    TASKWIRE_TASK_QUEUE: names.prefix.replaceAll(':', '-'),
    TASKWIRE_KEY_PREFIX: names.prefix,
    TASK_STATUS_REDIS_CHANNEL: names.channel,
    TASK_STATUS_QUEUE_NAME: names.queue,
    TASKWIRE_HOST: ANYWHERE,
  };
}

test('neither web process nor listener listens off loopback without a token; each says so in one line', async (t) => {
  const env = await environment(t);
  for (const command of ['web', 'listener']) {
    await using refused = await startProcess(MAIN, { env, arguments: [command] });
    assert.equal((await refused.exited).code, 1);
    const lines = refused.output().trim().split('\n');
    assert.equal(lines.length, 1, refused.output());
    assert.match(lines[0] ?? '', new RegExp(`^taskwire ${command}: TASKWIRE_OPERATOR_TOKENS: expected`));
  }
});

test('with a token it does, and a session of one replica is one of the other', async (t) => {
  const token = randomBytes(32).toString('base64');
  const env = { ...(await environment(t)), TASKWIRE_OPERATOR_TOKENS: `olga:${token}` };
  await using first = await startProcess(MAIN, { env, arguments: ['web'] });
  await using second = await startProcess(MAIN, { env, arguments: ['web'] });
  const addressOf = async (replica: typeof first): Promise<string> =>
    (await replica.waitForLine(/"url":"([^"]+)"/))[1]?.replace(ANYWHERE, '127.0.0.1') ?? '';
  const [one, other] = [await addressOf(first), await addressOf(second)];
  for (const url of [one, other]) {
    await waitUntil(async () => (await fetch(`${url}/health/ready`)).status === 200, { what: 'readiness' });
    assert.equal((await fetch(`${url}/api/v1/stats`)).status, 401);
    assert.equal((await fetch(`${url}/metrics`)).status, 401);
  }
  const signedIn = await fetch(`${one}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  assert.equal(signedIn.status, 200);
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  assert.equal((await fetch(`${other}/api/v1/stats`, { headers: { cookie } })).status, 200);
  const replay = (headers: Record<string, string>) =>
    fetch(`${other}/api/v1/dead-letters/1/replay`, { method: 'POST', headers: { cookie, ...headers } });
  assert.equal((await replay({ origin: 'https://evil.example' })).status, 403);
  assert.equal((await replay({ origin: other })).status, 404, 'past the doors: there is no such dead letter');
  for (const output of [first.output(), second.output()]) assert.ok(!output.includes(token));
});
