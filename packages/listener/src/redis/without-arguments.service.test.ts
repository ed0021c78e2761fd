import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { failOnLeaks, sharedRedisUrl, waitUntil } from '@taskwire/test-harness';
import { createRedisConnection, endConnection } from './connection.ts';

failOnLeaks();

test('a password that Redis refuses is in no log line', async () => {
  const url = new URL(await sharedRedisUrl());
  [url.username, url.password] = ['nobody', 'hunter2-hunter2'];
  const lines: string[] = [];
  const log = (fields: object, message: string) => lines.push(message + inspect(fields, { depth: 9 }));
  const logger = { debug: log, info: log, warn: log, error: log };
  const redis = createRedisConnection({ url: url.href, role: 'test', logger, random: () => 0.5 });
  redis.connect().catch(() => {});
  await waitUntil(() => lines.some((line) => line.includes('WRONGPASS')), { what: 'the refusal' });
  endConnection(redis);
  assert.ok(!lines.join('\n').includes('hunter2'), lines.join('\n'));
});
