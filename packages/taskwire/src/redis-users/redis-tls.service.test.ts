import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { failOnLeaks, issueCertificate, issueChain, startPython, startRedis } from '@taskwire/test-harness';
import {
  type CommandEnvironment,
  commandEnvironment,
  ready,
  run,
  SLOW_MS,
  taskwire,
  urlOf,
} from '../../test/command-bed.ts';
import { type SecuredRedis, startSecuredRedis } from '../../test/secured-redis.ts';

failOnLeaks();

/** The certificate of Redis is for this name; it can also be reached by another one. */
const NAMED = 'localhost';
const UNNAMED = '127.0.0.1';

interface EncryptedRedis extends AsyncDisposable {
  readonly redis: SecuredRedis;
  readonly env: CommandEnvironment;
  /** Those who issued its certificate, and somebody else. */
  readonly authority: string;
  readonly stranger: string;
}

async function startEncryptedRedis(t: TestContext): Promise<EncryptedRedis> {
  const tls = mkdtempSync(path.join(tmpdir(), 'taskwire-tls-'));
  t.after(() => rmSync(tls, { recursive: true, force: true }));
  const { root, leaf, pem } = issueChain([NAMED]);
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(tls, name), text);
    return path.join(tls, name);
  };
  file('redis.crt', pem);
  file('redis.key', leaf.keyPem);
  const env = await commandEnvironment(t, 'redis://127.0.0.1:1');
  const redis = await startSecuredRedis({ env, tls });
  return {
    redis,
    env,
    authority: file('authority.pem', root.pem),
    stranger: file('stranger.pem', issueCertificate({ commonName: 'Stranger', ca: true }).pem),
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}

test('over TLS to a Redis whose certificate is right, listener, worker and both notifiers do their work', async (t) => {
  await using house = await startEncryptedRedis(t);
  const { redis, authority } = house;
  const env = { ...house.env, TASKWIRE_REDIS_CA_FILE: authority };
  const asWorker = { ...env, REDIS_URL: redis.urlOf('worker', NAMED) };
  await using listener = await taskwire({ ...env, REDIS_URL: redis.urlOf('listener', NAMED) }, 'listener');
  await ready(await urlOf(listener));
  const published = await run(asWorker, 'publish', 'of-node', 'SUCCESS');
  assert.match(published.output, /is in the database$/, published.errors);
  await using python = await startPython(new URL('../../test/publish_once.py', import.meta.url), {
    arguments: [String(SLOW_MS)],
    env: asWorker,
  });
  await python.waitForLine(/^acknowledged$/, SLOW_MS);
  await using worker = await taskwire(asWorker, 'worker');
  await worker.waitForLine(/worker takes tasks/, SLOW_MS);
  const doctor = await run({ ...env, REDIS_URL: redis.urlOf('reader', NAMED) }, 'doctor', '--json');
  assert.match(doctor.output, /"check":"redis.access","level":"ok","found":"connected as .*, encrypted"/);
  assert.deepEqual(
    (await redis.refusals()).filter((each) => !each.startsWith('taskwire-reader')),
    [],
  );
});

test('nobody talks to a Redis whose certificate is for another host, or comes from nobody who is trusted, and each says why', async (t) => {
  await using house = await startEncryptedRedis(t);
  const { redis, authority, stranger } = house;
  const python = /certificate verify failed/;
  const wrong = [
    {
      host: UNNAMED,
      caFile: authority,
      says: /certificate of Redis is for another host/,
      python: /IP address mismatch/,
    },
    {
      host: NAMED,
      caFile: stranger,
      says: /nobody who is trusted vouches .* TASKWIRE_REDIS_CA_FILE/,
      python,
    },
    { host: NAMED, caFile: '', says: /nobody who is trusted vouches .* TASKWIRE_REDIS_CA_FILE/, python },
  ];
  for (const { host, caFile, says, python } of wrong) {
    const env = { ...house.env, REDIS_URL: redis.urlOf('worker', host), TASKWIRE_REDIS_CA_FILE: caFile };
    const doctor = await run(env, 'doctor', '--json');
    assert.equal(doctor.code, 4);
    assert.match(doctor.output, says);
    assert.match(doctor.output, /REDIS_URL has to name the host that the certificate of Redis is for/);
    const published = await taskwire(
      { ...env, LOG_LEVEL: 'debug' },
      'publish',
      'a',
      'RUNNING',
      '--timeout-ms',
      '300',
    );
    assert.equal((await published.exited).code, 1);
    assert.match(published.output(), says);
    await using worker = await taskwire(env, 'worker');
    await worker.waitForLine(/"queue cannot be read"/, SLOW_MS);
    await worker.waitForLine(says, SLOW_MS);
    await using snake = await startPython(new URL('../../test/publish_once.py', import.meta.url), {
      arguments: ['500'],
      env,
    });
    await snake.waitForLine(python, SLOW_MS);
  }
  assert.deepEqual(await redis.as('reader', 'XLEN', `${house.env.TASKWIRE_KEY_PREFIX}task_status_stream`), 0);
});

test('a Redis without TLS is not taken for one with it, nor one with TLS for one without', async (t) => {
  await using house = await startEncryptedRedis(t);
  const plain = { ...house.env, REDIS_URL: house.redis.urlOf('reader', NAMED).replace('rediss:', 'redis:') };
  const { code, output } = await run(plain, 'doctor', '--json');
  assert.equal(code, 4);
  assert.match(output, /"check":"redis.reachable","level":"problem"/);
  await using open = await startRedis();
  const encrypted = { ...house.env, REDIS_URL: open.url.replace('redis:', 'rediss:') };
  assert.match((await run(encrypted, 'doctor', '--json')).output, /"redis.reachable","level":"problem"/);
  const useless = await run({ ...plain, TASKWIRE_REDIS_CA_FILE: house.authority }, 'doctor');
  assert.match(useless.errors, /TASKWIRE_REDIS_CA_FILE: only with REDIS_URL=rediss:/);
});
