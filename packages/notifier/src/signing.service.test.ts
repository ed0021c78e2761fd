import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { verifyEvent } from '@taskwire/protocol';
import {
  eventsOfEntry,
  failOnLeaks,
  isolatedRedisNames,
  sharedRedisUrl,
  waitUntil,
} from '@taskwire/test-harness';
import { Redis } from 'ioredis';
import { notifierAt, temporaryFolder } from '../test/notifier-under-test.ts';
import { readSigningKey } from './signing-key.ts';

failOnLeaks();

const newKey = (id: string) => ({ id, key: createSecretKey(randomBytes(32)) });

test('what is sent is signed with the key of today, also what had waited in the outbox; stream and channel alike', async () => {
  using folder = temporaryFolder();
  const [redisUrl, names] = [await sharedRedisUrl(), isolatedRedisNames()];
  const redis = new Redis(redisUrl);
  const subscriber = new Redis(redisUrl);
  await subscriber.subscribe(names.channel);
  const published: string[] = [];
  subscriber.on('message', (_, text: string) => published.push(text));
  const [old, current] = [newKey('old'), newKey('current')];

  const before = notifierAt(folder.outbox, { names, signingKey: old });
  assert.ok(before.publish({ task_request_id: 'waited', status: 'RUNNING' }).accepted);
  await before.stop();
  const eventBytesMax = 2_048;
  const notifier = notifierAt(folder.outbox, { redisUrl, names, signingKey: current, eventBytesMax });
  await notifier.start();
  notifier.publish({ task_request_id: '任务', status: 'SUCCESS', data: { result: 'x'.repeat(10_000) } });
  const streamedNow = async () => {
    const entries = await redis.xrange(names.stream, '-', '+');
    return entries.flatMap(([, fields]) => eventsOfEntry(fields)).map(({ event }) => event);
  };
  await waitUntil(async () => (await streamedNow()).length >= 2 && published.length >= 2, {
    what: 'both events',
  });
  const streamed = await streamedNow();
  const keys = new Map([['current', current.key]]);
  for (const text of [...streamed, ...published]) {
    assert.equal(verifyEvent(Buffer.from(text), keys), 'valid', text.slice(-120));
    assert.ok(Buffer.byteLength(text) <= eventBytesMax, `${Buffer.byteLength(text)} bytes`);
  }
  const ids = streamed.map((text) => JSON.parse(text).task_request_id);
  assert.deepEqual(new Set(ids), new Set(['waited', '任务']));
  await notifier.stop();
  await redis.del(names.stream);
  redis.disconnect();
  subscriber.disconnect();
});

test('a worker has one key to sign with, or none', () => {
  const one = `a:${randomBytes(32).toString('base64')}`;
  const none = { signingKey: undefined, signingKeyFile: undefined };
  assert.equal(readSigningKey(none), undefined);
  assert.equal(readSigningKey({ ...none, signingKey: one })?.id, 'a');
  assert.throws(
    () => readSigningKey({ ...none, signingKeyFile: '/keys' }, () => `${one}\n${one.replace('a', 'b')}`),
    { code: 'setting_invalid', message: 'TASKWIRE_SIGNING_KEY_FILE: expected one key, got 2' },
  );
});
